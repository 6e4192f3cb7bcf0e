/* The people of the model world: what they write, and the words by which it is known again. */
#include <stdio.h>

#include "make.h"
#include "sync/canon.h"
#include "world.h"

static const char *new_token(struct world *world, int field) {
  if (world->token_count == WORLD_TOKENS)
    return "more";
  struct world_token *token = &world->tokens[world->token_count];
  snprintf(token->text, sizeof token->text, "t%03d", world->token_count++ % 1000);
  token->field = field;
  return token->text;
}

static struct str draw_line(struct world *world, int field) {
  return str_format(world->c->arena, "%s", new_token(world, field));
}

static struct str draw_body(struct world *world, const char *before, int field) {
  const char *token = new_token(world, field);
  struct arena *arena = world->c->arena;
  switch (property_draw(world->c, 5)) {
  case 0:
    return str_format(arena, "%s", token);
  case 1:
    return str_format(arena, "%s\n%s", before, token);
  case 2:
    return str_format(arena, "%s\n\n%s", token, before);
  case 3:
    return str_format(arena, "*%s*\r\n%s \n", token, before);
  default:
    return str_format(arena, "*%s*", token);
  }
}

static struct str draw_status(struct world *world, bool local) {
  static const char *const here[] = {"open", "in_progress", "done", "cancelled", "odd"};
  static const char *const there[] = {"open", "closed", "Blocked"};
  return local ? property_word(world->c, here, 5) : property_word(world->c, there, 3);
}

static struct value draw_labels(struct world *world, struct world_tracker *tracker, const struct value *before,
                                int field) {
  size_t count = before ? before->count : 0, kept = 0;
  struct str *items = ARENA_ARRAY(world->c->arena, struct str, count + 2);
  uint32_t how = property_draw(world->c, 6), dropped = count ? property_draw(world->c, (uint32_t)count) : 0;
  for (size_t i = 0; i < count; i++)
    if (how != 1 && (how != 2 || i != dropped))
      items[kept++] = before->items[i];
  if (how == 0 || how == 2)
    items[kept++] = str_of(new_token(world, field));
  if (how == 3)
    items[kept++] = tracker ? STR("Type: Bug") : STR("bug");
  if (how == 4)
    items[kept++] = tracker ? STR("TYPE: BUG") : STR("defect");
  if (how == 5)
    items[kept++] = STR("refused");
  struct value value = value_set(str_of(world_fields[field]), items, kept);
  return canon_clean(world->c->arena, CONTENT_SET, &value);
}

struct value world_draw_value(struct world *world, struct world_tracker *tracker, int field) {
  const struct values_builder *side = tracker ? &tracker->now : &world->local;
  struct values values = values_built(side);
  struct str name = str_of(world_fields[field]);
  const struct value *before = values_find(&values, name);
  if (field == 3)
    return draw_labels(world, tracker, before, field);
  if (field == 2)
    return value_text(name, draw_status(world, tracker == NULL));
  if (field == 1)
    return value_text(name, draw_body(world, before ? str_c(world->c->arena, before->text) : "", field));
  return value_text(name, draw_line(world, field));
}

/* A person who changes a value has seen what was there. */
void world_put(struct world *world, struct world_tracker *tracker, int field, struct value value) {
  struct values_builder *side = tracker ? &tracker->now : &world->local;
  const char *before = world_shown(world, side, field);
  values_put(side, value);
  const char *after = world_shown(world, side, field);
  for (int i = 0; i < world->token_count; i++)
    if (world->tokens[i].field == field && strstr(before, world->tokens[i].text) &&
        !strstr(after, world->tokens[i].text))
      world->tokens[i].removed = true;
  world->now_ms += 1500 * (int64_t)property_draw(world->c, 3);
  *(tracker ? &tracker->changed_ms[field] : &world->changed_ms[field]) = world->now_ms;
  if (world->c->shows)
    property_note(world->c, "%s: %s '%s' -> '%s'", tracker ? "tracker" : "local", world_fields[field], before, after);
}

bool world_person_edits(struct world *world, struct world_tracker *tracker) {
  int field = (int)property_draw(world->c, WORLD_FIELDS);
  for (int tried = 0; tried < WORLD_FIELDS && !world->active[field]; tried++)
    field = (field + 1) % WORLD_FIELDS;
  world_put(world, tracker, field, world_draw_value(world, tracker, field));
  return true;
}
