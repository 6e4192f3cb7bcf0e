/* What was not touched comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/richtext/node.h"

/* Styles that the canonical form does not have: Setext headings, `*` bullets, reference links, tight fences. */
#define KNOWN                                                                                            \
  "Title\n=====\n\n* one\n* *two*\n\n\nSee [the docs][d], __please__.\n\n***\n\n+ other\n+ list\n\n    " \
  "indented code\n\n[d]: https://e.org/docs\n"

static cJSON *read_adf(struct arena *arena, const char *markdown) {
  cJSON *adf = NULL;
  struct result result = adf_from_markdown(arena, str_of(markdown), NULL, &adf);
  assert_int_equal(result.code, RESULT_OK);
  return adf;
}

static struct str write_markdown(struct arena *arena, const cJSON *adf, const char *known) {
  struct str markdown = {0};
  struct result result = adf_to_markdown(arena, adf, str_of(known), &markdown);
  assert_int_equal(result.code, RESULT_OK);
  return markdown;
}

static cJSON *block(cJSON *doc, int index) {
  return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(doc, "content"), index);
}

static void replace_block(cJSON *doc, int index, const char *json) {
  cJSON_ReplaceItemInArray(cJSON_GetObjectItemCaseSensitive(doc, "content"), index, cJSON_Parse(json));
}

#define NEW "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"new\"}]}"

static void keep_gives_back_the_known_text(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *adf = read_adf(&arena, KNOWN);
  assert_string_equal(write_markdown(&arena, adf, KNOWN).at, KNOWN);
  assert_string_not_equal(write_markdown(&arena, adf, NULL).at, KNOWN);
  cJSON_Delete(adf);
  arena_free(&arena);
}

static void keep_gives_back_the_blocks_around_an_edit(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *adf = read_adf(&arena, KNOWN);
  replace_block(adf, 3, NEW); /* the rule */
  assert_string_equal(write_markdown(&arena, adf, KNOWN).at,
                      "Title\n=====\n\n* one\n* *two*\n\n\nSee [the docs][d], __please__.\n\nnew\n\n+ other\n+ list\n\n"
                      "    indented code\n\n[d]: https://e.org/docs");
  cJSON_Delete(adf);
  arena_free(&arena);
}

/* The definition stands below the block that was changed, and the link above still needs it. */
static void keep_carries_link_definitions_along(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *adf = read_adf(&arena, KNOWN);
  int last = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(adf, "content")) - 1;
  replace_block(adf, last, NEW);
  struct str markdown = write_markdown(&arena, adf, KNOWN);
  assert_true(str_find(markdown, "See [the docs][d], __please__.") > 0);
  assert_true(str_ends_with(markdown, "new\n\n[d]: https://e.org/docs"));
  cJSON_Delete(adf);
  arena_free(&arena);
}

static void keep_follows_blocks_that_were_added_removed_and_moved(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *adf = read_adf(&arena, "__a__\n\nb\n\n*c*\n\nd"), *content = cJSON_GetObjectItemCaseSensitive(adf, "content");
  cJSON_DeleteItemFromArray(content, 1);
  cJSON_InsertItemInArray(content, 0, cJSON_Parse(NEW));
  assert_string_equal(write_markdown(&arena, adf, "__a__\n\nb\n\n*c*\n\nd").at, "new\n\n__a__\n\n*c*\n\nd");
  cJSON_Delete(adf);
  arena_free(&arena);
}

static const char jira_text[] =
    "{\"version\":1,\"type\":\"doc\",\"content\":["
    "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"intro\",\"marks\":[{\"type\":\"annotation\","
    "\"attrs\":{\"id\":\"a-1\",\"annotationType\":\"inlineComment\"}}]}]},"
    "{\"type\":\"paragraph\"},"
    "{\"type\":\"table\",\"attrs\":{\"layout\":\"wide\",\"localId\":\"t-1\"},\"content\":[{\"type\":\"tableRow\","
    "\"content\":[{\"type\":\"tableHeader\",\"attrs\":{\"colwidth\":[120]},\"content\":[{\"type\":\"paragraph\","
    "\"content\":[{\"type\":\"text\",\"text\":\"h\"}]}]}]}]},"
    "{\"type\":\"mediaSingle\",\"attrs\":{\"layout\":\"wide\",\"width\":66},\"content\":[{\"type\":\"media\",\"attrs\":"
    "{"
    "\"type\":\"file\",\"id\":\"f-1\",\"collection\":\"c\",\"alt\":\"a.png\",\"width\":640}}]},"
    "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"end\"}]}]}";

/* What Markdown cannot say survives an edit of other blocks. */
static void keep_sends_back_the_nodes_around_an_edit(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *seen = cJSON_Parse(jira_text), *wanted = cJSON_Parse(jira_text), *sent = NULL;
  struct str markdown = write_markdown(&arena, seen, NULL);
  assert_string_equal(markdown.at, "intro\n\n| h |\n| --- |\n\n![a.png](adf:media/f-1)\n\nend");
  struct str edited = str_format(&arena, "%.*s of it", STR_FMT(markdown));
  struct result result = adf_from_markdown(&arena, edited, seen, &sent);
  assert_int_equal(result.code, RESULT_OK);
  cJSON_SetValuestring(
      cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(block(wanted, 4), "content"), 0), "text"),
      "end of it");
  assert_string_equal(adf_print(&arena, sent).at, adf_print(&arena, wanted).at);
  cJSON_Delete(seen);
  cJSON_Delete(wanted);
  cJSON_Delete(sent);
  arena_free(&arena);
}

static void keep_sends_back_all_when_nothing_changed(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *seen = cJSON_Parse(jira_text), *sent = NULL;
  struct result result = adf_from_markdown(&arena, write_markdown(&arena, seen, NULL), seen, &sent);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(adf_print(&arena, sent).at, adf_print(&arena, seen).at);
  cJSON_Delete(seen);
  cJSON_Delete(sent);
  arena_free(&arena);
}

/* A file of this ticket, its picture moved and renamed in Markdown, is still that file. */
static void keep_finds_files_by_their_id(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *seen = cJSON_Parse(jira_text), *sent = NULL;
  struct result result = adf_from_markdown(&arena, STR("![b.png](adf:media/f-1)\n\nnew"), seen, &sent);
  assert_int_equal(result.code, RESULT_OK);
  const cJSON *media = adf_first(block(sent, 0));
  assert_true(adf_is(block(sent, 0), "mediaSingle"));
  assert_true(str_is(adf_attr(media, "id"), "f-1"));
  assert_true(str_is(adf_attr(media, "collection"), "c"));
  assert_true(str_is(adf_attr(media, "alt"), "b.png"));
  cJSON_Delete(seen);
  cJSON_Delete(sent);
  arena_free(&arena);
}

static void keep_align_finds_a_longest_common_subsequence(void **state) {
  (void)state;
  struct arena arena = {0};
  const struct str a[] = {STR("x"), STR("a"), STR("b"), STR("c"), STR("y")};
  const struct str b[] = {STR("x"), STR("c"), STR("a"), STR("b"), STR("z"), STR("y")};
  int pairs[5];
  keep_align(&arena, a, 5, b, 6, pairs);
  const int wanted[] = {0, 2, 3, -1, 5};
  assert_memory_equal(pairs, wanted, sizeof wanted);
  keep_align(&arena, a, 5, a, 0, pairs);
  assert_int_equal(pairs[0], -1);
  arena_free(&arena);
}

/* One piece of the known text that was two blocks to Jira. */
static void keep_gives_back_what_one_source_of_two_blocks_said(void **state) {
#define COLUMN "<div data-adf='{&quot;type&quot;:&quot;layoutColumn&quot;}'>\n\n__x__\n\n__y__\n\n</div>"
  (void)state;
  struct arena arena = {0};
  cJSON *adf = read_adf(&arena, COLUMN "\n\nend");
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(adf, "content")), 3);
  replace_block(adf, 2, NEW);
  assert_string_equal(write_markdown(&arena, adf, COLUMN "\n\nend").at, COLUMN "\n\nnew");
  replace_block(adf, 0, NEW);
  assert_string_equal(write_markdown(&arena, adf, COLUMN "\n\nend").at, "new\n\n**y**\n\nnew");
  cJSON_Delete(adf);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keep_gives_back_what_one_source_of_two_blocks_said),
      cmocka_unit_test(keep_gives_back_the_known_text),
      cmocka_unit_test(keep_gives_back_the_blocks_around_an_edit),
      cmocka_unit_test(keep_carries_link_definitions_along),
      cmocka_unit_test(keep_follows_blocks_that_were_added_removed_and_moved),
      cmocka_unit_test(keep_sends_back_the_nodes_around_an_edit),
      cmocka_unit_test(keep_sends_back_all_when_nothing_changed),
      cmocka_unit_test(keep_finds_files_by_their_id),
      cmocka_unit_test(keep_align_finds_a_longest_common_subsequence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
