/* Three texts, separated by the byte 0x1e: base, ours, theirs. A merge is the same whoever is called ours, and what
 * only one side changed is taken. */
#include "base/arena.h"
#include "fuzz.h"
#include "sync/canon.h"
#include "sync/merge.h"

/* Canonical, as merge_text() wants it. */
static struct str next_text(struct arena *arena, struct str *rest) {
  ptrdiff_t end = str_find(*rest, "\x1e");
  struct str text = str_slice(*rest, 0, end < 0 ? rest->length : (size_t)end);
  *rest = str_slice(*rest, end < 0 ? rest->length : (size_t)end + 1, rest->length);
  return canon_text(arena, CONTENT_TEXT, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str rest = fuzz_text(data, size);
  struct str base = next_text(&arena, &rest), local = next_text(&arena, &rest), external = next_text(&arena, &rest),
             one, other;
  bool merged = merge_text(&arena, base, local, external, &one);
  MUST_HOLD(merged == merge_text(&arena, base, external, local, &other));
  MUST_HOLD(!merged || str_equal(one, other));
  if (merge_text(&arena, base, local, base, &one))
    MUST_HOLD(str_equal(one, local));
  arena_free(&arena);
  return 0;
}
