/* Example's JSON of tickets. What is read is complete. */
#include "adapter-example/example.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct observation seen;
  cJSON *tree = NULL;
  struct result result = json_parse(fuzz_text(data, size), &tree);
  if (result_ok(&result))
    result = example_read_ticket(&arena, tree, &seen);
  if (result_ok(&result))
    MUST_HOLD(seen.external_id.length && seen.external_key.length && seen.version > 0 && seen.fields.count == 2);
  cJSON_Delete(tree);
  arena_free(&arena);
  return 0;
}
