/* A tracker of the run: tickets and comments with their whole history, and its habits: clocks of whole seconds that are
 * an hour off, lists that show yesterday's news, webhooks that come late, twice or never. tandem reaches it through a
 * struct connector; people edit it directly. */
#ifndef SIMULATION_TRACKER_H
#define SIMULATION_TRACKER_H

#include "service/connector.h"
#include "simulation/hooks.h"

struct world;

enum { REMOTE_ITEMS_MAX = 128, PROCESSES_MAX = 12 };

/* How a creation of ours is known again. */
enum marker_kind {
  MARKER_IN_BODY,  /* as in GitHub: at the end of the body */
  MARKER_PROPERTY, /* as in Jira: a property of the ticket */
  MARKER_OWN_ID,   /* as in Linear: we choose the id */
};

struct habits {
  const char *system;
  enum marker_kind marker;
  int64_t tick_ms;    /* of its clock; changes within one tick have the same version */
  int64_t skew_ms;    /* its clock less the true time */
  int64_t lag_ms;     /* how old a list may be */
  int64_t overlap_ms; /* how far back each pull looks */
  int64_t settle_ms;  /* how late a creation may come to light */
  bool has_etags;
  bool has_hooks, hooks_are_retried;
  bool registers_hooks;       /* it has none but those that tandem registers; else somebody has seen to it */
  bool takes_twin_hooks;      /* two of one address */
  bool hooks_are_sure;        /* it tries until they arrive */
  bool repeats_on_request;    /* it remembers what it delivered, and does it again when it is asked for it */
  bool lists_all_deliveries;  /* of which it may forget some otherwise */
  bool scans, counts_tickets; /* it tells which tickets are there: each, or how many */
  bool creates_in_steps;      /* a status other than open takes a second request */
  const char *lacks[3];       /* the fields that tickets do not have here, of those of truth_field() */
};

/* A ticket or comment as it was from `at_ms` on. */
struct revision {
  int64_t at_ms, version;
  struct values fields; /* the body with its marker */
  bool by_tandem;
  bool is_unlisted; /* in lists of what changed; the whole list has it */
};

struct remote_item {
  struct tracker *tracker;
  int number;
  struct str id, kind, parent_id, marker; /* marker: a property */
  bool by_tandem;
  bool restricted;                  /* some people there may see it, others not */
  unsigned unanswered;              /* fields that its creation set, as long as tandem does not know that it arrived */
  unsigned doubted;                 /* those of them that an edit made meanwhile may have changed: a bit each */
  int64_t looked_ms[PROCESSES_MAX]; /* when each process of tandem fetched it, and has not written to it since; or 0 */
  struct revision *revisions;       /* oldest first */
  size_t count, capacity;
  int64_t gone_ms; /* when it was deleted; 0 = it is there */
};

struct tracker {
  struct world *world;
  unsigned index, who;
  struct habits habits;
  struct connector connector;
  struct remote_item items[REMOTE_ITEMS_MAX];
  size_t item_count;
  struct hooks hooks;
  int64_t hook_looks;                /* how often tandem has looked for its webhook there */
  int64_t scanned_ms;                /* when it last told which tickets are there, to the end */
  int64_t writes;                    /* that tandem made */
  int64_t newest_edit_ms;            /* by anybody */
  int64_t written_ms[PROCESSES_MAX]; /* when each process of tandem wrote here last; 0 = never */
};

/* The tracker number `index` of the world, of one of the three kinds, with habits by the world's seed. */
void tracker_begin(struct tracker *tracker, struct world *world, unsigned index, unsigned kind);

/* Its clock, to the tick. */
int64_t tracker_clock_ms(const struct tracker *tracker);

/* Whether its tickets have this field. */
bool tracker_has(const struct tracker *tracker, struct str field);

/* What a new ticket holds when nothing else is said: every field that there is. */
void tracker_put_defaults(const struct tracker *tracker, struct values_builder *fields);

/* Makes a new item of `kind` ("ticket", "comment"); without `id` it gets a number. Borrows the fields' texts. */
struct remote_item *tracker_create(struct tracker *tracker, const char *kind, struct str id, struct str parent_id,
                                   const struct values *fields, bool by_tandem);

/* What the item holds now. */
const struct revision *tracker_now(const struct remote_item *item);

/* What it held at `at_ms`; NULL when it did not exist yet, or any more. */
const struct revision *tracker_at(const struct remote_item *item, int64_t at_ms);

/* Changes the named fields; nothing happens when all are so already. */
void tracker_change(struct remote_item *item, const struct values *changed, bool by_tandem);

/* Deletes it, a ticket with its comments. */
void tracker_delete(struct remote_item *item, bool by_tandem);

/* Whether it is an item of `kind` that was not deleted. */
bool tracker_shows(const struct remote_item *item, const char *kind);

/* One that was not deleted; NULL: there is none. */
struct remote_item *tracker_find(struct tracker *tracker, struct str kind, struct str id);

/* What was made under an id that we chose, a ticket also from the trash, as in Linear; NULL: nothing. */
struct remote_item *tracker_made_as(struct tracker *tracker, struct str kind, struct str id);

/* What an adapter says of an item that was deleted. */
struct observation tracker_observe_gone(const struct remote_item *item);

/* An item's revision as an adapter sees it. */
struct observation tracker_observe(struct arena *arena, const struct remote_item *item,
                                   const struct revision *revision);

/* The tracker of this system in the current world. */
struct tracker *tracker_of_system(struct str system);

#endif
