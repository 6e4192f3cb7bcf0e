/* Merges: of texts by lines, of sets by members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/merge.h"

static const struct {
  const char *what, *base, *local, *external, *merged; /* merged NULL: not clean */
} texts[] = {
    {"edits apart", "a\nb\nc\nd\ne", "A\nb\nc\nd\ne", "a\nb\nc\nd\nE", "A\nb\nc\nd\nE"},
    {"additions at both ends", "m", "l\nm", "m\nx", "l\nm\nx"},
    {"an addition at the end without newline", "a\nb", "a\nb\nc", "X\na\nb", "X\na\nb\nc"},
    {"only local changed", "a", "b", "a", "b"},
    {"only external changed", "a", "a", "b", "b"},
    {"identical edits", "a\nb\nc", "a\nB\nc", "a\nB\nc", "a\nB\nc"},
    {"identical from nothing", "", "new", "new", "new"},
    {"one removes, one adds apart", "a\nb\nc\nd", "b\nc\nd", "a\nb\nc\nd\ne", "b\nc\nd\ne"},
    {"trailing blanks are no edit", "a\nb\nc\nd\ne", "a  \nb\nc\nd\nE", "A\nb\nc\nd\ne", "A\nb\nc\nd\nE"},
    {"trailing blanks of local are kept", "a\nb\nc\nd\ne", "a\nb\nc  \nd\nE", "A\nb\nc\nd\ne", "A\nb\nc  \nd\nE"},
    {"the same line differently", "a\nb\nc", "a\nL\nc", "a\nX\nc", NULL},
    {"two additions at the same place", "a", "a\nl", "a\nx", NULL},
    {"from nothing, differently", "", "l", "x", NULL},
    {"changed here, removed there", "a\nb\nc", "a\nB\nc", "a\nc", NULL},
    {"removed on both sides", "a\nb\nc", "a\nc", "a\nc", "a\nc"},
    {"all removed on both sides", "a\nb", "", "", ""},
    {"different parts removed", "a\nb\nc\nd\ne", "b\nc\nd\ne", "a\nb\nc\nd", "b\nc\nd"},
    {"all removed here, untouched there", "a\nb", "", "a\nb", ""},
    {"only a newline at the end more", "a\nb\nc\nd", "a\nb\nc\nd\n", "A\nb\nc\nd", "A\nb\nc\nd"},
    {"blank lines added apart", "a\nb\nc", "a\n\nb\nc", "a\nb\nc\n\nd", "a\n\nb\nc\n\nd"},
    {"moved here, removed there", "b\n1\n2\n3\n4", "1\n2\n3\n4\nb", "1\n2\n3\n4", NULL},
    {"all removed here, edited there", "a\nb\nc", "", "a\nB\nc", NULL},
    {"text that looks like conflict markers", "<<<<<<< a\n=======\n>>>>>>> b\nm\nn\no",
     "<<<<<<< a\n=======\n>>>>>>> b\nm\nn\nO", "x\n<<<<<<< a\n=======\n>>>>>>> b\nm\nn\no",
     "x\n<<<<<<< a\n=======\n>>>>>>> b\nm\nn\nO"},
};

static void merge_text_takes_a_result_only_with_both_edits(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct str merged = STR("untouched");
    bool clean = merge_text(&arena, str_of(texts[i].base), str_of(texts[i].local), str_of(texts[i].external), &merged);
    if (clean != (texts[i].merged != NULL) || !str_is(merged, clean ? texts[i].merged : "untouched"))
      fail_msg("%s: clean %d, '%s'", texts[i].what, clean, merged.at);
  }
  arena_free(&arena);
}

/* `lines` numbered lines, that of `changed` with a word more. */
static struct str numbered(struct arena *arena, int lines, int changed) {
  struct str_builder text = {.arena = arena};
  for (int i = 0; i < lines; i++)
    str_append_format(&text, "%s%d%s", i ? "\n" : "", i, i == changed ? " changed" : "");
  return str_built(&text);
}

static struct str repeated(struct arena *arena, char letter, size_t length) {
  char *at = ARENA_ARRAY(arena, char, length);
  memset(at, letter, length);
  return (struct str){at, length};
}

static void merge_text_takes_long_texts_and_long_lines(void **state) {
  (void)state;
  enum { LINES = 50000, LAST = LINES - 1 };
  struct arena arena = {0};
  struct str merged, line = repeated(&arena, 'x', 1024 * 1024);
  assert_true(merge_text(&arena, numbered(&arena, LINES, -1), numbered(&arena, LINES, 0), numbered(&arena, LINES, LAST),
                         &merged));
  assert_int_equal(merged.length, numbered(&arena, LINES, -1).length + 2 * strlen(" changed"));
  assert_true(str_starts_with(merged, "0 changed\n1\n") && str_ends_with(merged, "49999 changed"));
  struct str base = str_format(&arena, "a\n%.*s\nb", STR_FMT(line)),
             local = str_format(&arena, "L\n%.*s\nb", STR_FMT(line)),
             external = str_format(&arena, "a\n%.*s\nX", STR_FMT(line));
  assert_true(merge_text(&arena, base, local, external, &merged));
  assert_true(str_starts_with(merged, "L\nx") && str_ends_with(merged, "x\nX"));
  struct str huge = repeated(&arena, 'y', MERGE_TEXT_BYTES_MAX + 1);
  assert_false(merge_text(&arena, STR("a"), huge, STR("a"), &merged));
  assert_true(str_is_absent(merge_text_marked(&arena, NULL, huge, STR("a")).text));
  arena_free(&arena);
}

/* Lines that are alike take the square of their number. Between "m" and "b" there is one fewer than newlines. */
static void merge_text_leaves_too_many_lines_alike_alone(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str merged = STR("untouched");
  struct str most = repeated(&arena, '\n', MERGE_TEXT_ALIKE_MAX + 1),
             more = repeated(&arena, '\n', MERGE_TEXT_ALIKE_MAX + 2);
  struct str base = str_format(&arena, "a\nm%.*sb", STR_FMT(more));
  assert_false(merge_text(&arena, base, str_format(&arena, "L\nm%.*sb", STR_FMT(more)), base, &merged));
  assert_true(str_is(merged, "untouched") && str_is_absent(merge_text_marked(&arena, &base, base, base).text));
  base = str_format(&arena, "a\nm%.*sb", STR_FMT(most));
  assert_true(merge_text(&arena, base, str_format(&arena, "L\nm%.*sb", STR_FMT(most)), base, &merged));
  assert_true(str_starts_with(merged, "L\nm\n\n") && str_ends_with(merged, "\nb"));
  arena_free(&arena);
}

/* -- with markers -- */

static const struct {
  const char *what, *base, *local, *external, *text;
} marked[] = {
    {"apart: no markers", "a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC\n"},
    {"overlapping, beside what fits", "a\nb\nc\nd\ne", "a\nL\nc\nd\nE", "a\nX\nc\nd\ne",
     "a\n<<<<<<< local\nL\n||||||| base\nb\n=======\nX\n>>>>>>> external\nc\nd\nE\n"},
    {"without a base", NULL, "one\ntwo\nthree", "one\n2\nthree",
     "one\n<<<<<<< local\ntwo\n=======\n2\n>>>>>>> external\nthree\n"},
    {"texts with markers of their own", "<<<<<<< local\nb", "<<<<<<< local\nL", "<<<<<<< local\nX",
     "<<<<<<< local\n<<<<<<<< local\nL\n|||||||| base\nb\n========\nX\n>>>>>>>> external\n"},
};

static bool has_marker(struct str text, size_t length) {
  for (size_t at = 0; at < text.length; at++)
    if ((at == 0 || text.at[at - 1] == '\n') && merge_is_marker(str_slice(text, at, text.length), length))
      return true;
  return false;
}

static void merge_text_marked_holds_both_edits(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++) {
    struct str base = str_of(marked[i].base ? marked[i].base : "");
    struct merge_marked got =
        merge_text_marked(&arena, marked[i].base ? &base : NULL, str_of(marked[i].local), str_of(marked[i].external));
    if (!str_is(got.text, marked[i].text) || got.clean == has_marker(got.text, got.marker_length))
      fail_msg("%s: clean %d, '%s'", marked[i].what, got.clean, str_c(&arena, got.text));
  }
  arena_free(&arena);
}

static void merge_text_takes_absent_texts(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str merged;
  assert_true(merge_text(&arena, (struct str){0}, STR("a"), (struct str){0}, &merged));
  assert_true(str_is(merged, "a"));
  assert_true(merge_text(&arena, (struct str){0}, (struct str){0}, (struct str){0}, &merged));
  assert_non_null(merged.at);
  arena_free(&arena);
}

static const struct value_pair table[] = {
    {{"bug", 3}, {"Type: Bug", 9}}, {{"defect", 6}, {"Type: Bug", 9}}, {{"ui", 2}, {"Frontend", 8}}};
static const struct field_rule mapped = {.table = table, .count = 3};
static const struct field_rule closed = {.table = table, .count = 3, .closed = true};
static const struct field_rule plain;

static const struct field_rule one = {.members_max = 1};

enum { BOTH, PUSH_ONLY, PULL_ONLY };

static const struct {
  const char *what;
  const struct field_rule *rule;
  int allowed;
  const char *local, *external, *shadow_local, *shadow_external;
  const char *merged, *add, *remove, *new_shadow_local, *new_shadow_external, *sent_local;
} sets[] = {
    {"both add", &plain, BOTH, "a, l", "a, x", "a", "a", "a, l, x", "l", "", "a, x", "a, x", "a, l, x"},
    {"no room there", &one, BOTH, "a, l", "a", "a", "a", "a, l", "", "", "a", "a", "a"},
    {"room for one of two", &one, BOTH, "k, l", "", "", "", "k, l", "k", "", "", "", "k"},
    {"room made by a removal", &one, BOTH, "l", "a", "a", "a", "l", "l", "a", "a", "a", "l"},
    {"changed there, one more here", &one, BOTH, "a, l", "x", "a", "a", "l, x", "", "", "x", "x", "x"},
    {"both remove", &plain, BOTH, "b, c", "a, c", "a, b, c", "a, b, c", "c", "", "a", "a, c", "a, c", "c"},
    {"both add the same", &plain, BOTH, "n", "N", "", "", "n", "", "", "n", "N", "n"},
    {"both remove the same", &plain, BOTH, "", "", "a", "a", "", "", "", "", "", ""},
    {"local adds, external removes another", &plain, BOTH, "a, l", "", "a", "a", "l", "l", "", "", "", "l"},
    {"local removes, external adds another", &plain, BOTH, "", "a, x", "a", "a", "x", "", "a", "a, x", "a, x", "x"},
    {"only case differs", &plain, BOTH, "Bug", "bug", "BUG", "bug", "Bug", "", "", "Bug", "bug", "Bug"},
    {"the tracker refused one: quiet", &plain, BOTH, "a, no", "a", "a, no", "a", "a, no", "", "", "a, no", "a",
     "a, no"},
    {"the tracker added one: quiet", &plain, BOTH, "a", "a, own", "a", "a, own", "a", "", "", "a", "a, own", "a"},
    {"refused, then an edit elsewhere", &plain, BOTH, "a, no", "a, x", "a, no", "a", "a, no, x", "", "", "a, no, x",
     "a, x", "a, no, x"},
    {"adding wins: local adds again what external drops", &plain, BOTH, "a", "", "", "a", "a", "a", "", "", "", "a"},
    {"adding wins: external adds again what local drops", &plain, BOTH, "", "a", "a", "", "a", "", "", "a", "a", "a"},
    {"mapped add both ways", &mapped, BOTH, "ui", "type: bug", "", "", "bug, ui", "Frontend", "", "bug", "type: bug",
     "bug, ui"},
    {"a lossy pair is one member outside", &mapped, BOTH, "bug, defect", "Type: Bug", "bug", "Type: Bug", "bug, defect",
     "", "", "bug, defect", "Type: Bug", "bug, defect"},
    {"one of a lossy pair leaves", &mapped, BOTH, "defect", "Type: Bug", "bug, defect", "Type: Bug", "defect", "", "",
     "defect", "Type: Bug", "defect"},
    {"both of a lossy pair leave", &mapped, BOTH, "", "Type: Bug", "bug, defect", "Type: Bug", "", "", "Type: Bug",
     "bug, defect", "Type: Bug", ""},
    {"external removes a lossy pair", &mapped, BOTH, "bug, defect", "", "bug, defect", "Type: Bug", "", "", "", "", "",
     ""},
    {"remove in the external spelling", &mapped, BOTH, "", "FRONTEND", "ui", "Frontend", "", "", "FRONTEND", "ui",
     "FRONTEND", ""},
    {"unmappable stay where they are", &closed, BOTH, "eve, ui", "mallory", "eve", "mallory", "eve, ui", "Frontend", "",
     "", "", "ui"},
    {"push only: the external edit waits", &plain, PUSH_ONLY, "a, l", "x", "a", "a", "a, l", "l", "", "a", "a", "a, l"},
    {"push only: an external addition waits", &plain, PUSH_ONLY, "a", "a, x", "a", "a", "a", "", "", "a", "a", "a"},
    {"pull only: the local edit waits", &plain, PULL_ONLY, "l", "a, x", "a", "a", "l, x", "", "", "a, x", "a, x",
     "a, x"},
};

static void merge_sets_keeps_both_edits(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    struct value local = make_value(&arena, "labels", sets[i].local);
    struct value external = make_value(&arena, "labels", sets[i].external);
    struct value shadow_local = make_value(&arena, "labels", sets[i].shadow_local);
    struct value shadow_external = make_value(&arena, "labels", sets[i].shadow_external);
    struct merge_sides sides = {&local, &external, &shadow_local, &shadow_external};
    struct merge_set merged =
        merge_sets(&arena, sets[i].rule, &sides, sets[i].allowed != PULL_ONLY, sets[i].allowed != PUSH_ONLY);
    const struct value *got[] = {&merged.local,           &merged.add,       &merged.remove, &merged.shadow_local,
                                 &merged.shadow_external, &merged.sent_local};
    const char *wanted[] = {
        sets[i].merged,    sets[i].add, sets[i].remove, sets[i].new_shadow_local, sets[i].new_shadow_external,
        sets[i].sent_local};
    for (int j = 0; j < 6; j++)
      if (strcmp(make_shown(&arena, got[j]), wanted[j]) != 0)
        fail_msg("%s: result %d is '%s', not '%s'", sets[i].what, j, make_shown(&arena, got[j]), wanted[j]);
  }
  arena_free(&arena);
}

static void merge_sets_reports_what_is_unmappable_and_pending(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local = make_value(&arena, "labels", "eve, ui"), external = make_value(&arena, "labels", "mallory");
  struct value empty = make_value(&arena, "labels", "");
  struct merge_sides sides = {&local, &external, &empty, &empty};
  struct merge_set merged = merge_sets(&arena, &closed, &sides, false, true);
  struct value unmappable = value_set(STR("labels"), merged.unmappable, merged.unmappable_count);
  assert_string_equal(make_shown(&arena, &unmappable), "eve, mallory");
  assert_true(merged.pends);
  assert_false(merged.pulls);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(merge_text_takes_a_result_only_with_both_edits),
      cmocka_unit_test(merge_text_leaves_too_many_lines_alike_alone),
      cmocka_unit_test(merge_text_takes_absent_texts),
      cmocka_unit_test(merge_text_takes_long_texts_and_long_lines),
      cmocka_unit_test(merge_text_marked_holds_both_edits),
      cmocka_unit_test(merge_sets_keeps_both_edits),
      cmocka_unit_test(merge_sets_reports_what_is_unmappable_and_pending),
  };
  return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
