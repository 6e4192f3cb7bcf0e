/* Making local tickets and comments from observations, many at once. */
#ifndef STORE_IMPORTS_H
#define STORE_IMPORTS_H

#include "store/store.h"

struct import_set {
  int64_t *mapping_ids;
  struct str *locals;   /* JSON: the local values that differ from the external ones */
  struct str *left_out; /* names of fields that are not taken, with unit separators between */
  const struct plan_outcome **outcomes;
  size_t count, capacity;
};

void imports_add(struct call *call, struct import_set *set, const struct plan_outcome *outcome);

/* All of the set in two statements, with their events. */
struct result imports_commit(struct call *call, struct import_set *set) MUST_USE;

/* The direction takes nothing from this side. */
struct result imports_ignore(struct call *call, int64_t mapping_id) MUST_USE;

/* The project's settings are others: what they took nothing of is planned again. */
struct result imports_reconsider(struct call *call, int64_t project_id) MUST_USE;

#endif
