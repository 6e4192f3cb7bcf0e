/* What is to be done about one mapping of which a side is not there any more. A pure function, like plan().
 *
 *   here       there              comment                                            ticket
 *   there      gone               written there, not edited here: DELETE_LOCAL;      CONFLICT
 *                                 else CONFLICT
 *     decided: local              RESTORE_EXTERNAL                                   UNLINK
 *     decided: external           DELETE_LOCAL                                       CLOSE_LOCAL
 *   deleted    gone, or never was UNLINK                                             (tickets are not deleted here)
 *   deleted    as last agreed     DELETE_EXTERNAL
 *   deleted    edited             CONFLICT
 *     decided: local              DELETE_EXTERNAL
 *     decided: external           RESTORE_LOCAL
 *
 * A deletion never wins over an edit by itself, and of tickets never at all. Direction masks what would be written:
 * then it WAITS. */
#ifndef SYNC_PLAN_DELETE_H
#define SYNC_PLAN_DELETE_H

#include "sync/plan.h"

struct plan_existence {
  bool is_comment;
  bool is_origin;                       /* it was written in this project */
  bool deleted_local;                   /* marked deleted here */
  bool gone_external;                   /* believed gone there */
  bool uncreated;                       /* it never was there */
  bool changed_local, changed_external; /* since both sides last agreed, see plan_is_changed() */
  bool may_push, may_pull;              /* the direction */
  bool decided;                         /* a person decided, on what both sides still look like */
  enum plan_choice choice;              /* with `decided`: LOCAL or EXTERNAL */
};

enum plan_deletion {
  PLAN_NO_DELETION,       /* both sides are there: plan their fields */
  PLAN_DELETION_WAITS,    /* the direction forbids what would be done: it stays pending */
  PLAN_DELETION_CONFLICT, /* a person decides: deleted_vs_edited */
  PLAN_DELETE_LOCAL,      /* the comment is marked deleted here, and so goes everywhere */
  PLAN_DELETE_EXTERNAL,   /* the comment is deleted there */
  PLAN_RESTORE_LOCAL,     /* the comment is there again here, as it is outside, and so comes back everywhere */
  PLAN_RESTORE_EXTERNAL,  /* the comment is written there again */
  PLAN_UNLINK,            /* nothing is left to keep in step: the mapping ends */
  PLAN_CLOSE_LOCAL,       /* the ticket is cancelled here, and the mapping ends */
};

enum plan_deletion plan_delete(const struct plan_existence *existence);

/* Whether a side differs from what was last agreed on, in any field of it. */
bool plan_is_changed(const struct values *now, const struct values *shadow);

/* As in plan.commit: "delete_local", "delete_external", "restore_local", "restore_external", "unlink", "close_local";
 * "" for what changes nothing. */
const char *plan_deletion_name(enum plan_deletion deletion);

#endif
