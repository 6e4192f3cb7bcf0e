/* A ticket as it comes back from an editor: what is read is written, and read the same again. */
#include "base/arena.h"
#include "cli/ticket_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct value known_values[] = {{.name = {"body", 4}, .kind = VALUE_TEXT, .text = {"", 0}}};
  static const struct values known = {known_values, 1};
  if (size && memchr(data, 0, size))
    return 0; /* the store takes NULs out, so no ticket that is written has any */
  struct arena arena = {0};
  struct values first = {0}, second = {0};
  struct result result = ticket_file_read(&arena, fuzz_text(data, size), &known, &first);
  MUST_HOLD(result_ok(&result) || (result.code == RESULT_REJECTED && result.message[0]));
  if (result_ok(&result)) {
    ticket_file_changes(&arena, &known, &first);
    result = ticket_file_read(&arena, ticket_file_write(&arena, &first), &known, &second);
    MUST_HOLD(result_ok(&result) && str_equal(values_text(&first, "title"), values_text(&second, "title")));
  }
  arena_free(&arena);
  return 0;
}
