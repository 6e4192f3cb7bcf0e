/* GitHub's list of deliveries with its long numbers made texts: what was JSON still is, with as many members. */
#include "adapter-github/hooks.h"
#include "base/json.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str input = fuzz_text(data, size), quoted = github_quote_long_numbers(&arena, input);
  cJSON *before, *after;
  struct result read = json_parse(input, &before);
  if (result_ok(&read)) {
    struct result again = json_parse(quoted, &after);
    MUST_HOLD(result_ok(&again));
    MUST_HOLD(cJSON_GetArraySize(before) == cJSON_GetArraySize(after));
    cJSON_Delete(before);
    cJSON_Delete(after);
  }
  arena_free(&arena);
  return 0;
}
