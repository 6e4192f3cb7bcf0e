/* Conflicts as people see and edit them: columns that fit, marked words, drafts for an editor, what choices do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/conflict_choices.h"
#include "cli/conflict_edit.h"
#include "cli/conflict_sides.h"
#include "cli/conflict_view.h"

static struct arena arena;

static int forget(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

static void assert_text(struct str text, const char *expected) {
  assert_string_equal(str_c(&arena, text), expected);
}

static struct values text_value(const char *field, const char *text) {
  struct values_builder values = {.arena = &arena};
  if (text)
    values_put(&values, value_text(str_of(field), str_of(text)));
  return values_built(&values);
}

static struct values set_value(const char *field, const struct str *members, size_t count) {
  struct values_builder values = {.arena = &arena};
  values_put(&values, value_set(str_of(field), members, count));
  return values_built(&values);
}

static struct conflict text_conflict(const char *base, const char *local, const char *external) {
  return (struct conflict){.id = 7,
                           .project = STR("rocket"),
                           .ticket = STR("T-12"),
                           .external_key = STR("#3"),
                           .field = STR("body"),
                           .kind = STR("both_changed"),
                           .state = STR("open"),
                           .base = text_value("body", base),
                           .local = text_value("body", local),
                           .external = text_value("body", external)};
}

/* What `conflicts show` prints on stdout. */
static const char *shown(const struct conflict *conflict, enum output_format format, bool colors, const char *width) {
  struct output output = {.format = format, .quiet = true, .colors = colors, .messages = stderr};
  char *text = NULL;
  size_t length = 0;
  setenv("COLUMNS", width, 1);
  output.data = open_memstream(&text, &length);
  conflict_view_print(&output, conflict, false, 1000000);
  fclose(output.data);
  const char *copy = str_c(&arena, (struct str){text, length});
  free(text);
  return copy;
}

/* From the headings of the columns on. */
static const char *columns_of(const char *text, const char *heading) {
  const char *at = strstr(text, heading);
  assert_non_null(at);
  while (at > text && at[-1] != '\n')
    at--;
  return at;
}

/* -- side by side -- */

static void conflict_columns_mark_words(void **state) {
  (void)state;
  struct conflict conflict =
      text_conflict("The pump leaks.\nAt 3 bar.", "The old pump leaks.\nAt 3 bar.", "The pump is fine.\nAt 3 bar.");
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "100"), "BASE"),
                      "   BASE                 LOCAL                    EXTERNAL\n"
                      "!  The pump [-leaks-].  The {+old +}pump leaks.  The pump {+is fine+}.\n"
                      "   At 3 bar.            At 3 bar.                At 3 bar.\n");
}

static void conflict_columns_fit_the_terminal(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("base", "one two three four five six seven", "日本語日本語日本語日本語");
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "40"), "BASE"),
                      "   BASE  LOCAL           EXTERNAL\n"
                      "!  base  one two three   日本語日本語日\n"
                      "         four five six   本語日本語\n"
                      "         seven\n");
}

static void conflict_columns_colour_instead_of_brackets(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("a b", "a c", "a b");
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, true, "80"), "BASE"),
                      "   \033[1mBASE\033[0m  \033[1mLOCAL\033[0m  \033[1mEXTERNAL\033[0m\n"
                      "<  a \033[31mb\033[0m   a \033[32mc\033[0m    a b\n");
}

static void conflict_columns_without_base_compare_the_sides(void **state) {
  (void)state;
  struct conflict conflict = text_conflict(NULL, "same\nmy words", "same\nyour words");
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "80"), "LOCAL"),
                      "   LOCAL         EXTERNAL\n"
                      "   same          same\n"
                      "!  {+my+} words  {+your+} words\n");
}

/* Both sides wrote something new: then what they differ in counts. */
static void conflict_columns_without_an_old_line_compare_the_sides(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("old", "The new pump leaks", "The new valve leaks");
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "80"), "BASE"),
                      "   BASE  LOCAL                   EXTERNAL\n"
                      "!  old   The new {+pump+} leaks  The new {+valve+} leaks\n");
}

static void conflict_sets_show_members(void **state) {
  (void)state;
  const struct str base[] = {{"bug", 3}, {"ui", 2}}, local[] = {{"bug", 3}, {"new", 3}}, external[] = {{"ui", 2}};
  struct conflict conflict = {.field = STR("labels"),
                              .state = STR("open"),
                              .base = set_value("labels", base, 2),
                              .local = set_value("labels", local, 2),
                              .external = set_value("labels", external, 1)};
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "80"), "BASE"), "   BASE  LOCAL  EXTERNAL\n"
                                                                                      ">  bug   bug\n"
                                                                                      "<  ui           ui\n"
                                                                                      "<        new\n");
  assert_text(conflict_effect(&arena, &conflict, "local"), "the other side: +bug, +new, -ui");
}

/* Whoever lets a ticket go sees what goes with it. */
static void conflict_of_a_deletion_shows_what_the_ticket_holds(void **state) {
  (void)state;
  const struct str labels[] = {{"bug", 3}, {"ui", 2}};
  const struct value held[] = {value_text(STR("body"), STR("It leaks.\nAt 3 bar.")),
                               value_text(STR("due_date"), STR("")),
                               value_set(STR("labels"), labels, 2),
                               value_text(STR("title"), STR("The pump")),
                               value_text(STR("status"), STR("in_progress")),
                               value_text(STR("ticket"), STR("in_progress"))};
  struct conflict conflict = {.id = 7,
                              .ticket = STR("T-12"),
                              .field = STR("ticket"),
                              .kind = STR("deleted_vs_edited"),
                              .state = STR("open"),
                              .local = {held, sizeof held / sizeof held[0]},
                              .external = text_value("ticket", "deleted")};
  assert_string_equal(columns_of(shown(&conflict, OUTPUT_TEXT, false, "80"), "LOCAL"), "   LOCAL            EXTERNAL\n"
                                                                                       "!  in_progress      deleted\n"
                                                                                       "<  title: The pump\n"
                                                                                       "<  labels: bug, ui\n"
                                                                                       "<  body: It leaks.\n"
                                                                                       "<  At 3 bar.\n");
}

/* A tracker's identifier says nothing to whoever has to decide. */
static void conflict_names_tickets_by_their_keys(void **state) {
  (void)state;
  struct conflict conflict = {.id = 7,
                              .ticket = STR("T-12"),
                              .external_key = STR("OPS-3"),
                              .field = STR("parent"),
                              .kind = STR("both_changed"),
                              .state = STR("open"),
                              .base = text_value("parent", "T-1"),
                              .local = text_value("parent", "T-2"),
                              .external = text_value("parent", "10042"),
                              .external_name = STR("T-5")};
  const struct conflict *named = conflict_named(&arena, &conflict, 1);
  assert_string_equal(columns_of(shown(named, OUTPUT_TEXT, false, "80"), "BASE"), "   BASE     LOCAL    EXTERNAL\n"
                                                                                  "!  T-[-1-]  T-{+2+}  T-{+5+}\n");
  assert_text(conflict_effect(&arena, named, "external"), "T-12 becomes \"T-5\"");
  conflict.external_name = (struct str){0};
  assert_text(conflict_effect(&arena, conflict_named(&arena, &conflict, 1), "external"), "T-12 becomes \"10042\"");
}

static void conflict_view_hides_what_is_equal_and_far(void **state) {
  (void)state;
  struct str_builder base = {.arena = &arena}, local = {.arena = &arena};
  for (int i = 0; i < 1000; i++) {
    str_append_format(&base, "line %d\n", i);
    str_append_format(&local, i == 500 ? "mine\n" : "line %d\n", i);
  }
  struct conflict conflict =
      text_conflict(str_c(&arena, str_built(&base)), str_c(&arena, str_built(&local)), str_c(&arena, str_built(&base)));
  const char *text = columns_of(shown(&conflict, OUTPUT_TEXT, false, "80"), "BASE");
  assert_non_null(strstr(text, "… 497 lines that both sides have\n   line 497"));
  assert_non_null(strstr(text, "  line 503\n   … 496 lines that both sides have\n"));
  assert_null(strstr(text, "line 504"));
}

/* A line of 300,000 letters with one difference stays readable. */
static void conflict_view_shortens_long_lines(void **state) {
  (void)state;
  struct str_builder base = {.arena = &arena};
  for (int i = 0; i < 50000; i++)
    str_append_c(&base, "words ");
  struct str text = str_built(&base);
  struct conflict conflict = text_conflict(
      str_c(&arena, text), str_c(&arena, str_format(&arena, "%.*send", STR_FMT(text))), str_c(&arena, text));
  const char *got = shown(&conflict, OUTPUT_TEXT, false, "80");
  assert_true(strlen(got) < 3000);
  assert_non_null(strstr(got, "{+end+}"));
}

static void conflict_view_sends_nothing_that_steers_a_terminal(void **state) {
  (void)state;
  const char *evil = "a\033]0;owned\a\r\x9b"
                     "31mb\xE2\x80\xAE"
                     "c\033[2J";
  struct str member = str_of(evil);
  struct conflict conflict = text_conflict(evil, "x\033[31m", evil), set = text_conflict(NULL, NULL, NULL);
  set.local = set_value("labels", &member, 1);
  set.external = set_value("labels", NULL, 0);
  struct conflict *all[] = {&conflict, &set};
  for (size_t i = 0; i < 2; i++) {
    all[i]->url = all[i]->ticket = all[i]->project = all[i]->external_key = all[i]->field = all[i]->reason =
        str_of(evil);
    all[i]->kind = STR("unmappable");
    all[i]->state = STR("resolved");
    all[i]->winner = all[i]->decided_by = all[i]->local_by = str_of(evil);
    all[i]->value = all[i]->local;
    for (int format = OUTPUT_TEXT; format <= OUTPUT_PLAIN; format++) {
      const char *text = shown(all[i], (enum output_format)format, false, "80");
      assert_null(strpbrk(text, "\033\a\r\x9b"));
      assert_null(strstr(text, "\xE2\x80\xAE"));
    }
  }
}

/* -- for an editor -- */

static void conflict_draft_is_a_three_way_merge(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("one\r\ntwo\r\nthree\r\nfour\r\nfive", "one\nTWO\nthree\nfour\nFIVE",
                                           "ONE\r\n2\r\nthree\r\nfour\r\nfive");
  struct conflict_draft draft = conflict_edit_draft(&arena, &conflict);
  assert_text(draft.text, "<<<<<<< local\none\nTWO\n||||||| base\none\ntwo\n=======\nONE\n2\n>>>>>>> external\n"
                          "three\nfour\nFIVE\n");
  assert_false(draft.clean);
  assert_true(conflict_edit_has_markers(&draft, draft.text));
  assert_false(conflict_edit_has_markers(&draft, STR("one\n=======\ntwo <<<<<<< local\n<<<<<<<<< no\n")));
  struct value value = conflict_edit_read(&arena, &conflict, STR("both\n"));
  assert_text(value.text, "both");
}

static void conflict_draft_of_edits_apart_is_clean(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("a\nb\nc", "A\nb\nc", "a\nb\nC");
  struct conflict_draft draft = conflict_edit_draft(&arena, &conflict);
  assert_true(draft.clean);
  assert_text(draft.text, "A\nb\nC\n");
}

static void conflict_draft_of_sets_has_a_member_a_line(void **state) {
  (void)state;
  const struct str local[] = {{"needs, review", 13}, {"bug", 3}}, external[] = {{"bug", 3}, {"x", 1}};
  struct conflict conflict = {
      .field = STR("labels"), .local = set_value("labels", local, 2), .external = set_value("labels", external, 2)};
  struct conflict_draft draft = conflict_edit_draft(&arena, &conflict);
  assert_text(draft.text, "bug\n<<<<<<< local\nneeds, review\n=======\nx\n>>>>>>> external\n");
  struct value value = conflict_edit_read(&arena, &conflict, STR("bug\n needs, review \n\nbug\n"));
  assert_int_equal(value.count, 2);
  assert_text(value.items[1], "needs, review");
}

/* -- choices -- */

static void conflict_effects_say_what_happens_where(void **state) {
  (void)state;
  struct conflict conflict = text_conflict("a", "Mine", "");
  assert_text(conflict_effect(&arena, &conflict, "local"), "#3 becomes \"Mine\"");
  assert_text(conflict_effect(&arena, &conflict, "external"), "T-12 becomes empty");
  conflict.local = text_value("body", "two\nlines");
  assert_text(conflict_effect(&arena, &conflict, "local"), "#3 gets the local text");
  conflict.kind = STR("deleted_vs_edited");
  conflict.field = STR("ticket");
  assert_text(conflict_effect(&arena, &conflict, "external"), "the ticket is cancelled here");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(conflict_columns_mark_words, forget),
      cmocka_unit_test_teardown(conflict_columns_fit_the_terminal, forget),
      cmocka_unit_test_teardown(conflict_columns_colour_instead_of_brackets, forget),
      cmocka_unit_test_teardown(conflict_columns_without_base_compare_the_sides, forget),
      cmocka_unit_test_teardown(conflict_columns_without_an_old_line_compare_the_sides, forget),
      cmocka_unit_test_teardown(conflict_sets_show_members, forget),
      cmocka_unit_test_teardown(conflict_of_a_deletion_shows_what_the_ticket_holds, forget),
      cmocka_unit_test_teardown(conflict_names_tickets_by_their_keys, forget),
      cmocka_unit_test_teardown(conflict_view_hides_what_is_equal_and_far, forget),
      cmocka_unit_test_teardown(conflict_view_shortens_long_lines, forget),
      cmocka_unit_test_teardown(conflict_view_sends_nothing_that_steers_a_terminal, forget),
      cmocka_unit_test_teardown(conflict_draft_is_a_three_way_merge, forget),
      cmocka_unit_test_teardown(conflict_draft_of_edits_apart_is_clean, forget),
      cmocka_unit_test_teardown(conflict_draft_of_sets_has_a_member_a_line, forget),
      cmocka_unit_test_teardown(conflict_effects_say_what_happens_where, forget),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
