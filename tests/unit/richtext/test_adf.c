/* Markdown and ADF: what becomes of what, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "adapter-jira/richtext/node.h"

#define DOC(content) "{\"version\":1,\"type\":\"doc\",\"content\":[" content "]}"
#define P(content) "{\"type\":\"paragraph\",\"content\":[" content "]}"
#define T(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define TM(text, mark) "{\"type\":\"text\",\"text\":\"" text "\",\"marks\":[{\"type\":\"" mark "\"}]}"
#define ITEM(content) "{\"type\":\"listItem\",\"content\":[" content "]}"

/* Both ways. */
static const struct {
  const char *markdown, *adf;
} forms[] = {
    {"", DOC("")},
    {"plain", DOC(P(T("plain")))},
    {"one\ntwo", DOC(P(T("one") ",{\"type\":\"hardBreak\"}," T("two")))},
    {"a **b** _c_ ~~d~~ `e`", DOC(P(T("a ") "," TM("b", "strong") "," T(" ") "," TM("c", "em") "," T(" ") "," TM(
                                  "d", "strike") "," T(" ") "," TM("e", "code")))},
    {"<u>a</u>", DOC(P(TM("a", "underline")))},
    {"[a](https://e.org \"t\")", DOC(P("{\"type\":\"text\",\"text\":\"a\",\"marks\":[{\"type\":\"link\",\"attrs\":{"
                                       "\"href\":\"https://e.org\",\"title\":\"t\"}}]}"))},
    {"## Two", DOC("{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[" T("Two") "]}")},
    {"---", DOC("{\"type\":\"rule\"}")},
    {"> q", DOC("{\"type\":\"blockquote\",\"content\":[" P(T("q")) "]}")},
    {"> [!WARNING]\n> w",
     DOC("{\"type\":\"panel\",\"attrs\":{\"panelType\":\"warning\"},\"content\":[" P(T("w")) "]}")},
    {"```c\nint i;\n```", DOC("{\"type\":\"codeBlock\",\"attrs\":{\"language\":\"c\"},\"content\":[" T("int i;") "]}")},
    {"- a\n  - b\n- c", DOC("{\"type\":\"bulletList\",\"content\":[" ITEM(
                            P(T("a")) ",{\"type\":\"bulletList\","
                                      "\"content\":[" ITEM(P(T("b"))) "]}") "," ITEM(P(T("c"))) "]}")},
    {"3. a\n4. b",
     DOC("{\"type\":\"orderedList\",\"attrs\":{\"order\":3},\"content\":[" ITEM(P(T("a"))) "," ITEM(P(T("b"))) "]}")},
    {"- [x] a\n- [ ] b \\[x]",
     DOC("{\"type\":\"taskList\",\"attrs\":{\"localId\":\"task-1\"},\"content\":[{\"type\":\"taskItem\",\"attrs\":{"
         "\"localId\":\"task-2\",\"state\":\"DONE\"},\"content\":[" T(
             "a") "]},{\"type\":\"taskItem\",\"attrs\":{"
                  "\"localId\":\"task-3\",\"state\":\"TODO\"},\"content\":[" T("b [x]") "]}]}")},
    {"| a | b |\n| --- | --- |\n| c\\|d | |",
     DOC("{\"type\":\"table\",\"content\":[{\"type\":\"tableRow\",\"content\":[{\"type\":\"tableHeader\",\"content\":"
         "[" P(T("a")) "]},{\"type\":\"tableHeader\",\"content\":[" P(
             T("b")) "]}]},{\"type\":\"tableRow\",\"content\":[{"
                     "\"type\":\"tableCell\",\"content\":[" P(
                         T("c|d")) "]},{\"type\":\"tableCell\",\"content\":[{\"type\":"
                                   "\"paragraph\"}]}]}]}")},
    {"<details>\n<summary>More &amp; more</summary>\n\ninside\n\n</details>",
     DOC("{\"type\":\"expand\",\"attrs\":{\"title\":\"More & more\"},\"content\":[" P(T("inside")) "]}")},
    {"![alt](https://e.org/a.png)",
     DOC("{\"type\":\"mediaSingle\",\"attrs\":{\"layout\":\"center\"},\"content\":[{\"type\":\"media\",\"attrs\":{"
         "\"type\":\"external\",\"url\":\"https://e.org/a.png\",\"alt\":\"alt\"}}]}")},
    {"[\\@Ann](adf:mention?id=5b%3A1) [DONE](adf:status?color=green) [2024-05-01](adf:date)",
     DOC(P("{\"type\":\"mention\",\"attrs\":{\"id\":\"5b:1\",\"text\":\"@Ann\"}}," T(
         " ") ",{\"type\":\"status\","
              "\"attrs\":{\"text\":\"DONE\",\"color\":\"green\"}}," T(" ") ",{\"type\":\"date\",\"attrs\":{"
                                                                           "\"timestamp\":\"1714521600000\"}}"))},
    {"[https\\://e.org/x](https://e.org/x \"smart link\")",
     DOC(P("{\"type\":\"inlineCard\",\"attrs\":{\"url\":\"https://e.org/x\"}}"))},
    {"```adf\n{\"type\":\"blockCard\",\"attrs\":{\"url\":\"https://e.org\"}}\n```",
     DOC("{\"type\":\"blockCard\",\"attrs\":{\"url\":\"https://e.org\"}}")},
    {"<div data-adf='{&quot;type&quot;:&quot;panel&quot;,&quot;attrs&quot;:{&quot;panelType&quot;:&quot;custom&quot;,"
     "&quot;panelColor&quot;:&quot;#fff&quot;}}'>\n\nx\n\n</div>",
     DOC("{\"type\":\"panel\",\"attrs\":{\"panelType\":\"custom\",\"panelColor\":\"#fff\"},\"content\":[" P(
         T("x")) "]}")},
};

static void richtext_forms_go_both_ways(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    struct arena arena = {0};
    struct str markdown;
    cJSON *adf = NULL, *wanted = cJSON_Parse(forms[i].adf);
    assert_non_null(wanted);
    struct result result = adf_from_markdown(&arena, str_of(forms[i].markdown), NULL, &adf);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(adf_print(&arena, adf).at, adf_print(&arena, wanted).at);
    result = adf_to_markdown(&arena, wanted, (struct str){0}, &markdown);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(markdown.at, forms[i].markdown);
    cJSON_Delete(adf);
    cJSON_Delete(wanted);
    arena_free(&arena);
  }
}

/* What ADF does not allow where Markdown has it: the nearest form. */
static void richtext_misplaced_blocks_take_the_nearest_form(void **state) {
  static const struct {
    const char *markdown, *adf;
  } rows[] = {
      {"> # h", DOC("{\"type\":\"blockquote\",\"content\":[" P(TM("h", "strong")) "]}")},
      {"> > q", DOC("{\"type\":\"blockquote\",\"content\":[" P(T("q")) "]}")},
      {"- - a", DOC("{\"type\":\"bulletList\",\"content\":[" ITEM(
                    "{\"type\":\"paragraph\"},{\"type\":\"bulletList\",\"content\":[" ITEM(P(T("a"))) "]}") "]}")},
      {"**`a`**", DOC(P(TM("a", "code")))},
      {"[x](javascript:alert)", DOC(P(T("x")))},
      {"<!-- hidden -->", DOC("")},
      {"![f](adf:media/foreign-file)", DOC(P(T("f")))},
      {"-", DOC("{\"type\":\"bulletList\",\"content\":[" ITEM("{\"type\":\"paragraph\"}") "]}")},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    cJSON *adf = NULL;
    struct result result = adf_from_markdown(&arena, str_of(rows[i].markdown), NULL, &adf);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(adf_print(&arena, adf).at, rows[i].adf);
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

static void richtext_invalid_adf_is_refused_with_a_reason(void **state) {
  static const struct {
    const char *adf, *reason;
  } rows[] = {
      {"{}", "not an ADF document"},
      {"[]", "not an ADF document"},
      {"\"text\"", "not an ADF document"},
      {"{\"type\":\"doc\",\"version\":2,\"content\":[]}", "version"},
      {"{\"type\":\"doc\",\"content\":{}}", "content of a doc is no list"},
      {DOC("{\"content\":[]}"), "no type"},
      {DOC("null"), "no type"},
      {DOC("{\"type\":7}"), "no type"},
      {DOC("{\"type\":\"paragraph\",\"attrs\":[]}"), "attrs of a paragraph"},
      {DOC(P("{\"type\":\"text\"}")), "text node has no text"},
      {DOC(P("{\"type\":\"text\",\"text\":\"\"}")), "text node has no text"},
      {DOC(P("{\"type\":\"text\",\"text\":\"a\",\"marks\":{}}")), "marks of a text"},
      {DOC(P("{\"type\":\"text\",\"text\":\"a\",\"marks\":[{}]}")), "mark of a text has no type"},
      {DOC(P("{\"type\":\"text\",\"text\":\"a\",\"marks\":[{\"type\":\"link\"}]}")), "no href"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str markdown = STR("untouched");
    cJSON *adf = cJSON_Parse(rows[i].adf);
    assert_non_null(adf);
    struct result result = adf_to_markdown(&arena, adf, (struct str){0}, &markdown);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_non_null(strstr(result.message, rows[i].reason));
    assert_true(str_is(markdown, "untouched"));
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

static void richtext_null_is_an_empty_document(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str markdown;
  cJSON *null = cJSON_CreateNull();
  struct result result = adf_to_markdown(&arena, null, STR("known"), &markdown);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(markdown, ""));
  result = adf_to_markdown(&arena, NULL, STR("known"), &markdown);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(markdown, ""));
  cJSON_Delete(null);
  arena_free(&arena);
}

static cJSON *nested_quotes(int depth) {
  cJSON *node = adf_new("paragraph");
  for (int i = 0; i < depth; i++) {
    cJSON *quote = adf_new("blockquote");
    adf_add(quote, node);
    node = quote;
  }
  cJSON *doc = adf_new_doc();
  adf_add(doc, node);
  return doc;
}

static void richtext_depth_is_limited(void **state) {
  (void)state;
  cJSON *fine = nested_quotes(RICHTEXT_DEPTH_MAX - 2), *deep = nested_quotes(RICHTEXT_DEPTH_MAX);
  struct result result = adf_check(fine);
  assert_int_equal(result.code, RESULT_OK);
  result = adf_check(deep);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "deep"));
  cJSON_Delete(fine);
  cJSON_Delete(deep);
}

/* Hostile Markdown ends in an answer, soon: a limit's message or a document. */
static void richtext_hostile_markdown_ends(void **state) {
  static const struct {
    const char *piece;
    size_t times;
  } rows[] = {{"> ", 50000},
              {"- ", 20000},
              {"*a ", 50000},
              {"[", 50000},
              {"<u>", 50000},
              {"`", 100000},
              {"<details>\n<summary>x</summary>\n\n", 5000},
              {"a\n\n", 100000},
              {"|a", 20000},
              {"<div data-adf='{}'>\n\n", 5000},
              {"![](adf:media/1) ", 10000}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str_builder text = {.arena = &arena};
    cJSON *adf = NULL;
    for (size_t k = 0; k < rows[i].times; k++)
      str_append_c(&text, rows[i].piece);
    struct result result = adf_from_markdown(&arena, str_built(&text), NULL, &adf);
    assert_true(result.code == RESULT_OK || (result.code == RESULT_REJECTED && result.message[0]));
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

static void richtext_size_is_limited(void **state) {
  (void)state;
  struct arena arena = {0};
  char *text = arena_alloc(&arena, RICHTEXT_BYTES_MAX + 2);
  cJSON *adf = NULL;
  struct str out;
  memset(text, 'a', RICHTEXT_BYTES_MAX + 1);
  struct result result = adf_from_markdown(&arena, (struct str){text, RICHTEXT_BYTES_MAX + 1}, NULL, &adf);
  assert_int_equal(result.code, RESULT_REJECTED);
  result = wiki_to_markdown(&arena, (struct str){text, RICHTEXT_BYTES_MAX + 1}, (struct str){0}, &out);
  assert_int_equal(result.code, RESULT_REJECTED);
  arena_free(&arena);
}

/* cmark-gfm fills every row up to the head's columns, and looks at all open images for every link. */
static void richtext_bounds_what_the_parser_gets(void **state) {
  static const struct {
    const char *what, *once, *more;
    size_t times;
    bool refused;
  } rows[] = {
      {"rows of one cell below many columns", "|a|a|a|a|a|a|a|a\n|-|-|-|-|-|-|-|-\n", "|a\n", 30000, true},
      {"the same in a quote, with other line ends", "> |a|a|a|a|a|a|a|a\r> |-|-|-|-|-|-|-|-\r", "> |a\r", 30000, true},
      {"images that stay open", "", "![[]()", 20000, true},
      {"many small tables", "", "|a|b|\n|-|-|\n|1|2|\n\n", 1000, false},
      {"a drawing", "", "+---+---+\n|   | a |\n", 1000, false},
      {"many images", "", "![a](b) ", 2000, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str_builder text = {.arena = &arena};
    cJSON *adf = NULL;
    str_append_c(&text, rows[i].once);
    for (size_t k = 0; k < rows[i].times; k++)
      str_append_c(&text, rows[i].more);
    struct result result = adf_from_markdown(&arena, str_built(&text), NULL, &adf);
    if ((result.code == RESULT_REJECTED) != rows[i].refused || (!rows[i].refused && result.code != RESULT_OK))
      fail_msg("%s: %s", rows[i].what, result.message);
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(richtext_forms_go_both_ways),
      cmocka_unit_test(richtext_misplaced_blocks_take_the_nearest_form),
      cmocka_unit_test(richtext_invalid_adf_is_refused_with_a_reason),
      cmocka_unit_test(richtext_null_is_an_empty_document),
      cmocka_unit_test(richtext_depth_is_limited),
      cmocka_unit_test(richtext_hostile_markdown_ends),
      cmocka_unit_test(richtext_size_is_limited),
      cmocka_unit_test(richtext_bounds_what_the_parser_gets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
