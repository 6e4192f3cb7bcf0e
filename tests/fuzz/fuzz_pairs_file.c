/* The file of `tandem link file`: what is read is whole pairs, and written again it reads the same. */
#include "base/arena.h"
#include "cli/pairs_file.h"
#include "fuzz.h"

static struct str written(struct arena *arena, const struct pair *pairs, size_t count) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "T-1,T-2\n"); /* so that no heading is first */
  for (size_t i = 0; i < count; i++) {
    str_append(&text, pairs[i].key);
    str_append_c(&text, ",");
    str_append(&text, pairs[i].other);
    str_append_c(&text, "\n");
  }
  return str_built(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct pair *pairs = NULL, *again = NULL;
  size_t count = 0, again_count = 0;
  struct result result = pairs_file_read(&arena, fuzz_text(data, size), &pairs, &count);
  MUST_HOLD(result_ok(&result) || (result.code == RESULT_REJECTED && result.message[0]));
  if (result_ok(&result) && count) {
    result = pairs_file_read(&arena, written(&arena, pairs, count), &again, &again_count);
    MUST_HOLD(result_ok(&result) && again_count == count + 1);
    for (size_t i = 0; i < count; i++)
      MUST_HOLD(str_equal(pairs[i].key, again[i + 1].key) && str_equal(pairs[i].other, again[i + 1].other));
  }
  arena_free(&arena);
  return 0;
}
