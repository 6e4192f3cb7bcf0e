/* plan(): what is to be done about one mapping, field by field. A pure function of what both sides look like now, what
 * they looked like when they last agreed, and the settings: no clock, no I/O, the same answer every time.
 *
 * The shadow is dual: per field the local value and the external value that were last agreed on. So a tracker that
 * gives a text back in its own formatting, or that has one word for two of ours, does not look like an edit.
 *
 *   local vs shadow  external vs shadow  decision
 *   equal to each other                  AGREE: shadow = (l, x), an open conflict on the field closes; NOOP if it knew
 *   same             same                NOOP (a known lossy pair stays quiet)
 *   changed          same                PUSH l
 *   same             changed             PULL x; shadow = (x, x)
 *   changed          changed, set        MERGE member by member, see merge_sets(); shadow = (x, x); send the delta
 *   changed          changed, `merge`    MERGE line by line when it holds both edits: local = m, shadow = (x, x), send
 *                                        m, and a conflict row that keeps what was merged
 *   changed          changed, else       the strategy: RESOLVED with the winner, or CONFLICT; a conflict row either way
 *   never agreed, and unequal            CONFLICT, never a pull
 *
 * Direction masks PUSH or PULL, and a masked change stays pending. An open conflict freezes its field alone. After a
 * merge the shadow is the observed external value; only a write's response sets (sent, returned): see plan_receipt().
 * A field that the external side does not carry gets no decision; one that the local side never had is pulled, unless
 * the rules do not list it. A word outside a closed table is a conflict, never an approximation; an unmappable member
 * of a set is reported and left alone, and is never an "unassign". */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/values.h"
#include "sync/rules.h"

/* When a field last changed on either side, ms since 1970 UTC, the external one corrected by the remote's HTTP Date;
 * 0 = unknown. For newest_wins. */
struct plan_time {
  struct str field;
  int64_t local_ms, external_ms;
};

struct plan_input {
  struct values local;                         /* now, local vocabulary */
  struct values external;                      /* as observed, external vocabulary */
  struct values shadow_local, shadow_external; /* as last agreed; a field in only one of them was never agreed */
  const struct str *open_conflicts;            /* names of the fields that are frozen */
  size_t open_conflict_count;
  const struct plan_time *times;
  size_t time_count;
  bool external_fresh; /* fetched by id since the shadow last moved */
  struct rules rules;
};

enum plan_action {
  PLAN_NOOP,     /* nothing to write anywhere */
  PLAN_AGREE,    /* the shadow moves, or the open conflict closes */
  PLAN_PUSH,     /* send */
  PLAN_PULL,     /* local changes */
  PLAN_MERGE,    /* local may change and something may be sent, nobody's edit is lost */
  PLAN_RESOLVED, /* the strategy or a person decided: the conflict row is written resolved, with both values */
  PLAN_CONFLICT, /* a conflict row is written open, with both values */
  PLAN_MASKED,   /* changed, but the direction forbids it: stays pending, nothing is written */
  PLAN_FROZEN,   /* has an open conflict: nothing is written; local_seen and external_seen are what it looks like now */
  PLAN_WAIT,     /* would write outside or met two changes, on an observation that is not fresh: fetch, plan again */
};

enum plan_conflict_kind {
  PLAN_NO_CONFLICT,
  PLAN_BOTH_CHANGED,
  PLAN_UNEQUAL_WHEN_LINKED,
  PLAN_UNMAPPABLE,
};

enum plan_winner { PLAN_NO_WINNER, PLAN_WINNER_LOCAL, PLAN_WINNER_EXTERNAL, PLAN_WINNER_MERGED, PLAN_WINNER_VALUE };

/* What goes outside, in the external vocabulary. For a set that exists there only the delta; else `set`. */
struct plan_write {
  bool has_set, has_delta;
  struct value set;
  struct value add, remove; /* sets, either may be empty */
};

/* One field's decision. A value that is not said to be there has an absent name. */
struct plan_field {
  struct str field;
  enum plan_action action;
  bool changes_local;   /* `local` is the new local value */
  bool moves_shadow;    /* in the same transaction shadow = (shadow_local, shadow_external) */
  bool writes_external; /* `write` is sent; then shadow = plan_receipt(...) */
  bool closes_conflict; /* the open conflict of this field ends */
  struct value local;
  struct value shadow_local, shadow_external;
  struct plan_write write;
  struct value sent_local; /* with writes_external: what shadow_local becomes when the write's response is there */
  enum plan_conflict_kind conflict;             /* a row is to be written: open with CONFLICT, else resolved */
  enum plan_winner winner;                      /* with RESOLVED and MERGE */
  struct value base, local_seen, external_seen; /* for the row; base is the local shadow, absent when never agreed */
  const struct str *unmappable;                 /* words without a counterpart, of either side: for the report */
  size_t unmappable_count;
};

struct plan {
  const struct plan_field *fields; /* in the order of `local`, then what only `external` has; with plan_import() that */
  size_t count;
  bool needs_fresh; /* some field is WAIT */
};

/* The decisions about a linked ticket or comment. The plan is owned by `arena` and borrows from `input`. */
struct plan plan_make(struct arena *arena, const struct plan_input *input);

/* A local ticket or comment that is new to this project: PUSH with write.has_set for what is to be sent (whole sets
 * too), CONFLICT unmappable for what cannot be, MASKED for what must not. When the response is there, the shadow of
 * each PUSH and MASKED field that it carries is (sent_local, returned); sent_local of a masked field is empty, so that
 * it stays pending and is no conflict; MASKED too for what is frozen. Reads `local`, `open_conflicts` and `rules` only.
 * count = 0: the project's direction takes nothing. */
struct plan plan_create(struct arena *arena, const struct plan_input *input);

/* An external ticket or comment that is new here: PULL with the local value and the shadow, CONFLICT unmappable for
 * what has no local word, MASKED for what is not to be taken. Reads `external` and `rules` only. count = 0: the
 * project's direction is push or disabled, ignore the ticket. */
struct plan plan_import(struct arena *arena, const struct plan_input *input);

enum plan_choice { PLAN_CHOOSE_LOCAL, PLAN_CHOOSE_EXTERNAL, PLAN_CHOOSE_VALUE };

/* What a person's decision about `field` means now: local becomes the chosen value, the external side is sent it unless
 * it has it or the direction forbids it, shadow = (x, x), the conflict closes. `value` is in the local vocabulary and
 * read with PLAN_CHOOSE_VALUE only. The caller has checked that both sides still are what the person saw. One field:
 * RESOLVED; CONFLICT unmappable when the choice has no word on the other side; WAIT when the observation is not fresh.
 * count = 0: the external side does not carry the field, or local was chosen and does not; after an import that had no
 * local word for it the other choices work. */
struct plan plan_resolve(struct arena *arena, const struct plan_input *input, struct str field, enum plan_choice choice,
                         const struct value *value);

/* The external half of the shadow once a write came back; the local half is the plan's sent_local. For a text it is
 * `returned`. Of a set only the members that were written move, so that what others added or removed meanwhile is still
 * seen as their edit. `shadow_external` as it is now, NULL when there is none; `returned` NULL when the response does
 * not show the field (then the write is taken as it was sent). Owned by `arena`, borrows. */
struct value plan_receipt(struct arena *arena, const struct value *shadow_external, const struct plan_write *write,
                          const struct value *returned);

/* As in the database and in events: "noop", "agree", ...; "both_changed", "unequal_when_linked", "unmappable", "" for
 * none; "local", "external", "merged", "value", "". */
const char *plan_action_name(enum plan_action action);
const char *plan_conflict_kind_name(enum plan_conflict_kind kind);
const char *plan_winner_name(enum plan_winner winner);

#endif
