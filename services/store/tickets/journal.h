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

#endif
