/* Options, then a ticket or comment: a mapping that is taken never breaks what is read or written by it. The first line
 * is the options, the rest the tracker's JSON. */
#include "adapter-webhook/webhook.h"
#include "base/json.h"
#include "fuzz.h"

/* A ticket with more than one member where one may be is read, and refused when it is written. */
static void write_back(struct arena *arena, const struct schema_item *item, const struct values *fields) {
  struct payload payload = {.set = *fields};
  cJSON *body = NULL;
  struct result result = webhook_write(arena, item, &payload, true, NULL, &body);
  MUST_HOLD(result_ok(&result) == (body != NULL));
  cJSON_Delete(body);
}

static void try_item(struct arena *arena, const struct schema *schema, const struct schema_item *item,
                     const cJSON *tree) {
  struct observation seen;
  struct result result = webhook_read(arena, schema, item, tree, &seen);
  if (!result_ok(&result))
    return;
  MUST_HOLD(seen.external_id.length && seen.external_key.length);
  MUST_HOLD(seen.gone.length ? seen.fields.count == 0 : seen.version > 0 && seen.fields.count == item->fields.count);
  if (seen.gone.length == 0)
    write_back(arena, item, &seen.fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str text = fuzz_text(data, size);
  ptrdiff_t line = str_find(text, "\n");
  struct schema schema;
  cJSON *tree = NULL;
  struct result result = schema_read(&arena, str_slice(text, 0, line < 0 ? text.length : (size_t)line), &schema);
  struct result parsed = json_parse(str_slice(text, (size_t)(line + 1), text.length), &tree);
  if (result_ok(&result) && result_ok(&parsed)) {
    try_item(&arena, &schema, &schema.ticket, tree);
    if (schema.comment.is_mapped)
      try_item(&arena, &schema, &schema.comment, tree);
  }
  cJSON_Delete(tree);
  arena_free(&arena);
  return 0;
}
