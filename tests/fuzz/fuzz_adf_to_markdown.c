/* ADF from Jira to Markdown: what is accepted says the same when it is read again, and is sent back unchanged. */
#include "adapter-jira/richtext/node.h"
#include "base/json.h"
#include "fuzz.h"

static void try_document(struct arena *arena, const cJSON *adf) {
  struct str markdown, again;
  cJSON *sent = NULL;
  struct result result = adf_to_markdown(arena, adf, (struct str){0}, &markdown);
  if (!result_ok(&result) || cJSON_IsNull(adf))
    return;
  result = adf_to_markdown(arena, adf, markdown, &again);
  MUST_HOLD(result_ok(&result));
  result = adf_from_markdown(arena, markdown, adf, &sent);
  if (result_ok(&result)) {
    result = adf_check(sent);
    MUST_HOLD(result_ok(&result));
  }
  cJSON_Delete(sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  cJSON *tree = NULL;
  struct result result = json_parse(fuzz_text(data, size), &tree);
  if (result_ok(&result)) {
    try_document(&arena, tree);
    cJSON_Delete(tree);
  }
  arena_free(&arena);
  return 0;
}
