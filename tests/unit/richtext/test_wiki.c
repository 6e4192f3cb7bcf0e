/* Markdown and Jira's wiki markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/richtext/richtext.h"

/* Both ways. */
static const struct {
  const char *wiki, *markdown;
} forms[] = {
    {"", ""},
    {"h2. Title", "## Title"},
    {"a *b* _c_ -d- +e+ {{f}}", "a **b** _c_ ~~d~~ <u>e</u> `f`"},
    {"x{*}y{*}z", "x**y**z"},
    {"H{~}2{~}O", "H<sub>2</sub>O"},
    {"one\ntwo", "one\ntwo"},
    {"* a\n** b\n* c", "- a\n  - b\n- c"},
    {"# a\n# b", "1. a\n2. b"},
    {"* [x] a\n* [ ] b", "- [x] a\n- [ ] b"},
    {"{code:java}\nint i; // *no*\n{code}", "```java\nint i; // *no*\n```"},
    {"{quote}\nq\n{quote}", "> q"},
    {"{info}\ni\n{info}", "> [!NOTE]\n> i"},
    {"{panel:title=T}\nx\n{panel}", "<details>\n<summary>T</summary>\n\nx\n\n</details>"},
    {"----", "---"},
    {"||a||b||\n|c| |", "| a | b |\n| --- | --- |\n| c | |"},
    {"[docs|https://e.org/a]", "[docs](https://e.org/a)"},
    {"[~alice] hi", "[\\@alice](adf:mention?id=alice) hi"},
    {"{color:#ff0000}red{color}", "<span style=\"color: #ff0000\">red</span>"},
    {"!https://e.org/a.png|alt=A!", "![A](https://e.org/a.png)"},
    {"2 * 3 - 1 a-b a_b", "2 * 3 - 1 a-b a_b"},
    {"\\*no\\* \\{code\\} \\[x\\]", "\\*no\\* {code} \\[x]"},
    {"* a\n{code}\nx\n{code}\nafter", "- a\n\n  ```\n  x\n  ```\n\n  after"},
};

static void wiki_forms_go_both_ways(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    struct arena arena = {0};
    struct str text;
    struct result result = wiki_to_markdown(&arena, str_of(forms[i].wiki), (struct str){0}, &text);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(text.at, forms[i].markdown);
    result = wiki_from_markdown(&arena, str_of(forms[i].markdown), (struct str){0}, &text);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(text.at, forms[i].wiki);
    arena_free(&arena);
  }
}

#define SEEN                                                                                               \
  "h1. One\r\n\r\n- dashed\r\n- list\r\n\r\n{toc:depth=2} and !shot.png|thumbnail! and [^log.txt]\r\n\r\n" \
  "{panel:title=T|borderStyle=dashed}\r\nbordered\r\n{panel}\r\n\r\nbq. quoted\r\n\r\nlast"

static void wiki_keeps_what_an_edit_did_not_touch(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str markdown, wiki;
  struct result result = wiki_to_markdown(&arena, STR(SEEN), (struct str){0}, &markdown);
  assert_int_equal(result.code, RESULT_OK);
  struct str edited = str_format(&arena, "%.*s words", STR_FMT(markdown));
  result = wiki_from_markdown(&arena, edited, STR(SEEN), &wiki);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(wiki.at, SEEN " words");
  result = wiki_from_markdown(&arena, markdown, STR(SEEN), &wiki);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(wiki.at, SEEN);
  arena_free(&arena);
}

/* Wiki markup cannot say all of this; it comes back all the same. */
static void wiki_gives_back_the_known_markdown(void **state) {
  static const char known[] =
      "Title\n=====\n\n* one\n* [two](https://e.org \"t\")\n\n> # quoted\n\n1) x\n\n   ~~~\n   y\n   ~~~\n";
  (void)state;
  struct arena arena = {0};
  struct str wiki, markdown;
  struct result result = wiki_from_markdown(&arena, STR(known), (struct str){0}, &wiki);
  assert_int_equal(result.code, RESULT_OK);
  result = wiki_to_markdown(&arena, wiki, STR(known), &markdown);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(markdown.at, known);
  struct str longer = str_format(&arena, "%.*s\n\nadded there", STR_FMT(wiki));
  result = wiki_to_markdown(&arena, longer, STR(known), &markdown);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_starts_with(markdown, "Title\n=====\n\n* one\n* [two](https://e.org \"t\")\n\n"));
  assert_true(str_ends_with(markdown, "\n\nadded there"));
  arena_free(&arena);
}

static void wiki_hostile_markup_ends(void **state) {
  static const struct {
    const char *piece;
    size_t times;
  } rows[] = {{"{quote}\n", 5000}, {"*a ", 50000},   {"[a|", 50000}, {"{color:red}", 20000}, {"{{", 50000},
              {"|", 50000},        {"!a.b ", 20000}, {"\\", 100000}, {"*", 100000},          {"{code}\n", 10001}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str_builder text = {.arena = &arena};
    struct str markdown;
    for (size_t k = 0; k < rows[i].times; k++)
      str_append_c(&text, rows[i].piece);
    struct result result = wiki_to_markdown(&arena, str_built(&text), (struct str){0}, &markdown);
    assert_true(result.code == RESULT_OK || (result.code == RESULT_REJECTED && result.message[0]));
    arena_free(&arena);
  }
}

/* What wiki markup has no word for is said in the words that it has; nothing is left out. */
static void wiki_says_the_rest_in_its_own_words(void **state) {
#define IN_TABLE(cell) "<table>\n\n<tr>\n\n<td>\n\n" cell "\n\n</td>\n\n</tr>\n\n</table>"
#define CONTAINER(node) "<div data-adf='{&quot;type&quot;:&quot;" node "&quot;}'>"
  static const struct {
    const char *markdown, *wiki;
  } rows[] = {
      {"[https\\://e.org/x](https://e.org/x \"smart link\")", "[https://e.org/x]"},
      {"[\xF0\x9F\x98\x80](adf:emoji?shortName=%3Asmile%3A)", "\xF0\x9F\x98\x80"},
      {"[:tada:](adf:emoji?shortName=%3Atada%3A&named=1)", ":tada:"},
      {"[2024-05-01](adf:date)", "2024-05-01"},
      {"[DONE](adf:status?color=green)", "DONE"},
      {"[x](adf:node?json=%7B%22type%22%3A%22placeholder%22%2C%22attrs%22%3A%7B%22text%22%3A%22hold%22%7D%7D)", "hold"},
      {"```\nhas {code} inside\n```", "{noformat}\nhas {code} inside\n{noformat}"},
      {"> [!CAUTION]\n> c", "{warning}\nc\n{warning}"},
      {CONTAINER("panel") "\n\nx\n\ny\n\n</div>", "{panel}\nx\n\ny\n{panel}"},
      {CONTAINER("bodiedExtension") "\n\nx\n\n</div>", "x"},
      {CONTAINER("layoutSection") "\n\n" CONTAINER("layoutColumn") "\n\nx\n\n</div>\n\n" CONTAINER(
           "layoutColumn") "\n\ny\n\n</div>\n\n</div>",
       "x\n\ny"},
      {"```adf\n{\"type\":\"blockCard\",\"attrs\":{\"url\":\"u\"}}\n```",
       "{noformat}\n{\"type\":\"blockCard\",\"attrs\":{\"url\":\"u\"}}\n{noformat}"},
      {"- [x] a\n  - [ ] b", "* [x] a\n** [ ] b"},
      {"![a!b](https://e.org/a.png)", "!https://e.org/a.png!"},
      {IN_TABLE("a\n\nb"), "|a\\\\ b|"},
      {IN_TABLE("## h\n\n- c\n- d"), "|h\\\\ c\\\\ d|"},
      {IN_TABLE("- [x] t"), "|t|"},
      {IN_TABLE("```\nx\n\n| y\n```\n\n---"), "|{{x}}\\\\ \\\\ {{\\| y}}\\\\ |"},
      {IN_TABLE("![a](https://e.org/a.png)"), "|!https://e.org/a.png!|"},
      {IN_TABLE("```adf\n{\"type\":\"blockCard\",\"attrs\":{\"url\":\"u\"}}\n```"),
       "|\\{\"type\":\"blockCard\",\"attrs\":\\{\"url\":\"u\"\\}\\}|"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str wiki;
    struct result result = wiki_from_markdown(&arena, str_of(rows[i].markdown), (struct str){0}, &wiki);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(wiki.at, rows[i].wiki);
    arena_free(&arena);
  }
}

/* Forms that people write and tandem does not. */
static void wiki_other_forms_are_read(void **state) {
  static const struct {
    const char *wiki, *markdown;
  } rows[] = {
      {"{code}\r\nx\r\n{code}", "```\nx\n```"},
      {"{code:title=a|language=java}\nx\n{code}", "```java\nx\n```"},
      {"{code:title=a|java}\nx\n{code}", "```java\nx\n```"},
      {"{code:title=a}\nx\n{code}", "```\nx\n```"},
      {"a\r\nb\\\\c", "a\nb\nc"},
      {"* [x] *bold* more\n* [ ] x", "- [x] **bold** more\n- [ ] x"},
      {"* [x] a\n* b", "- \\[x] a\n- b"},
      {"??cite?? ^a^", "_cite_ <sup>a</sup>"},
      {"!https://e.org/a.png!", "![](https://e.org/a.png)"},
      {"a\rb", "ab"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str markdown;
    struct result result = wiki_to_markdown(&arena, str_of(rows[i].wiki), (struct str){0}, &markdown);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(markdown.at, rows[i].markdown);
    arena_free(&arena);
  }
}

static void wiki_absent_is_empty(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str markdown;
  struct result result = wiki_to_markdown(&arena, (struct str){0}, (struct str){0}, &markdown);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(markdown, ""));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wiki_forms_go_both_ways),
      cmocka_unit_test(wiki_keeps_what_an_edit_did_not_touch),
      cmocka_unit_test(wiki_gives_back_the_known_markdown),
      cmocka_unit_test(wiki_hostile_markup_ends),
      cmocka_unit_test(wiki_says_the_rest_in_its_own_words),
      cmocka_unit_test(wiki_other_forms_are_read),
      cmocka_unit_test(wiki_absent_is_empty),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
