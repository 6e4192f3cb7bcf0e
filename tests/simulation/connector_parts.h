/* What the parts of the simulated connector share: its handle, and the way of a call. */
#ifndef SIMULATION_CONNECTOR_PARTS_H
#define SIMULATION_CONNECTOR_PARTS_H

#include "service/connector.h"
#include "simulation/tracker.h"

enum { TIMEOUT_MS = 30000 }; /* of a call */

struct connection {
  struct tracker *tracker;
  struct usage usage;
  size_t looked_at; /* how many tickets by the last look */
  int64_t left_ms;  /* when the last call was sent off */
};

/* Until the request has reached the tracker. RETRY: it did not. */
struct result connector_reach(struct connection *c, bool writes) MUST_USE;

/* Until the answer is back; `is_last`: to the last of several requests that belong together. */
struct result connector_answer_to(struct connection *c, bool is_last) MUST_USE;
struct result connector_answer(struct connection *c) MUST_USE;

/* The answer is lost: UNCERTAIN, once the caller has waited long enough. */
struct result connector_no_answer(struct connection *c) MUST_USE;

/* What a list shows: where it lags, of each item what was true some time ago, of each by itself. So a newer change may
 * be there when an older one is not yet. */
struct view {
  int64_t now_ms, lag_ms;
  uint64_t roll;
  bool is_whole; /* what lists of changes pass by is shown, too */
};
struct view connector_take_view(struct tracker *tracker, bool is_whole);

/* The revision of the item that is shown; NULL: none. */
const struct revision *connector_seen_in(const struct view *view, const struct remote_item *item);

/* As in struct connector. */
struct result connector_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                             struct pull_page *out) MUST_USE;
struct result connector_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                              bool *not_modified, struct observation *out) MUST_USE;
struct result connector_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                   size_t count, struct observation *out) MUST_USE;
struct result connector_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                             struct observation *out) MUST_USE;
struct result connector_history(struct connection *c, struct arena *arena, const struct intent *intent,
                                const struct observation *seen, struct values *out) MUST_USE;
struct result connector_push(struct connection *c, struct arena *arena, const struct push *push,
                             struct observation *out) MUST_USE;
struct result connector_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                      struct hook_found *out) MUST_USE;
struct result connector_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) MUST_USE;
struct result connector_hook_failures(struct connection *c, struct arena *arena, struct str hook_id, struct str newest,
                                      struct hook_failures *out) MUST_USE;
struct result connector_redeliver(struct connection *c, struct arena *arena, struct str hook_id,
                                  struct str attempt_id) MUST_USE;
struct result connector_scan(struct connection *c, struct arena *arena, struct str cursor,
                             struct scan_found *out) MUST_USE;
void connector_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count);

#endif
