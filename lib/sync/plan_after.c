/* What follows a plan: a person's decision about a conflict, and the shadow once a write came back. */
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/plan.h"
#include "sync/plan_look.h"
#include "sync/words.h"

static struct plan_field resolve(struct arena *arena, const struct plan_look *look, enum plan_choice choice,
                                 const struct value *value) {
  struct value chosen = choice == PLAN_CHOOSE_LOCAL ? *look->local : *look->external;
  if (choice == PLAN_CHOOSE_VALUE)
    chosen = *value;
  if (!plan_look_comparable(look) || chosen.kind != look->local->kind)
    return plan_look_conflict(look, PLAN_UNMAPPABLE);
  if (choice == PLAN_CHOOSE_EXTERNAL) {
    struct mapped here = map_fields_to_local(arena, look->rule, look->external);
    if (look->kind != CONTENT_SET && here.unmappable_count)
      return plan_look_unmappable(look, here.unmappable, here.unmappable_count);
    chosen = here.value;
  }
  struct plan_field decision = plan_look_settle(arena, look, PLAN_RESOLVED, &chosen);
  if (decision.action == PLAN_RESOLVED) {
    static const enum plan_winner winners[] = {PLAN_WINNER_LOCAL, PLAN_WINNER_EXTERNAL, PLAN_WINNER_VALUE};
    decision.winner = winners[choice];
    decision.closes_conflict = look->frozen;
  }
  return decision;
}

/* `input` with an empty local value of `field` where only the external side carries it: imported with a word that has
 * no counterpart here. */
static struct plan_input with_local(struct arena *arena, const struct plan_input *input, struct str field) {
  struct plan_input with = *input;
  const struct value *external = values_find(&input->external, field);
  if (!external || values_find(&input->local, field))
    return with;
  struct values_builder local = {.arena = arena};
  values_put_all(&local, &input->local);
  values_put(&local, external->kind == VALUE_SET ? value_set(field, NULL, 0) : value_text(field, STR("")));
  with.local = values_built(&local);
  return with;
}

struct plan plan_resolve(struct arena *arena, const struct plan_input *input, struct str field, enum plan_choice choice,
                         const struct value *value) {
  struct plan plan = {0};
  struct plan_input carried = choice == PLAN_CHOOSE_LOCAL ? *input : with_local(arena, input, field);
  struct plan_look look;
  if (choice == PLAN_CHOOSE_LOCAL && !values_find(&input->local, field))
    return plan;
  if (!plan_look_at(arena, &carried, field, &look))
    return plan;
  struct plan_field *decision = ARENA_NEW(arena, struct plan_field);
  *decision = plan_look_guard(&look, resolve(arena, &look, choice, value));
  return (struct plan){.fields = decision, .count = 1, .needs_fresh = decision->action == PLAN_WAIT};
}

/* A set with the numbers of its members, and which numbers it has. */
struct numbered {
  const struct value *set;
  size_t *numbers;
  bool *has;
};

static void add_numbered(struct arena *arena, struct words *words, struct numbered *numbered) {
  numbered->numbers = ARENA_ARRAY(arena, size_t, numbered->set->count);
  for (size_t i = 0; i < numbered->set->count; i++)
    words_add(words, numbered->set->items[i], &numbered->numbers[i]);
}

static void mark_numbered(struct arena *arena, struct numbered *numbered, size_t different) {
  numbered->has = words_marked(arena, numbered->numbers, numbered->set->count, different);
}

/* Members of `from` that are in `also` are appended to `items`, unless they are among them. */
static size_t append_members(struct str *items, size_t count, const struct numbered *from, const struct numbered *also,
                             bool *taken) {
  for (size_t i = 0; i < from->set->count; i++)
    if (also->has[from->numbers[i]] && !taken[from->numbers[i]]) {
      taken[from->numbers[i]] = true;
      items[count++] = from->set->items[i];
    }
  return count;
}

/* The shadow without the written members, and those of them again that the response shows. */
static struct value after_delta(struct arena *arena, const struct value *shadow, const struct plan_write *write,
                                const struct value *returned) {
  struct words words = {0};
  struct numbered old = {.set = shadow}, add = {.set = &write->add}, remove = {.set = &write->remove},
                  shown = {.set = returned ? returned : &write->add}, *all[] = {&old, &add, &remove, &shown};
  struct str *items = ARENA_ARRAY(arena, struct str, shadow->count + write->add.count + write->remove.count);
  size_t count = 0;
  for (size_t i = 0; i < 4; i++)
    add_numbered(arena, &words, all[i]);
  size_t different = words_number(&words);
  for (size_t i = 0; i < 4; i++)
    mark_numbered(arena, all[i], different);
  bool *taken = ARENA_ARRAY(arena, bool, different);
  for (size_t i = 0; i < shadow->count; i++)
    if (!add.has[old.numbers[i]] && !remove.has[old.numbers[i]]) {
      taken[old.numbers[i]] = true;
      items[count++] = shadow->items[i];
    }
  count = append_members(items, count, &add, &shown, taken);
  if (returned)
    count = append_members(items, count, &remove, &shown, taken);
  return value_set(shadow->name, items, count);
}

struct value plan_receipt(struct arena *arena, const struct value *shadow_external, const struct plan_write *write,
                          const struct value *returned) {
  struct value nothing = value_set(write->has_delta ? write->add.name : write->set.name, NULL, 0);
  if (write->has_delta)
    return after_delta(arena, shadow_external ? shadow_external : &nothing, write, returned);
  if (write->set.kind == VALUE_TEXT)
    return returned ? canon_clean(arena, catalogue_kind(returned->name, returned->kind), returned) : write->set;
  struct plan_write members = {.has_delta = true, .add = write->set, .remove = nothing};
  return after_delta(arena, &nothing, &members, returned);
}
