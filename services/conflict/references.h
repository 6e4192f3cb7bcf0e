/* Fields that name another ticket: translated by what is mapped, ticket by ticket. While the other ticket is not mapped
 * in the project, the field waits: nothing is written, and nothing is a conflict. */
#ifndef CONFLICT_REFERENCES_H
#define CONFLICT_REFERENCES_H

#include "proto/nouns.h"
#include "sync/rules.h"

/* The project's rules with those of the case's references; `out->awaits` says which tickets are not mapped yet. */
struct rules references_rules(struct arena *arena, const struct plan_case *plan_case, const struct rules *rules,
                              struct plan_outcome *out);

/* Whether an external value is one that the outcome waits for. */
bool references_awaits(const struct plan_outcome *outcome, const struct value *external);

#endif
