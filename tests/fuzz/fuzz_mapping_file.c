/* A mapping file: what is taken is JSON. */
#include "base/json.h"
#include "cli/mapping_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct mapping_file file = {0};
  cJSON *tree = NULL;
  struct result result = mapping_file_parse(&arena, fuzz_text(data, size), "mapping.yaml", &file);
  MUST_HOLD(result_ok(&result) || (result.code == RESULT_REJECTED && result.message[0]));
  if (result_ok(&result)) {
    result = json_parse(file.json, &tree);
    MUST_HOLD(result_ok(&result) && cJSON_IsObject(tree));
    cJSON_Delete(tree);
  }
  arena_free(&arena);
  return 0;
}
