/* What Markdown has no word for: Jira's own nodes, HTML that is not understood, files. Nothing of it is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/richtext/node.h"

#define DOC(content) "{\"version\":1,\"type\":\"doc\",\"content\":[" content "]}"
#define P(content) "{\"type\":\"paragraph\",\"content\":[" content "]}"
#define T(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define CODE(language, text) \
  "{\"type\":\"codeBlock\",\"attrs\":{\"language\":\"" language "\"},\"content\":[" T(text) "]}"
#define HTML(text) CODE("html", text)
#define MARKED(text, mark) "{\"type\":\"text\",\"text\":\"" text "\",\"marks\":[" mark "]}"
#define LINK(url) "{\"type\":\"link\",\"attrs\":{\"href\":\"" url "\"}}"
#define FILE_NODE(type, id) \
  "{\"type\":\"" type "\",\"attrs\":{\"id\":\"" id "\",\"type\":\"file\",\"collection\":\"c\"}}"
#define DIV(node) "<div data-adf='{&quot;type&quot;:&quot;" node "&quot;}'>"

static cJSON *from_markdown(struct arena *arena, struct str markdown, const cJSON *seen) {
  cJSON *adf = NULL;
  struct result result = adf_from_markdown(arena, markdown, seen, &adf);
  assert_string_equal(result.message, "");
  return adf;
}

/* -- towards Jira -- */

static const struct {
  const char *markdown, *adf;
} sent[] = {
    /* Links that only look like one of our nodes stay links. */
    {"[x](adf:date)", DOC(P(MARKED("x", LINK("adf:date"))))},
    {"[x](adf:emoji?id=1)", DOC(P(MARKED("x", LINK("adf:emoji?id=1"))))},
    {"[x](adf:status?color=pink)", DOC(P(MARKED("x", LINK("adf:status?color=pink"))))},
    {"[x](adf:mention?x=1)", DOC(P(MARKED("x", LINK("adf:mention?x=1"))))},
    {"[x](adf:node?json=nope)", DOC(P(MARKED("x", LINK("adf:node?json=nope"))))},
    {"[x](adf:node?json=%7B%22type%22%3A%22rule%22%7D)",
     DOC(P(MARKED("x", LINK("adf:node?json=%7B%22type%22%3A%22rule%22%7D"))))},
    {"[@a\nb](adf:mention?id=1)", DOC(P("{\"type\":\"mention\",\"attrs\":{\"id\":\"1\",\"text\":\"@a b\"}}"))},
    /* So do blocks. */
    {"```adf\nnope\n```", DOC(CODE("adf", "nope"))},
    {"```adf\n{\"type\":\"text\",\"text\":\"x\"}\n```",
     DOC(CODE("adf", "{\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"x\\\"}"))},
    {"> ```adf\n> {\"type\":\"rule\"}\n> ```", DOC("{\"type\":\"blockquote\",\"content\":[" P(T("---")) "]}")},
    {DIV("paragraph") "\n\nx", DOC(HTML(DIV("paragraph")) "," P(T("x")))},
    {DIV("panel") "\n\nx", DOC(HTML(DIV("panel")) "," P(T("x")))},
    /* Tables in tags. */
    {"<table>\n\n<!-- by hand -->\n\n<tbody>\n\n<tr>\n\n<th colspan=\"2\" rowspan=3>\n\na\n\n</th>\n\n<td "
     "colspan=x>\n\nb\n\n</td>\n\n</tr>\n\n</tbody>\n\n</table>",
     DOC("{\"type\":\"table\",\"content\":[{\"type\":\"tableRow\",\"content\":[{\"type\":\"tableHeader\",\"attrs\":{"
         "\"colspan\":2,\"rowspan\":3},\"content\":[" P(T("a")) "]},{\"type\":\"tableCell\",\"content\":[" P(
             T("b")) "]}]}]}")},
    {"<table>\n\nx\n\n</table>", DOC(HTML("<table>") "," P(T("x")) "," HTML("</table>"))},
    {"<table>\n\nx", DOC(HTML("<table>") "," P(T("x")))},
    {"<table class='x", DOC(HTML("<table class='x"))},
    {"<table>\n\n<tr>\n\n<td>\n\na\n\n</td>\n\nstray\n\n</tr>\n\n</table>",
     DOC(HTML("<table>") "," HTML("<tr>") "," HTML("<td>") "," P(T("a")) "," HTML("</td>") "," P(T("stray")) "," HTML(
         "</tr>") "," HTML("</table>"))},
    {"<table>\n\n<tr>\n\n<td>\n\na\n\n</tr>\n\n</table>",
     DOC(HTML("<table>") "," HTML("<tr>") "," HTML("<td>") "," P(T("a")) "," HTML("</tr>") "," HTML("</table>"))},
    {"<details><summary>a <b>b</b></summary>\n\nx\n\n</details>",
     DOC(HTML("<details><summary>a <b>b</b></summary>") "," P(T("x")) "," HTML("</details>"))},
    /* Tags within a text. */
    {"<code>a <b>b</b> c</code>", DOC(P(MARKED("a b c", "{\"type\":\"code\"}")))},
    {"<span hidden style=\"color: #ff0000;\">a</span>",
     DOC(P(MARKED("a", "{\"type\":\"textColor\",\"attrs\":{\"color\":\"#ff0000\"}}")))},
    {"<span style=\"color: red\">a</span>", DOC(P(T("<span style=\\\"color: red\\\">a</span>")))},
    {"<span style=\"font: x\">a</span>", DOC(P(T("<span style=\\\"font: x\\\">a</span>")))},
    {"see <img src=\"https://e.org/a.png\" alt=\"A\">", DOC(P(T("see ") "," MARKED("A", LINK("https://e.org/a.png"))))},
    {"see ![](ftp://e.org/a)", DOC(P(T("see ftp://e.org/a")))},
    {"see ![](adf:media/other)", DOC(P(T("see other")))},
    {"[](https://e.org)", DOC(P(MARKED("https://e.org", LINK("https://e.org"))))},
    {"- [x] a\n  - b",
     DOC("{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[" P(T(
         "[x] a")) ",{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[" P(T("b")) "]}]}]}]}")},
};

static void foreign_markdown_loses_no_text(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
    struct arena arena = {0};
    cJSON *adf = from_markdown(&arena, str_of(sent[i].markdown), NULL);
    assert_string_equal(adf_print(&arena, adf).at, sent[i].adf);
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

static void foreign_absent_markdown_is_an_empty_document(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *adf = from_markdown(&arena, (struct str){0}, NULL);
  assert_string_equal(adf_print(&arena, adf).at, DOC(""));
  cJSON_Delete(adf);
  arena_free(&arena);
}

/* -- there and back -- */

#define ADF_BLOCK(json) "```adf\n" json "\n```"

static const struct {
  const char *adf, *markdown;
} kept[] = {
    {DOC(P("{\"type\":\"mention\",\"attrs\":{\"text\":\"@x\"}}")),
     "[\\@x](adf:node?json=%7B%22type%22%3A%22mention%22%2C%22attrs%22%3A%7B%22text%22%3A%22%40x%22%7D%7D)"},
    {DOC(P("{\"type\":\"status\",\"attrs\":{\"text\":\"a\\nb\",\"color\":\"red\"}}")),
     ADF_BLOCK(P("{\"type\":\"status\",\"attrs\":{\"text\":\"a\\nb\",\"color\":\"red\"}}"))},
    {DOC(P(MARKED("a", "{\"type\":\"subsup\",\"attrs\":{\"type\":\"mid\"}}"))),
     ADF_BLOCK(P(MARKED("a", "{\"type\":\"subsup\",\"attrs\":{\"type\":\"mid\"}}")))},
    {DOC("{\"type\":\"newThing\",\"content\":[" P(T("x")) "]}"),
     ADF_BLOCK("{\"type\":\"newThing\",\"content\":[" P(T("x")) "]}")},
    {DOC("{\"type\":\"table\",\"content\":[{\"type\":\"tableRow\",\"content\":[{\"type\":\"tableCell\",\"attrs\":{"
         "\"colspan\":2},\"content\":[" P(T("a")) "," P(T("b")) "]}]}]}"),
     "<table>\n\n<tr>\n\n<td colspan=\"2\">\n\na\n\nb\n\n</td>\n\n</tr>\n\n</table>"},
};

static void foreign_nodes_come_back_as_they_were(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
    struct arena arena = {0};
    struct str markdown;
    cJSON *adf = cJSON_Parse(kept[i].adf);
    struct result result = adf_to_markdown(&arena, adf, (struct str){0}, &markdown);
    assert_string_equal(result.message, "");
    assert_string_equal(markdown.at, kept[i].markdown);
    cJSON *back = from_markdown(&arena, markdown, NULL);
    assert_string_equal(adf_print(&arena, back).at, kept[i].adf);
    cJSON_Delete(adf);
    cJSON_Delete(back);
    arena_free(&arena);
  }
}

/* Jira has these, and what a reader sees of them is what comes back. */
static void foreign_slack_is_read_as_it_is_seen(void **state) {
  static const struct {
    const char *adf, *markdown;
  } rows[] = {
      {DOC(P(T("a\\nb\\rc"))), "a b c"},
      {DOC(P("{\"type\":\"mention\",\"attrs\":{\"id\":\"5\"}}")), "[\\@5](adf:mention?id=5)"},
      {DOC(T("stray")), ADF_BLOCK(T("stray"))},
      {DOC(P(MARKED("a", "{\"type\":\"alignment\"}"))), "a"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str markdown;
    cJSON *adf = cJSON_Parse(rows[i].adf);
    struct result result = adf_to_markdown(&arena, adf, (struct str){0}, &markdown);
    assert_string_equal(result.message, "");
    assert_string_equal(markdown.at, rows[i].markdown);
    cJSON_Delete(adf);
    arena_free(&arena);
  }
}

/* -- files: a ticket's own stay, those of another ticket are refused by Jira with the whole text -- */

#define GROUP "{\"type\":\"mediaGroup\",\"content\":[" FILE_NODE("media", "f1") "," FILE_NODE("media", "f2") "]}"
#define SINGLE "{\"type\":\"mediaSingle\",\"content\":[" FILE_NODE("media", "f9") "]}"

static void foreign_files_stay_when_they_are_the_tickets_own(void **state) {
  static const char seen_text[] = DOC(GROUP "," P(T("see ") "," FILE_NODE("mediaInline", "f3")));
  (void)state;
  struct arena arena = {0};
  cJSON *seen = cJSON_Parse(seen_text);
  cJSON *adf = from_markdown(&arena,
                             STR("new\n\n![](adf:media/f1)\n![](adf:media/f2)\n\nlook ![](adf:media/f3)\n\n"
                                 "```adf\n" SINGLE "\n```\n\n```adf\n" GROUP "\n```"),
                             seen);
  assert_string_equal(
      adf_print(&arena, adf).at,
      DOC(P(T("new")) "," GROUP "," P(T("look ") "," FILE_NODE("mediaInline", "f3")) "," CODE(
          "adf", "{\\\"type\\\":\\\"mediaSingle\\\",\\\"content\\\":[{\\\"type\\\":\\\"media\\\",\\\"attrs\\\":{"
                 "\\\"id\\\":\\\"f9\\\",\\\"type\\\":\\\"file\\\",\\\"collection\\\":\\\"c\\\"}}]}") "," GROUP));
  cJSON_Delete(adf);
  cJSON_Delete(seen);
  arena_free(&arena);
}

/* -- limits -- */

static void foreign_text_that_cannot_be_read_is_not_kept(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str markdown, deep = STR("");
  cJSON *broken = cJSON_Parse("{\"type\":\"doc\",\"content\":{}}"), *adf = from_markdown(&arena, STR("x"), broken);
  assert_string_equal(adf_print(&arena, adf).at, DOC(P(T("x"))));
  for (int i = 0; i < 8 * RICHTEXT_DEPTH_MAX; i++)
    deep = str_format(&arena, "> %.*s", STR_FMT(deep));
  struct result result = adf_to_markdown(&arena, adf, str_format(&arena, "%.*sx", STR_FMT(deep)), &markdown);
  assert_string_equal(result.message, "");
  assert_string_equal(markdown.at, "x");
  cJSON_Delete(adf);
  cJSON_Delete(broken);
  arena_free(&arena);
}

static void foreign_depth_and_size_of_the_whole_are_limited(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str node = STR(P(T("x"))), markdown;
  cJSON *adf = NULL;
  for (int i = 0; i < 10; i++)
    node = str_format(&arena, "{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[%.*s]}]}",
                      STR_FMT(node));
  struct str nested = str_format(&arena, "- - - - ```adf\n        %.*s\n        ```", STR_FMT(node));
  struct result result = adf_from_markdown(&arena, nested, NULL, &adf);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "deep"));
  char *text = arena_alloc(&arena, RICHTEXT_BYTES_MAX + 2);
  memset(text, 'a', RICHTEXT_BYTES_MAX + 1);
  cJSON *doc = adf_new_doc(), *paragraph = adf_new("paragraph");
  adf_add_text(paragraph, (struct str){text, RICHTEXT_BYTES_MAX + 1}, NULL);
  adf_add(doc, paragraph);
  result = adf_to_markdown(&arena, doc, (struct str){0}, &markdown);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "bytes of text"));
  cJSON_Delete(doc);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(foreign_markdown_loses_no_text),
      cmocka_unit_test(foreign_absent_markdown_is_an_empty_document),
      cmocka_unit_test(foreign_nodes_come_back_as_they_were),
      cmocka_unit_test(foreign_slack_is_read_as_it_is_seen),
      cmocka_unit_test(foreign_files_stay_when_they_are_the_tickets_own),
      cmocka_unit_test(foreign_text_that_cannot_be_read_is_not_kept),
      cmocka_unit_test(foreign_depth_and_size_of_the_whole_are_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
