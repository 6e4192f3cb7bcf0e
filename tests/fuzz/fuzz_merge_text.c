/* Three texts, separated by the byte 0x1e: base, ours, theirs. What only one side changed, or both alike, is taken as
 * it is. That a merge holds both edits it checks by itself. */
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
  struct str base = next_text(&arena, &rest), local = next_text(&arena, &rest), external = next_text(&arena, &rest);
  struct str merged;
  if (merge_text(&arena, base, local, external, &merged))
    MUST_HOLD(merged.at && !str_ends_with(merged, "\n"));
  if (merge_text(&arena, base, local, base, &merged))
    MUST_HOLD(str_equal(merged, local));
  if (merge_text(&arena, base, base, external, &merged))
    MUST_HOLD(str_equal(merged, external));
  if (merge_text(&arena, base, local, local, &merged))
    MUST_HOLD(str_equal(merged, local));
  arena_free(&arena);
  return 0;
}
