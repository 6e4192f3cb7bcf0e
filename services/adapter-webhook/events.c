/* Deliveries as observations. A delivery that shows less than a whole ticket is `unreadable`, which makes the skeleton
 * fetch it; where nothing can be fetched it is refused, and never read as empty fields. Pure. */
#include "adapter-webhook/webhook.h"
#include "base/json.h"

struct reading {
  struct arena *arena;
  const struct schema *schema;
  struct observation *at;
  size_t count;
};

static struct result take_item(struct reading *r, const struct schema_event *event, const cJSON *node) {
  const struct schema_item *item = event->is_comment ? &r->schema->comment : &r->schema->ticket;
  bool can_get = !str_is_absent(item->get_url);
  struct observation seen;
  if (r->count == WEBHOOK_ITEMS_MAX)
    return result_error(RESULT_REJECTED, "a delivery carries more than %d items", WEBHOOK_ITEMS_MAX);
  TRY(webhook_read_id(r->arena, item, node, &seen));
  struct result result = event->is_deletion ? RESULT_DONE : webhook_read(r->arena, r->schema, item, node, &seen);
  if (!result_ok(&result) && !can_get)
    return result;
  if (event->is_deletion || !result_ok(&result))
    connector_set_gone(&seen, event->is_deletion ? STR("deleted") : STR("unreadable"), (struct str){0});
  r->at[r->count++] = seen;
  return RESULT_DONE;
}

static bool is_of_type(const struct schema_event *event, struct str type) {
  for (size_t i = 0; i < event->types.count; i++)
    if (str_equal(event->types.at[i], type))
      return true;
  return event->types.count == 0;
}

/* What an event of a given type must carry may be missing where any type will do. */
static struct result take_event(struct reading *r, const struct schema_event *event, const cJSON *tree) {
  const cJSON *node = NULL, *child;
  if (pointer_find(&event->path, tree, &node) != POINTER_FOUND)
    return event->types.count ? result_error(RESULT_REJECTED, "the delivery has no %.*s", STR_FMT(event->path.text))
                              : RESULT_DONE;
  if (cJSON_IsObject(node))
    return take_item(r, event, node);
  if (!cJSON_IsArray(node))
    return result_error(RESULT_REJECTED, "%.*s of the delivery is no object and no list", STR_FMT(event->path.text));
  cJSON_ArrayForEach(child, node) TRY(take_item(r, event, child));
  return RESULT_DONE;
}

static struct result take_events(struct reading *r, const cJSON *tree) {
  bool is_scalar;
  struct str type;
  webhook_text(r->arena, &r->schema->event_type, tree, &is_scalar, &type);
  for (size_t i = 0; i < r->schema->events.count; i++)
    if (is_of_type(&r->schema->events.at[i], type))
      TRY(take_event(r, &r->schema->events.at[i], tree));
  return RESULT_DONE;
}

struct result webhook_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                                struct list *out) {
  struct schema schema;
  cJSON *tree;
  (void)event;
  TRY(schema_read(arena, project->options, &schema));
  TRY(json_parse(body, &tree));
  struct reading reading = {arena, &schema, ARENA_ARRAY(arena, struct observation, WEBHOOK_ITEMS_MAX), 0};
  struct result result = take_events(&reading, tree);
  cJSON_Delete(tree);
  TRY(result);
  *out = (struct list){reading.at, reading.count};
  return RESULT_DONE;
}
