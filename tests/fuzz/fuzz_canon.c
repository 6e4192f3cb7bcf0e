/* Texts of trackers as the heart handles them: canonical forms, the line that names an author, and three-way merges.
 * The input is cut at its NULs into base, ours and theirs. */
#include "base/arena.h"
#include "fuzz.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/merge.h"

static struct str next_part(struct str *rest) {
  ptrdiff_t end = 0;
  while ((size_t)end < rest->length && rest->at[end])
    end++;
  struct str part = str_slice(*rest, 0, (size_t)end);
  *rest = str_slice(*rest, (size_t)end + 1 < rest->length ? (size_t)end + 1 : rest->length, rest->length);
  return part.at ? part : STR("");
}

static void try_text(struct arena *arena, struct str text) {
  for (int kind = CONTENT_LINE; kind <= CONTENT_SET; kind++) {
    struct str once = canon_text(arena, (enum content_kind)kind, text);
    MUST_HOLD(str_equal(once, canon_text(arena, (enum content_kind)kind, once)));
    MUST_HOLD(canon_equal_text((enum content_kind)kind, text, once));
  }
  struct str clean = canon_clean_text(arena, CONTENT_TEXT, text);
  MUST_HOLD(canon_marker_at_end(clean) == 0);
}

/* What tandem adds comes off again, and leaves what somebody wrote. */
static void try_attribution(struct arena *arena, struct str body, struct str author, struct str url) {
  struct str clean = canon_clean_text(arena, CONTENT_TEXT, body), own = attribution_strip(clean);
  struct str sent = attribution_add(arena, own, author, STR("Jira"), url);
  MUST_HOLD(attribution_strip(clean).length <= clean.length);
  MUST_HOLD(str_equal(str_slice(sent, 0, own.length), own));
}

/* libgit2 takes more for blank than canon() does: form feeds, vertical tabs, carriage returns. */
static bool has_odd_blanks(struct str text) {
  return str_find(text, "\f") >= 0 || str_find(text, "\v") >= 0 || str_find(text, "\r") >= 0;
}

/* A side that changed nothing gives way. */
static void try_merge(struct arena *arena, struct str base, struct str ours, struct str theirs) {
  struct str merged;
  if (merge_text(arena, base, ours, theirs, &merged))
    MUST_HOLD(merged.at != NULL);
  if (!has_odd_blanks(base) && !has_odd_blanks(ours) && merge_text(arena, base, ours, base, &merged))
    MUST_HOLD(canon_equal_text(CONTENT_TEXT, merged, ours));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str rest = fuzz_text(data, size);
  struct str base = next_part(&rest), ours = next_part(&rest), theirs = next_part(&rest);
  try_text(&arena, base);
  try_attribution(&arena, base, ours, theirs);
  try_merge(&arena, canon_clean_text(&arena, CONTENT_TEXT, base), canon_clean_text(&arena, CONTENT_TEXT, ours),
            canon_clean_text(&arena, CONTENT_TEXT, theirs));
  arena_free(&arena);
  return 0;
}
