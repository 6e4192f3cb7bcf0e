/* One write is one request under its operation's id as Idempotency-Key, and ends with the target as it is afterwards:
 * as the answer shows it, or fetched. */
#include "adapter-webhook/webhook.h"
#include "base/json.h"

/* -- what the write is -- */

static struct result path_of(struct connection *c, struct arena *arena, const struct schema_write *write,
                             const struct intent *intent, struct str *out) {
  const struct template_variable variables[] = {
      {"remote", c->remote}, {"id", intent->external_id}, {"ticket", intent->parent_external_id}};
  return template_expand(arena, write->url, variables, 3, out);
}

/* The present members of sets that are sent whole. NULL: not needed, or nobody can tell. */
static struct result present_fields(struct connection *c, struct arena *arena, const struct schema_item *item,
                                    const struct push *push, const struct values **out) {
  struct observation *seen = ARENA_NEW(arena, struct observation);
  *out = push->fresh ? &push->fresh->fields : NULL;
  if (*out || !webhook_needs_fresh(item, push->payload) || str_is_absent(item->get_url))
    return RESULT_DONE;
  TRY(webhook_get(c, arena, item, push->intent->external_id, push->intent->parent_external_id, seen));
  *out = &seen->fields;
  return RESULT_DONE;
}

static struct result body_of(struct connection *c, struct arena *arena, const struct schema_item *item,
                             const struct push *push, bool create, struct str *out) {
  const struct values *fresh = NULL;
  cJSON *body;
  if (!create)
    TRY(present_fields(c, arena, item, push, &fresh));
  TRY(webhook_write(arena, item, push->payload, create, fresh, &body));
  /* Where they stand does not exclude a field: the mapping was checked. */
  if (!str_is_absent(item->out_marker.text) && create && push->payload->marker.length)
    pointer_put(&item->out_marker, body, cJSON_CreateString(str_c(arena, push->payload->marker)));
  if (!str_is_absent(item->out_ticket.text) && create)
    pointer_put(&item->out_ticket, body, cJSON_CreateString(str_c(arena, push->intent->parent_external_id)));
  *out = json_print(arena, body);
  return RESULT_DONE;
}

/* -- what came of it -- */

/* The whole item, where the answer shows one. `*out_id`: the id that it shows, or of what was changed. */
static struct result read_answer(struct connection *c, struct arena *arena, const struct schema_item *item,
                                 const cJSON *tree, struct str *out_id, struct observation *out) {
  bool only_id = !str_is_absent(item->answer_id.text), is_scalar;
  const cJSON *node = NULL;
  struct str id;
  if (pointer_find(&item->answer, tree, &node) != POINTER_FOUND)
    node = NULL;
  webhook_text(arena, only_id ? &item->answer_id : &item->id, only_id ? tree : node, &is_scalar, &id);
  if (out_id->length == 0)
    *out_id = id;
  if (only_id || !node)
    return result_error(RESULT_REJECTED, "the answer does not show the %s", item->kind);
  return webhook_read(arena, &c->schema, item, node, out);
}

static struct result result_of(struct connection *c, struct arena *arena, const struct schema_item *item,
                               const struct push *push, bool create, struct str body, struct observation *out) {
  cJSON *tree = NULL;
  struct str id = create ? STR("") : push->intent->external_id;
  struct result parsed = json_parse(body, &tree);
  struct result result = result_ok(&parsed) ? read_answer(c, arena, item, tree, &id, out) : parsed;
  cJSON_Delete(tree);
  if (result_ok(&result) && str_equal(out->external_id, id))
    return RESULT_DONE;
  if (str_is_absent(item->get_url) || id.length == 0)
    return result_ok(&result) ? result_error(RESULT_REJECTED, "the answer shows another %s", item->kind) : result;
  return webhook_get(c, arena, item, id, push->intent->parent_external_id, out);
}

/* -- push -- */

/* A creation that is repeated under its key may show what somebody deleted since: making another would undo that. */
static struct result check_present(const struct schema_item *item, const struct observation *seen, bool create) {
  if (seen->gone.length == 0)
    return RESULT_DONE;
  return result_error(create ? RESULT_REJECTED : RESULT_GONE, "the %s %.*s was %s and is deleted there", item->kind,
                      STR_FMT(seen->external_key), create ? "created" : "changed");
}

static struct result write(struct connection *c, struct arena *arena, const struct schema_item *item,
                           const struct push *push, bool create, struct observation *out) {
  const struct schema_write *how = create ? &item->create : &item->update;
  struct webhook_call call = {.method = how->method, .key = push->intent->op_id};
  struct webhook_answer answer = {0};
  TRY(body_of(c, arena, item, push, create, &call.body));
  TRY(path_of(c, arena, how, push->intent, &call.path));
  TRY(webhook_call(c, arena, &call, &answer));
  TRY(result_after_write(result_of(c, arena, item, push, create, answer.body, out)));
  return check_present(item, out, create);
}

static struct result delete_item(struct connection *c, struct arena *arena, const struct schema_item *item,
                                 const struct intent *intent, struct observation *out) {
  struct webhook_call call = {.method = item->remove.method, .key = intent->op_id};
  struct webhook_answer answer = {0};
  if (str_is_absent(item->remove.url))
    return result_error(RESULT_REJECTED,
                        "a %s cannot be deleted here: options.out.%s.delete is not mapped; delete it there", item->kind,
                        item->kind);
  TRY(path_of(c, arena, &item->remove, intent, &call.path));
  struct result result = webhook_call(c, arena, &call, &answer);
  if (result.code == RESULT_GONE && !str_is_absent(item->get_url))
    return connector_confirm_deleted(c, arena, webhook_fetch, intent, out);
  if (!result_ok(&result) && result.code != RESULT_GONE)
    return result;
  *out = connector_deleted(arena, intent);
  return RESULT_DONE;
}

static struct result check_intent(const struct schema_item *item, const struct intent *intent, bool create) {
  const struct schema_write *how = create ? &item->create : &item->update;
  if (str_is_absent(how->url))
    return result_error(RESULT_REJECTED, "a %s cannot be %s here: options.out.%s.%s is not mapped", item->kind,
                        create ? "created" : "changed", item->kind, create ? "create" : "update");
  if (intent->op_id.length == 0 || (!create && intent->external_id.length == 0))
    return result_error(RESULT_REJECTED, "the write has no operation id or no target");
  return RESULT_DONE;
}

struct result webhook_push(struct connection *c, struct arena *arena, const struct push *push,
                           struct observation *out) {
  const struct intent *intent = push->intent;
  const struct schema_item *item = webhook_item(&c->schema, intent->kind);
  bool create = str_is(intent->change, "create");
  struct observation seen = {0};
  if (str_is(intent->change, "delete"))
    return delete_item(c, arena, item, intent, out);
  TRY(check_intent(item, intent, create));
  TRY(write(c, arena, item, push, create, &seen));
  if (create) {
    seen.author_is_self = true;
    seen.marker = push->payload->marker;
  }
  *out = seen;
  return RESULT_DONE;
}

/* -- find -- */

/* Nothing can be looked at by its key. */
static struct result without_probe(const struct schema_item *item) {
  if (item->honours_key)
    return result_error(RESULT_GONE, "not looked for: the same Idempotency-Key makes it once");
  return result_error(RESULT_REJECTED,
                      "whether the %s was created cannot be found out (options.probe.%s is not mapped): look there, "
                      "then retry or link it",
                      item->kind, item->kind);
}

/* A tracker that does not know the query shows what it likes. */
static struct result check_found(const struct schema_item *item, const struct observation *seen, struct str op_id,
                                 struct str marker) {
  bool shows_whose = !str_is_absent(item->marker.text) || !str_is_absent(item->idempotency_key.text);
  TRY(check_present(item, seen, true));
  if (shows_whose && !str_equal(seen->marker, op_id) && !str_equal(seen->marker, marker))
    return result_error(RESULT_REJECTED, "options.probe.%s shows %.*s, which has another key", item->kind,
                        STR_FMT(seen->external_key));
  return RESULT_DONE;
}

static struct result find_created(struct connection *c, struct arena *arena, const struct schema_item *item,
                                  const struct intent *intent, struct str marker, struct observation *out) {
  const struct template_variable variables[] = {
      {"remote", c->remote}, {"key", intent->op_id}, {"ticket", intent->parent_external_id}};
  struct webhook_call call = {.method = "GET"};
  struct webhook_answer answer = {0};
  struct observation seen;
  cJSON *tree;
  const cJSON *node;
  TRY(template_expand(arena, item->probe_url, variables, 3, &call.path));
  TRY(webhook_look(c, arena, &call, &item->probe_path, &answer, &tree, &node));
  struct result result = webhook_read(arena, &c->schema, item, node, &seen);
  cJSON_Delete(tree);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "GET %.*s: %s", STR_FMT(call.path), result.message);
  TRY(check_found(item, &seen, intent->op_id, marker));
  seen.author_is_self = true;
  if (marker.length)
    seen.marker = marker;
  *out = seen;
  return RESULT_DONE;
}

struct result webhook_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                           struct observation *out) {
  const struct schema_item *item = webhook_item(&c->schema, intent->kind);
  return str_is_absent(item->probe_url) ? without_probe(item) : find_created(c, arena, item, intent, marker, out);
}
