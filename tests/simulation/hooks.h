/* A tracker's side of webhooks: what it sends, where somebody has it send that, and what it remembers of what it could
 * not deliver. */
#ifndef SIMULATION_HOOKS_H
#define SIMULATION_HOOKS_H

#include "base/arena.h"
#include "base/str.h"

struct remote_item;
struct tracker;

enum { HOOKS_MAX = 4 };

/* One that was registered through the tracker's API. */
struct remote_hook {
  int64_t id; /* 0 = none, or not any more */
  struct str url;
  bool is_on;
};

/* One try to deliver something; several of one delivery have its id in common. */
struct hook_attempt {
  const struct hook_attempt *older;
  struct hook_delivery *delivery;
  struct str delivery_id;
  int64_t number, at_ms, hook_id;
  bool has_arrived;
};

struct hooks {
  struct remote_hook at[HOOKS_MAX];
  int64_t made;
  const struct hook_attempt *newest; /* as GitHub remembers them */
};

/* Sends off what tells of the item's newest change, or of its deletion. False: nobody will ever know that it should
 * have. */
bool hooks_tell(struct tracker *tracker, const struct remote_item *item);

/* One that comes to `url`; NULL: there is none. */
struct remote_hook *hooks_find(struct tracker *tracker, struct str url);

/* Makes one; NULL: it has too many, or takes no two that come to one address. */
struct remote_hook *hooks_make(struct tracker *tracker, struct str url);

/* Sends again what an attempt could not deliver. */
void hooks_repeat(const struct hook_attempt *attempt);

/* Somebody there does away with it, and does not know what it is for. What it did not deliver is forgotten with it. */
void hooks_tamper(struct tracker *tracker);

/* Whether it sends anything. */
bool hooks_stand(const struct tracker *tracker);

#endif
