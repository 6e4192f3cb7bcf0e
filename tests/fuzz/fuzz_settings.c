/* The settings file, which a person or a script wrote. */
#include "base/settings.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct settings settings;
  settings_defaults(&arena, &settings);
  struct result result = settings_parse_yaml(&arena, fuzz_text(data, size), "tandem.yaml", &settings);
  MUST_HOLD(result_ok(&result) || (result.code == RESULT_REJECTED && result.message[0]));
  arena_free(&arena);
  return 0;
}
