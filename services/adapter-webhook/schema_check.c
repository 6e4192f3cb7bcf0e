/* Whether what may be written can be written, read back and looked for; said before anything is. */
#include "adapter-webhook/schema.h"

static bool is_given(const struct pointer *pointer) {
  return !str_is_absent(pointer->text);
}

/* Puts something at every place of a body: two that exclude each other cannot both be there. */
static struct result try_place(const struct schema_node *node, cJSON *body, const struct pointer *pointer,
                               const char *name) {
  if (!is_given(pointer) || pointer_put(pointer, body, cJSON_CreateTrue()))
    return RESULT_DONE;
  return schema_wrong(node, name, "its place in what is sent is taken, or is the whole of it");
}

static struct result try_field(const struct schema_node *node, cJSON *body, const struct schema_out_field *out) {
  const char *name = str_c(node->arena, out->field->known.name);
  TRY(try_place(node, body, &out->path, name));
  TRY(try_place(node, body, &out->add, name));
  return try_place(node, body, &out->remove, name);
}

static struct result check_places(const struct schema_node *node, const struct schema_item *item) {
  struct schema_node fields = *node;
  fields.place = str_format(node->arena, "%.*s.fields", STR_FMT(node->place));
  cJSON *body = cJSON_CreateObject();
  struct result result = try_place(node, body, &item->out_marker, "marker");
  if (result_ok(&result))
    result = try_place(node, body, &item->out_ticket, "ticket");
  for (size_t i = 0; i < item->out_fields.count && result_ok(&result); i++)
    result = try_field(&fields, body, &item->out_fields.at[i]);
  cJSON_Delete(body);
  return result;
}

struct result schema_check_out(const struct schema_node *node, const struct schema_item *item) {
  bool can_get = !str_is_absent(item->get_url);
  TRY(check_places(node, item));
  if (is_given(&item->answer_id) && !can_get)
    return schema_wrong(node, "answer_id", "an answer with nothing but an id needs options.get to see the rest");
  if (is_given(&item->out_marker) && !is_given(&item->marker))
    return schema_wrong(node, "marker", "the marker is sent, but where it is shown is not mapped");
  if (!str_is_absent(item->create.url) && strcmp(item->kind, "comment") == 0 && !is_given(&item->out_ticket) &&
      str_find(item->create.url, "{ticket}") < 0)
    return schema_wrong(node, "create", "neither the address nor the body says which ticket the comment is for");
  return RESULT_DONE;
}
