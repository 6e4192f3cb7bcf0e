/* Each allocation fails in turn: libgit2 and its xdiff, utf8proc. What is short of memory must not look like a
 * conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scarce.h"
#include "sync/canon.h"
#include "sync/diff.h"
#include "sync/merge.h"

#define BASE "one\ntwo\nthree\nfour\nfive\n"
#define LOCAL "one\ntwo, here\nthree\nfour\nfive\n"
#define EXTERNAL "one\ntwo\nthree\nfour, there\nfive\n"
#define AGAINST "one\ntwo, there\nthree\nfour\nfive\n"

static struct str texts_merged(struct arena *arena) {
  struct str merged = {0};
  bool clean = merge_text(arena, STR(BASE), STR(LOCAL), STR(EXTERNAL), &merged);
  return str_format(arena, "%d %.*s", clean, STR_FMT(merged));
}

static struct str texts_marked(struct arena *arena) {
  const struct str base = STR(BASE);
  struct merge_marked marked = merge_text_marked(arena, &base, STR(LOCAL), STR(AGAINST));
  return str_format(arena, "%d %.*s", marked.clean, STR_FMT(marked.text));
}

static struct str words_compared(struct arena *arena) {
  const struct str before[] = {STR("the"), STR("pump"), STR("leaks")};
  const struct str after[] = {STR("pump"), STR("still"), STR("leaks")};
  const int *partners = diff_partners(arena, before, 3, after, 3);
  return str_format(arena, "%d %d %d", partners[0], partners[1], partners[2]);
}

static struct str unicode_canonical(struct arena *arena) {
  return str_format(arena, "%.*s %.*s", STR_FMT(canon_text(arena, CONTENT_SET, STR("E\xCC\x81TAGE"))),
                    STR_FMT(canon_text(arena, CONTENT_TEXT, STR("e\xCC\x81tage"))));
}

static void out_of_memory_merge(void **state) {
  (void)state;
  scarce_check(texts_merged);
}

static void out_of_memory_marked_merge(void **state) {
  (void)state;
  scarce_check(texts_marked);
}

static void out_of_memory_diff(void **state) {
  (void)state;
  scarce_check(words_compared);
}

static void out_of_memory_unicode(void **state) {
  (void)state;
  scarce_check(unicode_canonical);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_merge),
      cmocka_unit_test(out_of_memory_marked_merge),
      cmocka_unit_test(out_of_memory_diff),
      cmocka_unit_test(out_of_memory_unicode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
