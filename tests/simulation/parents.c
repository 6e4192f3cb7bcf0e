/* Translating and choosing parents. */
#include "simulation/parents.h"

#include "simulation/people.h"
#include "simulation/world.h"

static struct value none(void) {
  return value_text(STR("parent"), STR(""));
}

static bool is_reference(const struct value *value) {
  return value && str_is(value->name, "parent") && value->text.length;
}

static struct value word(struct world *world, const struct value *value, int identity) {
  return identity < 0 ? *value : value_text(value->name, str_format(&world->arena, "p%02d", identity));
}

struct value parents_word_there(const struct tracker *tracker, const struct value *value) {
  if (!is_reference(value))
    return value ? *value : (struct value){0};
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[i];
    if (str_is(item->kind, "ticket") && str_equal(item->id, value->text))
      return word(tracker->world, value, truth_identity(&tracker_now(item)->fields));
  }
  return *value;
}

struct values parents_words_there(const struct tracker *tracker, const struct values *fields) {
  struct values_builder words = {.arena = &tracker->world->arena};
  values_put_all(&words, fields);
  struct value word = parents_word_there(tracker, values_find(fields, STR("parent")));
  if (word.name.length)
    values_put(&words, word);
  return values_built(&words);
}

struct value parents_word_here(struct world *world, const struct value *value) {
  struct ticket ticket = {0};
  if (!is_reference(value))
    return value ? *value : (struct value){0};
  struct ticket_get get = {.key = value->text};
  struct result result = people_verb(world, VERB_TICKET_GET, &get, &ticket);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "ticket.get: %s", result.message);
  return word(world, value, truth_identity(&ticket.fields));
}

/* Every third time the parent that it has is taken away. */
static bool takes_away(const struct values *fields, uint64_t roll) {
  return roll % 3 == 0 && values_text(fields, "parent").length;
}

/* Whoever picks what it is already has not edited anything. */
static bool has_already(const struct values *fields, struct str parent) {
  return str_equal(values_text(fields, "parent"), parent);
}

struct value parents_choose_there(const struct tracker *tracker, const struct remote_item *child, uint64_t roll) {
  if (child && takes_away(&tracker_now(child)->fields, roll))
    return none();
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[(roll / 4 + i) % tracker->item_count];
    bool is_new = !child || (item != child && !has_already(&tracker_now(child)->fields, item->id));
    if (is_new && tracker_shows(item, "ticket") && truth_identity(&tracker_now(item)->fields) >= 0)
      return value_text(STR("parent"), item->id);
  }
  return (struct value){0};
}

struct value parents_choose_here(struct world *world, const struct ticket *child, uint64_t roll) {
  struct ticket_query query = {.limit = 50};
  struct ticket_list list = {0};
  if (child && takes_away(&child->fields, roll))
    return none();
  struct result result = people_verb(world, VERB_TICKET_LIST, &query, &list);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "ticket.list: %s", result.message);
  for (size_t i = 0; i < list.tickets.count; i++) {
    struct str key = list.tickets.at[(roll / 4 + i) % list.tickets.count].key;
    if (!child || (!str_equal(key, child->key) && !has_already(&child->fields, key)))
      return value_text(STR("parent"), key);
  }
  return (struct value){0};
}
