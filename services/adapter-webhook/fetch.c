/* One ticket or comment as it is now. */
#include "adapter-webhook/webhook.h"

static struct result path_of(struct connection *c, struct arena *arena, const struct schema_item *item, struct str id,
                             struct str ticket, struct str *out) {
  const struct template_variable variables[] = {{"remote", c->remote}, {"id", id}, {"ticket", ticket}};
  return template_expand(arena, item->get_url, variables, 3, out);
}

/* The answer's item, read. With an etag that still holds: `*not_modified`, and `out` untouched. */
static struct result get(struct connection *c, struct arena *arena, const struct schema_item *item,
                         const struct external_ref *ref, bool *not_modified, struct observation *out) {
  struct webhook_call call = {.method = "GET", .etag = ref->etag};
  struct webhook_answer answer = {0};
  struct observation seen;
  cJSON *tree;
  const cJSON *node;
  TRY(path_of(c, arena, item, ref->external_id, ref->parent_external_id, &call.path));
  TRY(webhook_look(c, arena, &call, &item->get_path, &answer, &tree, &node));
  *not_modified = tree == NULL;
  if (*not_modified)
    return RESULT_DONE;
  struct result result = webhook_read(arena, &c->schema, item, node, &seen);
  cJSON_Delete(tree);
  if (!result_ok(&result))
    return result_context(result, "GET %.*s", STR_FMT(call.path));
  TRY(connector_check_asked(ref, &seen));
  if (answer.etag.length && seen.gone.length == 0)
    seen.etag = str_copy(arena, answer.etag);
  *out = seen;
  return RESULT_DONE;
}

struct result webhook_get(struct connection *c, struct arena *arena, const struct schema_item *item, struct str id,
                          struct str ticket, struct observation *out) {
  struct external_ref ref = {.external_id = id, .parent_external_id = ticket};
  struct observation seen = {0};
  bool not_modified;
  TRY(get(c, arena, item, &ref, &not_modified, &seen));
  if (seen.gone.length)
    return result_error(RESULT_GONE, "%.*s is %.*s", STR_FMT(seen.external_key), STR_FMT(seen.gone));
  *out = seen;
  return RESULT_DONE;
}

/* What cannot be fetched: what was seen last holds, as far as anybody can know. */
static struct result without_get(const struct schema_item *item, const struct external_ref *ref, bool *not_modified) {
  if (ref->etag.length == 0)
    return result_error(RESULT_REJECTED, "%s %.*s cannot be looked at: options.get.%s is not mapped", item->kind,
                        STR_FMT(ref->external_id), item->kind);
  *not_modified = true;
  return RESULT_DONE;
}

struct result webhook_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                            bool *not_modified, struct observation *out) {
  const struct schema_item *item = webhook_item(&c->schema, ref->kind);
  *not_modified = false;
  if (!item->is_mapped)
    return result_error(RESULT_REJECTED, "options.%s is not mapped", item->kind);
  if (str_is_absent(item->get_url))
    return without_get(item, ref, not_modified);
  struct observation seen = {0};
  struct result result = get(c, arena, item, ref, not_modified, &seen);
  if (result.code == RESULT_GONE) {
    *out = connector_gone(arena, ref, STR("deleted"));
    return RESULT_DONE;
  }
  TRY(result);
  if (!*not_modified)
    *out = seen;
  return RESULT_DONE;
}
