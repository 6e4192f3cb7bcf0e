/* What becomes of a block where ADF does not let it stand: the nearest form of it, and nothing of its text is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "adapter-jira/richtext/node.h"

#define NODE(type, content) "{\"type\":\"" type "\",\"content\":[" content "]}"
#define P(content) NODE("paragraph", content)
#define T(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define STRONG(text) "{\"type\":\"text\",\"text\":\"" text "\",\"marks\":[{\"type\":\"strong\"}]}"
#define CODE(text) "{\"type\":\"text\",\"text\":\"" text "\",\"marks\":[{\"type\":\"code\"}]}"
#define HEADING "{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[" T("Two ") "," CODE("c") "]}"
#define CELL(type, text) NODE(type, P(T(text)))
#define TABLE                                                                                     \
  NODE("table", NODE("tableRow", CELL("tableHeader", "a") "," CELL("tableHeader", "b")) "," NODE( \
                    "tableRow", CELL("tableCell", "c") "," CELL("tableCell", "d")))
#define TASK(state, text) \
  "{\"type\":\"taskItem\",\"attrs\":{\"localId\":\"1\",\"state\":\"" state "\"},\"content\":[" T(text) "]}"
#define ITEM(text) NODE("listItem", P(T(text)))
#define EXPAND(type, attrs) "{\"type\":\"" type "\",\"attrs\":{" attrs "},\"content\":[" P(T("in")) "]}"

static const struct {
  const char *parent, *block, *content;
} rows[] = {
    {"listItem", P(T("a")), P(T("a"))},
    {"listItem", HEADING, P(STRONG("Two ") "," CODE("c"))},
    {"listItem", "{\"type\":\"rule\"}", P(T("---"))},
    {"listItem", TABLE, P(STRONG("a") "," T(" | ") "," STRONG("b")) "," P(T("c") "," T(" | ") "," T("d"))},
    {"blockquote", NODE("taskList", TASK("DONE", "x") "," NODE("taskList", TASK("TODO", "y"))),
     NODE("bulletList", NODE("listItem", P(T("[x] ") "," T("x"))) "," NODE("listItem", P(T("[ ] ") "," T("y"))))},
    {"listItem", NODE("blockquote", P(T("q")) "," NODE("bulletList", ITEM("i"))),
     P(T("q")) "," NODE("bulletList", ITEM("i"))},
    {"listItem", NODE("panel", HEADING), P(STRONG("Two ") "," CODE("c"))},
    {"listItem", EXPAND("expand", "\"title\":\"More\""), P(T("More")) "," P(T("in"))},
    {"listItem", EXPAND("nestedExpand", ""), P(T("in"))},
    {"tableHeader", EXPAND("expand", "\"title\":\"More\""), EXPAND("nestedExpand", "\"title\":\"More\"")},
    {"doc", EXPAND("nestedExpand", "\"title\":\"More\""), EXPAND("expand", "\"title\":\"More\"")},
    {"blockquote", NODE("layoutSection", NODE("layoutColumn", P(T("l")))), P(T("l"))},
    {"layoutSection", P(T("l")), "{\"type\":\"layoutColumn\",\"attrs\":{\"width\":100},\"content\":[" P(T("l")) "]}"},
    {"blockquote", "{\"type\":\"blockCard\",\"attrs\":{\"url\":\"https://e.org\"}}",
     P(T("{\\\"type\\\":\\\"blockCard\\\",\\\"attrs\\\":{\\\"url\\\":\\\"https://e.org\\\"}}"))},
};

static void place_gives_the_nearest_form(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    cJSON *parent = adf_new(rows[i].parent), *block = cJSON_Parse(rows[i].block);
    assert_non_null(block);
    adf_place(parent, block);
    struct str expected = str_format(&arena, "{\"type\":\"%s\",\"content\":[%s]}", rows[i].parent, rows[i].content);
    assert_string_equal(str_c(&arena, adf_print(&arena, parent)), expected.at);
    cJSON_Delete(parent);
    arena_free(&arena);
  }
}

/* The second block follows the first one into the column that is there. */
static void place_between_columns_goes_to_the_end_of_the_last(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *section =
      cJSON_Parse(NODE("layoutSection", NODE("layoutColumn", P(T("a"))) "," NODE("layoutColumn", P(T("b")))));
  adf_place(section, cJSON_Parse(P(T("c"))));
  assert_string_equal(
      str_c(&arena, adf_print(&arena, section)),
      NODE("layoutSection", NODE("layoutColumn", P(T("a"))) "," NODE("layoutColumn", P(T("b")) "," P(T("c")))));
  cJSON_Delete(section);
  arena_free(&arena);
}

static void complete_gives_every_node_what_older_jira_wants(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *bare = cJSON_Parse(NODE("listItem", NODE("bulletList", ITEM("i")))), *empty = adf_new("tableCell");
  adf_complete(bare);
  adf_complete(empty);
  assert_string_equal(str_c(&arena, adf_print(&arena, bare)),
                      NODE("listItem", "{\"type\":\"paragraph\"}," NODE("bulletList", ITEM("i"))));
  assert_string_equal(str_c(&arena, adf_print(&arena, empty)), NODE("tableCell", "{\"type\":\"paragraph\"}"));
  cJSON_Delete(bare);
  cJSON_Delete(empty);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(place_gives_the_nearest_form),
      cmocka_unit_test(place_between_columns_goes_to_the_end_of_the_last),
      cmocka_unit_test(complete_gives_every_node_what_older_jira_wants),
  };
  return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
