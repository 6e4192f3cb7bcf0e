/* The headers of an answer: "name: value" lines. What they say is a moment, a time to wait or nothing. */
#include "base/arena.h"
#include "base/http.h"
#include "fuzz.h"

enum { LINES_MAX = 64, WEEK_MS = 7 * 86400 * 1000 };

static size_t read_lines(struct str rest, struct http_header *headers) {
  size_t count = 0;
  while (rest.length && count < LINES_MAX) {
    ptrdiff_t end = str_find(rest, "\n");
    struct str line = str_slice(rest, 0, end < 0 ? rest.length : (size_t)end);
    ptrdiff_t colon = str_find(line, ":");
    if (colon > 0)
      headers[count++] = (struct http_header){str_slice(line, 0, (size_t)colon),
                                              str_trim(str_slice(line, (size_t)colon + 1, line.length))};
    rest = str_slice(rest, end < 0 ? rest.length : (size_t)end + 1, rest.length);
  }
  return count;
}

/* An escaped text is one segment of a path. */
static void try_escape(struct arena *arena, struct str text) {
  struct str escaped = http_escape(arena, text);
  MUST_HOLD(escaped.length >= text.length && escaped.length <= 3 * text.length);
  for (size_t i = 0; i < escaped.length; i++)
    MUST_HOLD(escaped.at[i] > ' ' && escaped.at[i] < 0x7f && !strchr("/?#&=+", escaped.at[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct http_header headers[LINES_MAX];
  struct str text = fuzz_text(data, size);
  struct http_response response = {.headers = headers, .header_count = read_lines(text, headers)};
  int64_t wait_ms = http_retry_after_ms(&response);
  MUST_HOLD(wait_ms >= -1 && wait_ms <= WEEK_MS);
  MUST_HOLD(http_date_ms(&response) % 1000 == 0);
  MUST_HOLD(!http_same_origin(text, STR("https://tracker.example")) ||
            str_starts_with(text, "https://tracker.example/"));
  MUST_HOLD(!str_ends_with(http_base_url(text), "/"));
  try_escape(&arena, text);
  arena_free(&arena);
  return 0;
}
