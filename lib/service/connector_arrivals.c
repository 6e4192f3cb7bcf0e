/* An update's parts, entry by entry. */
#include "service/connector_arrivals.h"

#include "sync/canon.h"
#include "sync/catalogue.h"

enum { SECOND_MS = 1000 };

static bool has_member(const struct value *set, struct str item) {
  for (size_t i = 0; set && i < set->count; i++)
    if (canon_equal_text(CONTENT_SET, set->items[i], item))
      return true;
  return false;
}

static bool same(const struct value *a, const struct value *b) {
  return canon_equal(catalogue_kind(a->name, a->kind), a, b);
}

static bool is_long_text(const struct value *value) {
  return catalogue_kind(value->name, value->kind) == CONTENT_TEXT;
}

/* -- is there doubt -- */

static bool shows_set(const struct values *sent, const struct values *now) {
  for (size_t i = 0; i < sent->count; i++) {
    const struct value *value = values_find(now, sent->at[i].name);
    if (value && !is_long_text(value) && !same(&sent->at[i], value))
      return false;
  }
  return true;
}

static bool shows_members(const struct values *members, const struct values *now, bool there) {
  for (size_t i = 0; i < members->count; i++) {
    const struct value *value = values_find(now, members->at[i].name);
    for (size_t n = 0; value && n < members->at[i].count; n++)
      if (has_member(value, members->at[i].items[n]) != there)
        return false;
  }
  return true;
}

/* A version of whole seconds is the same after a change within its second. */
static bool may_be_touched(const struct intent *intent, const struct observation *seen) {
  return seen->version != intent->seen_version || seen->version % SECOND_MS == 0;
}

bool arrivals_in_doubt(const struct intent *intent, const struct observation *seen) {
  const struct payload *sent = intent->doubted;
  return sent && !seen->gone.length && may_be_touched(intent, seen) &&
         !(shows_set(&sent->set, &seen->fields) && shows_members(&sent->add, &seen->fields, true) &&
           shows_members(&sent->remove, &seen->fields, false));
}

/* -- what the history tells -- */

struct arrivals arrivals_begin(struct arena *arena, const struct intent *intent, const struct observation *seen) {
  return (struct arrivals){.arena = arena, .sent = intent->doubted, .now = &seen->fields, .told = {.arena = arena}};
}

bool arrivals_want(const struct arrivals *arrivals, struct str field) {
  const struct payload *sent = arrivals->sent;
  return sent &&
         (values_find(&sent->set, field) || values_find(&sent->add, field) || values_find(&sent->remove, field));
}

static struct value with_member(struct arena *arena, const struct value *set, struct str member) {
  struct str *items = ARENA_ARRAY(arena, struct str, set->count + 1);
  if (set->count)
    memcpy(items, set->items, set->count * sizeof *items);
  items[set->count] = member;
  return value_set(set->name, items, set->count + 1);
}

static struct value without_member(struct arena *arena, const struct value *set, struct str member) {
  struct str *items = ARENA_ARRAY(arena, struct str, set->count);
  size_t count = 0;
  for (size_t i = 0; i < set->count; i++)
    if (!canon_equal_text(CONTENT_SET, set->items[i], member))
      items[count++] = set->items[i];
  return value_set(set->name, items, count);
}

/* The field as told so far. */
static struct value so_far(const struct arrivals *arrivals, struct str field) {
  struct values told = arrivals_told(arrivals);
  const struct value *value = values_find(&told, field);
  value = value ? value : values_find(arrivals->now, field);
  return value ? *value : value_set(field, NULL, 0);
}

static void tell_members(struct arrivals *arrivals, const struct value *from, const struct value *to) {
  const struct value *add = values_find(&arrivals->sent->add, to->name),
                     *remove = values_find(&arrivals->sent->remove, to->name);
  struct value field = so_far(arrivals, to->name);
  bool any = false;
  for (size_t i = 0; add && i < add->count; i++)
    if (has_member(to, add->items[i]) && !has_member(from, add->items[i]) && !has_member(&field, add->items[i])) {
      field = with_member(arrivals->arena, &field, add->items[i]);
      any = true;
    }
  for (size_t i = 0; remove && i < remove->count; i++)
    if (has_member(from, remove->items[i]) && !has_member(to, remove->items[i]) &&
        has_member(&field, remove->items[i])) {
      field = without_member(arrivals->arena, &field, remove->items[i]);
      any = true;
    }
  if (any)
    values_put(&arrivals->told, field);
}

void arrivals_entry(struct arrivals *arrivals, const struct value *from, const struct value *to) {
  if (!arrivals_want(arrivals, to->name))
    return;
  const struct value *sent = values_find(&arrivals->sent->set, to->name);
  const struct value *now = values_find(arrivals->now, to->name);
  if (sent && now && same(sent, to) && !same(sent, now))
    values_put(&arrivals->told, *to);
  else if (!sent)
    tell_members(arrivals, from, to);
}

struct values arrivals_told(const struct arrivals *arrivals) {
  return values_built(&arrivals->told);
}
