/* Like with like: canonical values of both sides. */
#include "conflict/frozen.h"

#include "sync/canon.h"
#include "sync/catalogue.h"

const struct conflict *frozen_conflict(const struct plan_case *c, struct str field) {
  for (size_t i = 0; i < c->conflicts.count; i++)
    if (str_equal(c->conflicts.at[i].field, field))
      return &c->conflicts.at[i];
  return NULL;
}

bool frozen_is_decided(const struct conflict *conflict) {
  return str_is(conflict->state, "decided");
}

/* `kept`: one value, or none. */
static bool is_same(const struct values *kept, const struct value *now) {
  if (kept->count == 0 || !now)
    return kept->count == 0 && !now;
  return canon_equal(catalogue_kind(now->name, now->kind), &kept->at[0], now);
}

/* A decision for a value of its own changes the local side before the tracker has it. */
static bool local_stands(const struct conflict *conflict, const struct value *now) {
  return is_same(&conflict->local, now) || (frozen_is_decided(conflict) && now && is_same(&conflict->value, now));
}

/* What was refused before there was another side: what a tracker began with in its place is nobody's edit. */
static bool external_stands(const struct plan_case *c, const struct conflict *conflict, const struct value *now) {
  const struct value *begun = values_find(&c->shadow_external, conflict->field);
  if (conflict->external.count || !now || !begun)
    return is_same(&conflict->external, now);
  return canon_equal(catalogue_kind(now->name, now->kind), begun, now);
}

bool frozen_stands(const struct plan_case *c, const struct conflict *conflict) {
  return local_stands(conflict, values_find(&c->local, conflict->field)) &&
         external_stands(c, conflict, values_find(&c->external, conflict->field));
}

bool frozen_is_frozen(const struct plan_case *c, const struct conflict *conflict) {
  if (!str_is(conflict->kind, "unmappable") || frozen_is_decided(conflict))
    return true;
  return conflict->reason.length && frozen_stands(c, conflict);
}
