/* The whole of the options, and whether its parts fit together. */
#include "adapter-webhook/schema.h"

#include "adapter-webhook/template.h"
#include "base/json.h"

enum { OPTIONS_BYTES_MAX = 256 * 1024, OVERLAP_S = 60, OVERLAP_S_MAX = 24 * 3600 };

/* -- how tickets and comments are read -- */

static bool is_given(const struct pointer *pointer) {
  return !str_is_absent(pointer->text);
}

static struct result read_places(const struct schema_node *node, struct schema_item *item) {
  const struct {
    const char *name;
    struct pointer *out;
  } places[] = {
      {"id", &item->id},
      {"key", &item->key},
      {"url", &item->url},
      {"author", &item->author},
      {"updated_at", &item->updated_at},
      {"version", &item->version},
      {"created_at", &item->created_at},
      {"deleted", &item->deleted},
      {"restricted", &item->restricted},
      {"marker", &item->marker},
      {"idempotency_key", &item->idempotency_key},
      {"ticket", &item->ticket},
  };
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    TRY(schema_get_pointer(node, places[i].name, places[i].out));
  return RESULT_DONE;
}

static bool has_field(const struct schema_item *item, const char *name) {
  for (size_t i = 0; i < item->fields.count; i++)
    if (str_is(item->fields.at[i].known.name, name))
      return true;
  return false;
}

static struct result check_item(const struct schema_node *node, const struct schema_item *item) {
  bool comment = strcmp(item->kind, "comment") == 0;
  if (!is_given(&item->id))
    return schema_wrong(node, "id", "it is missing");
  if (!is_given(&item->updated_at) && !is_given(&item->version))
    return schema_wrong(node, "updated_at", "it is missing, and so is version: one tells which state is newer");
  if (comment != is_given(&item->ticket))
    return schema_wrong(node, "ticket", comment ? "it is missing" : "only comments have one");
  if (comment && (item->fields.count != 1 || !has_field(item, "body")))
    return schema_wrong(node, "fields", "a comment has the field body and no other");
  if (!comment && !has_field(item, "title"))
    return schema_wrong(node, "fields", "a ticket has a title");
  return RESULT_DONE;
}

/* A creation of ours is told from a copy of its marker by its author. */
static struct result check_self(const struct schema_node *node, const struct schema *schema,
                                const struct schema_item *item) {
  bool shows_whose = is_given(&item->marker) || is_given(&item->idempotency_key);
  if (shows_whose && is_given(&item->author) && schema->self.length == 0)
    return schema_wrong(node, "author", "options.self must say which author tandem is there");
  return RESULT_DONE;
}

static struct result read_item(const struct schema_node *options, const struct schema *schema, const char *kind,
                               struct schema_item *item) {
  static const char *const names[] = {"id",      "key",        "url",     "author", "updated_at",
                                      "version", "created_at", "deleted", "marker", "idempotency_key",
                                      "ticket",  "restricted", "fields",  NULL};
  struct schema_node node = {0};
  item->kind = kind;
  TRY(schema_get_node(options, kind, &node));
  if (!node.object)
    return strcmp(kind, "ticket") == 0 ? schema_wrong(options, kind, "it is missing") : RESULT_DONE;
  item->is_mapped = true;
  TRY(schema_only(&node, names));
  TRY(read_places(&node, item));
  TRY(schema_read_fields(&node, item));
  TRY(check_self(&node, schema, item));
  return check_item(&node, item);
}

/* -- deliveries -- */

static struct result read_types(const struct schema_node *node, struct schema_event *event) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(node->object, "types"), *child;
  size_t count = 0;
  if (!list)
    return RESULT_DONE;
  struct str *types = ARENA_ARRAY(node->arena, struct str, (size_t)cJSON_GetArraySize(list) + 1);
  cJSON_ArrayForEach(child, list) {
    if (!cJSON_IsString(child))
      return schema_wrong(node, "types", "it must be a list of texts");
    types[count++] = str_copy(node->arena, str_of(child->valuestring));
  }
  if (!cJSON_IsArray(list) || count == 0)
    return schema_wrong(node, "types", "it must be a list of texts, and not empty");
  event->types.at = types;
  event->types.count = count;
  return RESULT_DONE;
}

static struct result read_event(const struct schema_node *node, const struct schema *schema,
                                struct schema_event *event) {
  static const char *const names[] = {"types", "ticket", "comment", "deleted", NULL};
  struct pointer ticket = {0}, comment = {0};
  TRY(schema_only(node, names));
  TRY(read_types(node, event));
  TRY(schema_get_pointer(node, "ticket", &ticket));
  TRY(schema_get_pointer(node, "comment", &comment));
  TRY(schema_get_bool(node, "deleted", &event->is_deletion));
  if (is_given(&ticket) == is_given(&comment))
    return schema_wrong(node, "ticket", "either ticket or comment says where it stands in a delivery");
  event->is_comment = is_given(&comment);
  event->path = event->is_comment ? comment : ticket;
  if (event->is_comment && !schema->comment.is_mapped)
    return schema_wrong(node, "comment", "options.comment does not say what a comment is");
  if (event->types.count && !is_given(&schema->event_type))
    return schema_wrong(node, "types", "options.events.type does not say where a delivery's type stands");
  return RESULT_DONE;
}

static struct result read_events(const struct schema_node *options, struct schema *schema) {
  static const char *const names[] = {"type", "carry", NULL};
  struct schema_node node = {0};
  TRY(schema_get_node(options, "events", &node));
  if (!node.object)
    return RESULT_DONE;
  TRY(schema_only(&node, names));
  TRY(schema_get_pointer(&node, "type", &schema->event_type));
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(node.object, "carry"), *child;
  int count = cJSON_GetArraySize(list);
  if (!cJSON_IsArray(list) || count == 0 || count > SCHEMA_EVENTS_MAX)
    return schema_wrong(&node, "carry", "it must be a list of what deliveries carry");
  struct schema_event *events = ARENA_ARRAY(node.arena, struct schema_event, (size_t)count);
  size_t i = 0;
  cJSON_ArrayForEach(child, list) {
    struct str place = str_format(node.arena, "%.*s.carry[%zu]", STR_FMT(node.place), i);
    struct schema_node one = {node.arena, child, place};
    if (!cJSON_IsObject(child))
      return schema_wrong(&node, "carry", "each must be an object");
    TRY(read_event(&one, schema, &events[i++]));
  }
  schema->events.at = events;
  schema->events.count = i;
  return RESULT_DONE;
}

/* -- reading from the tracker -- */

/* {"url": ..., "path": ...} of `get` or `probe`; the path is the whole answer if not said. */
static struct result read_look(const struct schema_node *parent, const char *name, const char *const *variables,
                               struct str *out_url, struct pointer *out_path) {
  static const char *const names[] = {"url", "path", NULL};
  struct schema_node node = {0};
  TRY(schema_get_node(parent, name, &node));
  if (!node.object)
    return RESULT_DONE;
  TRY(schema_only(&node, names));
  TRY(schema_get_url(&node, "url", variables, out_url));
  if (str_is_absent(*out_url))
    return schema_wrong(&node, "url", "it is missing");
  TRY(pointer_parse(node.arena, STR(""), out_path));
  return schema_get_pointer(&node, "path", out_path);
}

/* A tracker that does not know the query's key may answer with just any ticket, so an item has to show whose it is,
 * unless the key is part of the resource's path. */
static struct result check_probe(const struct schema_node *node, const struct schema_item *item) {
  if (str_is_absent(item->probe_url) || is_given(&item->marker) || is_given(&item->idempotency_key) ||
      template_has_in_path(item->probe_url, "key"))
    return RESULT_DONE;
  return schema_wrong(node, item->kind,
                      "with {key} in the query, the item must show marker or idempotency_key, which are not mapped");
}

static struct result read_looks(const struct schema_node *options, struct schema *schema) {
  static const char *const names[] = {"ticket", "comment", NULL}, *const of_ticket[] = {"remote", "id", NULL},
                           *const of_comment[] = {"remote", "ticket", "id", NULL},
                           *const of_key[] = {"remote", "key", NULL},
                           *const of_comment_key[] = {"remote", "ticket", "key", NULL};
  struct schema_node get = {options->arena, NULL, {0}}, probe = get;
  TRY(schema_get_node(options, "get", &get));
  TRY(schema_get_node(options, "probe", &probe));
  TRY(schema_only(&get, names));
  TRY(schema_only(&probe, names));
  struct schema_item *ticket = &schema->ticket, *comment = &schema->comment;
  TRY(read_look(&get, "ticket", of_ticket, &ticket->get_url, &ticket->get_path));
  TRY(read_look(&get, "comment", of_comment, &comment->get_url, &comment->get_path));
  TRY(read_look(&probe, "ticket", of_key, &ticket->probe_url, &ticket->probe_path));
  TRY(read_look(&probe, "comment", of_comment_key, &comment->probe_url, &comment->probe_path));
  TRY(check_probe(&probe, ticket));
  return check_probe(&probe, comment);
}

static struct result read_list(const struct schema_node *parent, const char *name, struct schema_item *item) {
  static const char *const names[] = {"url", "list", "next", NULL}, *const variables[] = {"remote",  "since",
                                                                                          "since_s", "since_ms",
                                                                                          "cursor",  NULL};
  struct schema_node node = {0};
  TRY(schema_get_node(parent, name, &node));
  if (!node.object)
    return RESULT_DONE;
  TRY(schema_only(&node, names));
  TRY(schema_get_url(&node, "url", variables, &item->poll_url));
  if (str_is_absent(item->poll_url))
    return schema_wrong(&node, "url", "it is missing");
  TRY(pointer_parse(node.arena, STR(""), &item->poll_list));
  TRY(schema_get_pointer(&node, "list", &item->poll_list));
  TRY(schema_get_pointer(&node, "next", &item->poll_next));
  if (str_find(item->poll_url, "since") >= 0 && !is_given(&item->updated_at))
    return schema_wrong(&node, "url", "since is a time, and updated_at is not mapped");
  if (str_find(item->poll_url, "cursor") >= 0 && !is_given(&item->poll_next))
    return schema_wrong(&node, "next", "it is missing: where does the cursor stand?");
  return RESULT_DONE;
}

static struct result read_poll(const struct schema_node *options, struct schema *schema) {
  static const char *const names[] = {"tickets", "comments", "overlap_s", NULL};
  struct schema_node node = {0};
  int64_t overlap_s = OVERLAP_S;
  TRY(schema_get_node(options, "poll", &node));
  if (!node.object)
    return RESULT_DONE;
  TRY(schema_only(&node, names));
  TRY(schema_get_number(&node, "overlap_s", 0, OVERLAP_S_MAX, &overlap_s));
  schema->poll_overlap_ms = overlap_s * 1000;
  TRY(read_list(&node, "tickets", &schema->ticket));
  return read_list(&node, "comments", &schema->comment);
}

/* -- writing to the tracker -- */

static struct result read_out(const struct schema_node *options, struct schema *schema) {
  static const char *const names[] = {"ticket", "comment", NULL};
  struct schema_item *items[] = {&schema->ticket, &schema->comment};
  struct schema_node node = {0};
  TRY(schema_get_node(options, "out", &node));
  if (!node.object)
    return RESULT_DONE;
  TRY(schema_only(&node, names));
  for (size_t i = 0; i < 2; i++) {
    struct schema_node one = {0};
    TRY(schema_get_node(&node, items[i]->kind, &one));
    if (!one.object)
      continue;
    if (!items[i]->is_mapped)
      return schema_wrong(&node, items[i]->kind, "what it is has to be mapped too");
    TRY(schema_read_out(&one, items[i]));
    TRY(schema_check_out(&one, items[i]));
  }
  return RESULT_DONE;
}

/* -- the whole -- */

static struct result read_tree(struct arena *arena, const cJSON *tree, struct schema *out) {
  static const char *const names[] = {"self", "ticket", "comment", "events", "out", "get", "probe", "poll", NULL};
  struct schema_node options = {arena, tree, STR("")};
  if (!cJSON_IsObject(tree))
    return result_error(RESULT_REJECTED, "the project's options must be an object");
  TRY(schema_only(&options, names));
  TRY(schema_get_text(&options, "self", &out->self));
  TRY(read_item(&options, out, "ticket", &out->ticket));
  TRY(read_item(&options, out, "comment", &out->comment));
  TRY(read_events(&options, out));
  TRY(read_looks(&options, out));
  TRY(read_poll(&options, out));
  return read_out(&options, out);
}

struct result schema_read(struct arena *arena, struct str options, struct schema *out) {
  cJSON *tree;
  struct schema schema = {0};
  if (options.length == 0)
    return result_error(RESULT_REJECTED, "the project has no options: they say what its tickets look like");
  if (options.length > OPTIONS_BYTES_MAX)
    return result_error(RESULT_REJECTED, "the project's options are larger than %d bytes", OPTIONS_BYTES_MAX);
  struct result result = json_parse(options, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_REJECTED, "the project's options are not JSON: %s", result.message);
  result = read_tree(arena, tree, &schema);
  cJSON_Delete(tree);
  if (result_ok(&result))
    *out = schema;
  return result;
}
