/* GitHub's Link header, and the pull's cursor as it comes back from the store: anything is read, and what was read is
 * printed the same again. */
#include "adapter-github/cursor.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct connection connection = {.remote = STR("acme/rocket"), .repo_path = STR("/repos/acme/rocket")};
  struct arena arena = {0};
  struct str input = fuzz_text(data, size), next = github_link(input, "next");
  MUST_HOLD(next.length == 0 || (next.at > input.at && next.at + next.length < input.at + input.length));
  struct cursor *cursor = cursor_read(&connection, &arena, input);
  struct str text = cursor_print(&connection, &arena, cursor);
  struct cursor *again = cursor_read(&connection, &arena, text);
  MUST_HOLD(str_equal(cursor_print(&connection, &arena, again), text));
  arena_free(&connection.arena);
  arena_free(&arena);
  return 0;
}
