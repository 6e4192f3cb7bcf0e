/* Local tickets and comments: what several verbs share. */
#ifndef STORE_TICKETS_H
#define STORE_TICKETS_H

#include "store/store.h"

struct created_ticket {
  int64_t id;
  struct str key;
};

struct edited_ticket {
  int64_t id;     /* of the ticket or comment */
  struct str key; /* of the ticket, or of the comment's ticket */
};

/* Makes `count` tickets at once, each with its mapping where one is wanted; `out` has room for all. When one of them is
 * refused none is made, and `*refused` is its place. */
struct result tickets_create(struct call *call, const struct ticket_new *at, size_t count, struct created_ticket *out,
                             size_t *refused) MUST_USE;

/* Makes `count` edits in their order; `out` has room for all. When one of them is refused none is made, and `*refused`
 * is its place. */
struct result tickets_edit(struct call *call, const struct ticket_edit *edits, size_t count, struct edited_ticket *out,
                           size_t *refused) MUST_USE;

/* The ticket with its comments and mappings; a comment's id gives its ticket. */
struct result tickets_read(struct call *call, int64_t item_id, bool external, struct ticket *out) MUST_USE;

/* Gives the comments of a ticket a mapping wherever the ticket has one, unless they are local_only. */
struct result tickets_map_comments(struct call *call, int64_t ticket_id) MUST_USE;

/* Has the item planned wherever it is, and its comments with it. */
struct result tickets_plan_with_comments(struct call *call, int64_t id) MUST_USE;

/* One field of one item, for the change log. */
struct item_change {
  int64_t item_id, project_id, session_id;
  struct str actor, cause;
  const struct value *before, *after; /* before may be NULL */
};
struct result tickets_log_change(struct call *call, const struct item_change *change) MUST_USE;

/* Writes new values, with their times; the caller has logged them. */
struct result tickets_apply(struct call *call, int64_t item_id, const struct values *changed) MUST_USE;

/* How public an item `i` is: a comment at most as public as its ticket `t`, which is of nulls for a ticket. */
#define ITEM_PRIVACY                                                                                                  \
  "case when 'local_only' in (i.privacy, t.privacy) then 'local_only' when coalesce(t.privacy, 'public') = 'public' " \
  "then i.privacy else t.privacy end"

/* What an event about an item has to know of it. `privacy`: as ITEM_PRIVACY tells. */
struct changed_item {
  int64_t id, number, parent_number;
  struct str kind, privacy;
};

struct result tickets_changed(struct call *call, int64_t item_id, struct changed_item *out) MUST_USE;

/* Tells what changed: names always, values only when everybody may see them. */
void tickets_tell(struct call *call, enum event_id id, const struct changed_item *item, struct str by,
                  const struct values *fields);

/* "a,b" as a list; `separator` is one character. A project's name may have any but a slash. */
struct str *tickets_names(struct call *call, struct str joined, const char *separator, size_t *out_count);

struct result tickets_check_privacy(struct str privacy) MUST_USE;

/* REJECTED: more than CONTENT_BYTES_MAX. */
struct result tickets_check_length(const struct values *fields) MUST_USE;

#endif
