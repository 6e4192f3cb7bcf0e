/* canon(): what is the same, what is kept, and the hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/canon.h"

#define MARKER "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef0123456789abcdef -->"

static const struct {
  const char *what;
  enum content_kind kind;
  const char *in, *clean, *canon;
} texts[] = {
    {"plain", CONTENT_TEXT, "a\nb", "a\nb", "a\nb"},
    {"empty", CONTENT_TEXT, "", "", ""},
    {"CRLF and CR are LF", CONTENT_TEXT, "a\r\nb\rc\r\n\r\nd", "a\nb\nc\n\nd", "a\nb\nc\n\nd"},
    {"trailing blanks are kept for Markdown, not compared", CONTENT_TEXT, "a  \nb\t\n", "a  \nb\t\n", "a\nb"},
    {"newlines at the end", CONTENT_TEXT, "a\n\n \n", "a\n\n \n", "a"},
    {"leading blanks are kept", CONTENT_TEXT, "\n  a", "\n  a", "\n  a"},
    {"NFC", CONTENT_TEXT, "e\xCC\x81", "e\xCC\x81", "\xC3\xA9"},
    {"ill-formed bytes", CONTENT_TEXT, "a\xFFz\xC3", "a\xEF\xBF\xBDz\xEF\xBF\xBD", "a\xEF\xBF\xBDz\xEF\xBF\xBD"},
    {"a surrogate", CONTENT_TEXT, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"marker at the end with the blank lines before it", CONTENT_TEXT, "a\n\n" MARKER "\n", "a\n", "a"},
    {"marker alone", CONTENT_TEXT, MARKER, "", ""},
    {"marker in the middle", CONTENT_TEXT, "a\n \n" MARKER "\nb", "a\nb", "a\nb"},
    {"marker within a line", CONTENT_TEXT, "a " MARKER " b", "a  b", "a  b"},
    {"two markers", CONTENT_TEXT, "a\n" MARKER "\n" MARKER, "a", "a"},
    {"marker around a marker", CONTENT_TEXT,
     "a<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef" MARKER " -->", "a", "a"},
    {"op_id is no UUID", CONTENT_TEXT, "<!-- tandem:v1:3f2504e0:0123456789abcdef -->",
     "<!-- tandem:v1:3f2504e0:0123456789abcdef -->", "<!-- tandem:v1:3f2504e0:0123456789abcdef -->"},
    {"op_id of the right length is no UUID", CONTENT_TEXT,
     "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c+0305e82c3301:0123456789abcdef -->",
     "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c+0305e82c3301:0123456789abcdef -->",
     "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c+0305e82c3301:0123456789abcdef -->"},
    {"hmac in upper case", CONTENT_TEXT, "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789ABCDEF -->",
     "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789ABCDEF -->",
     "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789ABCDEF -->"},
    {"another version", CONTENT_TEXT, "<!-- tandem:v2:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef -->",
     "<!-- tandem:v2:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef -->",
     "<!-- tandem:v2:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef -->"},
    {"a line is one line, trimmed", CONTENT_LINE, " a\r\nb\n", "a b", "a b"},
    {"a line keeps its case", CONTENT_LINE, "Big Crash", "Big Crash", "Big Crash"},
    {"a choice keeps its case", CONTENT_CHOICE, " In Progress ", "In Progress", "In Progress"},
    {"a member is folded", CONTENT_SET, " Bug ", "Bug", "bug"},
    {"a member is folded beyond ASCII", CONTENT_SET, "STRASSE \xC3\x9C", "STRASSE \xC3\x9C", "strasse \xC3\xBC"},
    {"sharp s", CONTENT_SET,
     "stra\xC3\x9F"
     "e",
     "stra\xC3\x9F"
     "e",
     "strasse"},
};

static void canon_text_has_one_form(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct str clean = canon_clean_text(&arena, texts[i].kind, str_of(texts[i].in));
    struct str canon = canon_text(&arena, texts[i].kind, str_of(texts[i].in));
    if (!str_is(clean, texts[i].clean) || !str_is(canon, texts[i].canon))
      fail_msg("%s: clean '%s', canon '%s'", texts[i].what, clean.at, canon.at);
  }
  arena_free(&arena);
}

static void canon_replaces_nul(void **state) {
  (void)state;
  struct arena arena = {0};
  assert_true(str_is(canon_text(&arena, CONTENT_TEXT, STR("a\0b")), "a\xEF\xBF\xBD"
                                                                    "b"));
  assert_true(str_is(canon_text(&arena, CONTENT_SET, STR("a\0b")), "a\xEF\xBF\xBD"
                                                                   "b"));
  arena_free(&arena);
}

static void canon_takes_an_absent_text_as_empty(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value value = canon_value(&arena, CONTENT_TEXT, &(struct value){.name = STR("body")});
  assert_non_null(value.text.at);
  assert_int_equal(value.text.length, 0);
  arena_free(&arena);
}

static void canon_set_is_folded_sorted_and_without_doubles(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value set = make_value(&arena, "labels", "Zeta, bug, , BUG, alpha");
  struct value canon = canon_value(&arena, CONTENT_SET, &set);
  assert_int_equal(canon.count, 3);
  assert_true(str_is(canon.items[0], "alpha"));
  assert_true(str_is(canon.items[1], "bug"));
  assert_true(str_is(canon.items[2], "zeta"));
  arena_free(&arena);
}

static void canon_clean_set_keeps_the_first_spelling(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value set = make_value(&arena, "labels", "Bug, BUG, , Docs");
  struct value clean = canon_clean(&arena, CONTENT_SET, &set);
  assert_string_equal(make_shown(&arena, &clean), "Bug, Docs");
  arena_free(&arena);
}

static const struct {
  const char *name, *a, *b;
  bool equal;
} pairs[] = {
    {"body", "a\r\nb \n\n", "a\nb", true},
    {"body", "a", "A", false},
    {"body", "a\n\n" MARKER, "a", true},
    {"title", "a\nb", "a b", true},
    {"title", "a  b", "a b", false},
    {"labels", "Bug, docs", "DOCS, bug", true},
    {"labels", "bug", "bug, docs", false},
    {"labels", "", "", true},
    {"labels", "bug, Bug", "bug", true},
    {"status", "open", "Open", false},
    {"title", "\xC3\xA9", "e\xCC\x81", true},
    {"labels", "\xC3\x89t\xC3\xA9", "\xC3\xA9t\xC3\xA9", true},
    {"labels", "\xE1\xBE\xB3\xCC\x81", "\xE1\xBE\xB4", true},
    {"title", " tab\tin ", "tab\tin", true},
    {"labels", "a b", "ab", false},
    {"title", "\xE2\x80\x83x", "x", false},
};

static void canon_equal_compares_what_counts(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    struct value a = make_value(&arena, pairs[i].name, pairs[i].a), b = make_value(&arena, pairs[i].name, pairs[i].b);
    enum content_kind kind = catalogue_kind(a.name, a.kind);
    if (canon_equal(kind, &a, &b) != pairs[i].equal || canon_equal(kind, &b, &a) != pairs[i].equal)
      fail_msg("%s: '%s' and '%s'", pairs[i].name, pairs[i].a, pairs[i].b);
  }
  arena_free(&arena);
}

static void canon_equal_never_equates_a_text_with_a_set(void **state) {
  (void)state;
  struct value text = value_text(STR("x"), STR("")), set = value_set(STR("x"), NULL, 0);
  assert_false(canon_equal(CONTENT_SET, &text, &set));
}

static void hash_of(const struct value *at, size_t count, unsigned char out[CANON_HASH_BYTES]) {
  canon_hash(&(struct values){at, count}, out);
}

static void canon_hash_ignores_order_and_form(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value a[] = {make_value(&arena, "title", "x"), make_value(&arena, "labels", "b, A")};
  struct value b[] = {make_value(&arena, "labels", "a, B, b"), make_value(&arena, "title", " x\n")};
  unsigned char first[CANON_HASH_BYTES], second[CANON_HASH_BYTES];
  hash_of(a, 2, first);
  hash_of(b, 2, second);
  assert_memory_equal(first, second, CANON_HASH_BYTES);
  arena_free(&arena);
}

static void canon_hash_tells_contents_apart(void **state) {
  (void)state;
  struct arena arena = {0};
  const struct value contents[][2] = {
      {make_value(&arena, "title", "ab"), make_value(&arena, "body", "c")},
      {make_value(&arena, "title", "a"), make_value(&arena, "body", "bc")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "body", "")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "labels", "")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "labels", "a b")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "labels", "a, b")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "labels", "ab")},
      {make_value(&arena, "title", "ab"), make_value(&arena, "status", "ab")},
      {make_value(&arena, "title", ""), make_value(&arena, "status", "")},
  };
  enum { COUNT = sizeof contents / sizeof contents[0] };
  unsigned char hashes[COUNT + 1][CANON_HASH_BYTES];
  hash_of(NULL, 0, hashes[COUNT]);
  for (size_t i = 0; i < COUNT; i++)
    hash_of(contents[i], 2, hashes[i]);
  for (size_t i = 0; i <= COUNT; i++)
    for (size_t j = 0; j < i; j++)
      assert_memory_not_equal(hashes[i], hashes[j], CANON_HASH_BYTES);
  arena_free(&arena);
}

/* Stored hashes must stay good: whoever changes this one has to raise CANON_VERSION. */
static void canon_hash_stays_the_same(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value content[] = {make_value(&arena, "title", "Crash on start"),
                            make_value(&arena, "body", "Steps:\r\n1. a\n"), make_value(&arena, "labels", "Bug, ui")};
  unsigned char hash[CANON_HASH_BYTES];
  hash_of(content, 3, hash);
  struct str_builder hex = {.arena = &arena};
  for (int i = 0; i < CANON_HASH_BYTES; i++)
    str_append_format(&hex, "%02x", hash[i]);
  assert_int_equal(CANON_VERSION, 1);
  assert_string_equal(str_built(&hex).at, "bcd3395d6dee78accc943f64eda135e1");
  arena_free(&arena);
}

static void canon_marker_at_end_gives_its_length(void **state) {
  (void)state;
  assert_int_equal(canon_marker_at_end(STR("a" MARKER)), sizeof MARKER - 1);
  assert_int_equal(canon_marker_at_end(STR(MARKER " ")), 0);
  assert_int_equal(canon_marker_at_end(STR(" -->")), 0);
  assert_int_equal(canon_marker_at_end(STR("0123456789abcdef0123456789abcdef -->")), 0);
  assert_int_equal(canon_marker_at_end(STR("")), 0);
}

static void canon_knows_members_in_any_spelling(void **state) {
  static const struct str all[] = {{"Bug", 3}, {"\xc3\x84rger", 6}, {"ui", 2}},
                          some[] = {{"bug", 3}, {"A\xcc\x88RGER", 7}}, others[] = {{"bug", 3}, {"new", 3}},
                          none[] = {{"new", 3}};
  const struct value set = value_set(STR("labels"), all, 3), empty = value_set(STR("labels"), NULL, 0);
  const struct value in = value_set(STR("labels"), some, 2), half = value_set(STR("labels"), others, 2),
                     out = value_set(STR("labels"), none, 1);
  (void)state;
  assert_true(canon_has_all(&set, &in) && canon_has_any(&set, &in));
  assert_true(!canon_has_all(&set, &half) && canon_has_any(&set, &half));
  assert_true(!canon_has_all(&set, &out) && !canon_has_any(&set, &out));
  assert_true(canon_has_all(&empty, &empty) && !canon_has_any(&set, &empty));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(canon_knows_members_in_any_spelling),
      cmocka_unit_test(canon_text_has_one_form),
      cmocka_unit_test(canon_replaces_nul),
      cmocka_unit_test(canon_takes_an_absent_text_as_empty),
      cmocka_unit_test(canon_set_is_folded_sorted_and_without_doubles),
      cmocka_unit_test(canon_clean_set_keeps_the_first_spelling),
      cmocka_unit_test(canon_equal_compares_what_counts),
      cmocka_unit_test(canon_equal_never_equates_a_text_with_a_set),
      cmocka_unit_test(canon_hash_ignores_order_and_form),
      cmocka_unit_test(canon_hash_tells_contents_apart),
      cmocka_unit_test(canon_hash_stays_the_same),
      cmocka_unit_test(canon_marker_at_end_gives_its_length),
  };
  return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}
