/* Undoing a session: a session of its own that walks back what the other one wrote down, item by item, newest item
 * first. A field is restored only where it still holds what the session wrote; the restored values go outside by
 * ordinary planning. See ADR 13. */
#ifndef STORE_UNDO_H
#define STORE_UNDO_H

#include "store/store.h"

/* The session that is undone. */
struct undone {
  int64_t id, project_id;
  bool is_undo; /* it is an undo itself */
  struct str mode, state, project, project_state;
};

/* One thing that it did, and what undoing it means: `outcome` says whether it is to be done. */
struct undo_step {
  int64_t item_id, mapping_id, number;
  bool is_comment;
  struct str external_key, title, privacy;
  const char *action;  /* restore | cancel | delete | return | close | reopen */
  const char *outcome; /* done | conflict | kept */
  struct str field, reason;
  struct value now, wrote, before; /* restore: what it holds, what the session wrote, what it held before */
  int64_t conflict_id;             /* restore: it has been asked about in this one; 0 = not yet */
  struct str status;               /* of the ticket, with cancel */
  bool is_deleted;                 /* the comment is marked deleted */
  bool ends_mapping;               /* delete: its mapping ends first; return: it had ended, and is there again */
};

struct undo_page {
  struct undo_step *steps;
  size_t count;
  int64_t next; /* `before` of the next page; 0 = this was the last */
};

/* RESULT_GONE: there is no such session. */
struct result undo_load(struct call *call, int64_t session_id, struct undone *out) MUST_USE;

/* What undoing means for the next items below the id `before`. Reads only. */
struct result undo_look(struct call *call, const struct undone *undone, int64_t before, struct undo_page *out) MUST_USE;

/* Who undoes it, in which session. */
struct undoing {
  int64_t session_id, project_id, undone_id;
  struct str project, actor;
};

/* Does the steps of one item and writes down what became of them. */
struct result undo_item(struct call *call, const struct undoing *undoing, const struct undo_step *steps,
                        size_t count) MUST_USE;

/* The next batch of an undo that is going on. `*out_more`: there is another one to do. */
struct result undo_go_on(struct call *call, bool *out_more) MUST_USE;

#endif
