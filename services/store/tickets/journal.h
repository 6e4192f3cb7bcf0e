/* Small things that many verbs do: the audit trail, the change log, marking mappings to be planned. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/store.h"

/* Appends a hash-chained audit row. `detail` is JSON or absent. */
struct result journal_audit(struct call *call, struct str actor, const char *action, struct str subject,
                            struct str detail) MUST_USE;

/* How urgent: a person's edit comes before what was merely observed, tickets before comments. */
enum plan_rank { RANK_EDIT = 0, RANK_TICKET = 1, RANK_COMMENT = 2 };

/* Marks one mapping, or all of an item's or a project's, to be planned (again), and wakes the conflict service. */
struct result journal_plan_mapping(struct call *call, int64_t mapping_id, enum plan_rank rank) MUST_USE;
struct result journal_plan_item(struct call *call, int64_t item_id, enum plan_rank rank) MUST_USE;
struct result journal_plan_project(struct call *call, int64_t project_id) MUST_USE;

/* "T-12" -> 12, "C-40" -> 40 and a comment; RESULT_REJECTED for anything else. */
struct result journal_parse_key(struct str key, int64_t *out_number, bool *out_is_comment) MUST_USE;

/* That there is nothing of that key, and what to do about it. */
struct result journal_no_item(struct str key) MUST_USE;

/* "T-12" or "C-40" -> the item's id and kind; RESULT_GONE with a clear message. */
struct result journal_find_item(struct call *call, struct str key, int64_t *out_id, bool *out_is_comment) MUST_USE;

/* The key of a ticket or comment from its columns. */
struct str journal_key(struct arena *arena, struct str kind, int64_t number, int64_t id);

#endif
