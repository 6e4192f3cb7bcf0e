/* The pull's cursor as it comes back from the store: anything is read, and what was read is printed the same again. */
#include "adapter-jira/cursor.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct connection connection = {.cloud = size % 2 == 0, .project = STR("ROCKET")};
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(&connection, &arena, fuzz_text(data, size));
  MUST_HOLD(cursor->known_count <= CURSOR_KNOWN_MAX);
  struct str text = cursor_print(&connection, &arena, cursor);
  struct cursor *again = cursor_read(&connection, &arena, text);
  MUST_HOLD(str_equal(cursor_print(&connection, &arena, again), text));
  arena_free(&connection.arena);
  arena_free(&arena);
  return 0;
}
