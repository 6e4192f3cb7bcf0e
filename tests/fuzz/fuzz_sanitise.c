/* Texts that leave, and the same when they come back. The input is cut at its first NUL into what is said here and what
 * the other side has. */
#include "base/arena.h"
#include "fuzz.h"
#include "sync/canon.h"
#include "sync/sanitise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct str hosts[] = {{"ci.example.org", 14}};
  const struct sanitise_rules rules = {
      .internal_hosts = hosts, .internal_host_count = 1, .own_url = STR("https://jira.corp/")};
  struct arena arena = {0};
  struct str all = fuzz_text(data, size);
  size_t cut = 0;
  while (cut < size && all.at[cut])
    cut++;
  struct str text = canon_clean_text(&arena, CONTENT_TEXT, str_slice(all, 0, cut));
  struct str known = canon_clean_text(&arena, CONTENT_TEXT, str_slice(all, cut < size ? cut + 1 : size, size));
  struct str sent = sanitise_out(&arena, CONTENT_TEXT, text, known, &rules);
  MUST_HOLD(str_equal(sanitise_out(&arena, CONTENT_TEXT, sent, known, &rules), sent));
  MUST_HOLD(str_equal(sanitise_out(&arena, CONTENT_TEXT, known, known, &rules), known));
  sanitise_in(&arena, CONTENT_TEXT, text, known, &rules);
  struct str words = canon_clean_text(&arena, CONTENT_CHOICE, text);
  struct str left = sanitise_out(&arena, CONTENT_CHOICE, words, (struct str){0}, &rules);
  MUST_HOLD(str_equal(sanitise_out(&arena, CONTENT_CHOICE, left, (struct str){0}, &rules), left));
  MUST_HOLD(str_equal(sanitise_in(&arena, CONTENT_CHOICE, words, left, &rules), words));
  arena_free(&arena);
  return 0;
}
