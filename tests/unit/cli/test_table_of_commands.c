/* The table itself, and what is made from it: help, completion, the reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/width.h"

static void command_table_is_well_formed(void **state) {
  (void)state;
  const struct command *command;
  for (size_t i = 0; (command = command_at(i)); i++) {
    assert_non_null(command->run);
    assert_ptr_equal(command_named(str_of(command->path)), command);
    assert_true(!strchr(command->path, ' ') || command_group_of(command));
    assert_null(strchr(command->help, '\\'));
    for (size_t a = 0; a < command->option_count; a++) {
      const struct option_spec *option = &command->options[a];
      assert_ptr_equal(command_option(command, str_of(option->name)), option);
      assert_true(!option->letter || command_option_lettered(command, option->letter) == option);
      assert_true((option->kind == OPTION_FLAG) == (option->value == NULL));
      assert_null(strchr(option->help, '\\'));
      for (size_t g = 0; g < command_global_option_count; g++)
        assert_string_not_equal(option->name, command_global_options[g].name);
    }
  }
}

static void completion_lists_every_command_and_option(void **state) {
  (void)state;
  static const char *const shells[] = {"bash", "zsh", "fish"};
  for (size_t s = 0; s < 3; s++) {
    struct arena arena = {0};
    struct str script;
    assert_true(completion_script(&arena, str_of(shells[s]), &script));
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++) {
      const char *word = strrchr(command->path, ' ');
      assert_true(str_find(script, word ? word + 1 : command->path) >= 0);
      for (size_t o = 0; o < command->option_count; o++) {
        struct str option = str_format(&arena, s == 2 ? "-l %s" : "--%s", command->options[o].name);
        assert_true(str_find(script, option.at) >= 0);
      }
    }
    arena_free(&arena);
  }
}

static void completion_knows_no_other_shell(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str script;
  assert_false(completion_script(&arena, STR("csh"), &script));
  arena_free(&arena);
}

static void help_and_reference_name_every_command(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str overview = help_overview(&arena, 0), markdown = help_markdown(&arena);
  const struct command *command;
  for (size_t i = 0; (command = command_at(i)); i++) {
    const struct command_group *group = command_group_of(command);
    const char *shown = group ? str_format(&arena, "  %s COMMAND ", group->name).at : command->path;
    assert_true(str_find(overview, shown) >= 0);
    assert_true(str_find(overview, group ? command->path + strlen(group->name) : command->path) >= 0);
    assert_true(str_find(markdown, str_format(&arena, "\n### tandem %s\n", command->path).at) >= 0);
    struct str own = help_command(&arena, command, 80);
    for (size_t o = 0; o < command->option_count; o++)
      assert_true(str_find(own, str_format(&arena, "--%s", command->options[o].name).at) >= 0);
  }
  arena_free(&arena);
}

static void help_stands_under_the_same_headings_everywhere(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str overview = help_overview(&arena, 0), markdown = help_markdown(&arena), manual = help_manual(&arena);
  ptrdiff_t before = -1;
  for (size_t i = 0; i < command_area_count; i++) {
    ptrdiff_t at = str_find(overview, str_format(&arena, "\n\n%s\n", command_areas[i]->title).at);
    assert_true(at > before);
    assert_true(str_find(markdown, str_format(&arena, "\n## %s\n", command_areas[i]->title).at) >= 0);
    assert_true(str_find(manual, str_format(&arena, "## tandem %s\n", command_in(command_areas[i], 0)->path).at) >= 0);
    before = at;
  }
  arena_free(&arena);
}

/* Examples are to be copied, and what an option takes stands together: only they are longer. */
static void help_fits_its_columns(void **state) {
  (void)state;
  enum { COLUMNS = 80 };
  struct arena arena = {0};
  const struct command *command;
  for (size_t i = 0; (command = command_at(i)); i++) {
    struct str text = help_command(&arena, command, COLUMNS);
    ptrdiff_t examples = str_find(text, "\nExamples\n");
    size_t end = examples < 0 ? text.length : (size_t)examples;
    for (size_t at = 0; at < end;) {
      ptrdiff_t newline = str_find(str_slice(text, at, end), "\n");
      size_t next = newline < 0 ? end : at + (size_t)newline;
      struct str line = str_slice(text, at, next);
      assert_true(width_of_text(line) <= COLUMNS || str_starts_with(line, "  --"));
      at = next + 1;
    }
  }
  arena_free(&arena);
}

static void completion_asks_for_projects_in_every_shell(void **state) {
  (void)state;
  static const struct {
    const char *shell, *line;
  } rows[] = {
      {"bash", "' --project') words=$(_tandem_projects)"},
      {"bash", "words=\"$(_tandem_projects) $words\""},
      {"zsh", ":value:_tandem_projects'"},
      {"zsh", "'1::PROJECT:_tandem_projects'"},
      {"zsh", "'2:OTHER-PROJECT:_tandem_projects'"},
      {"fish", "-l project -x -a '(__tandem_projects)'"},
      {"fish", "-n '__tandem_argument \"sync\" 0' -f -a '(__tandem_projects)'"},
      {"fish", "-n '__tandem_argument \"projects follow\" 1' -f -a '(__tandem_projects)'"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str script;
    assert_true(completion_script(&arena, str_of(rows[i].shell), &script));
    assert_true(str_find(script, rows[i].line) >= 0);
    arena_free(&arena);
  }
}

static void nearest_counts_edits_and_swaps(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    int distance;
  } rows[] = {{"", "", 0}, {"abc", "abc", 0}, {"abc", "", 3}, {"lsit", "list", 1}, {"limt", "limit", 1}, {"a", "b", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal(nearest_distance(str_of(rows[i].a), str_of(rows[i].b)), rows[i].distance);
    assert_int_equal(nearest_distance(str_of(rows[i].b), str_of(rows[i].a)), rows[i].distance);
  }
}

static void nearest_suggests_only_what_was_meant(void **state) {
  (void)state;
  static const char *const words[] = {"status", "sync", "doctor"};
  assert_string_equal(nearest_word(STR("sytnc"), words, 3), "sync");
  assert_string_equal(nearest_word(STR("doc"), words, 3), "doctor");
  assert_null(nearest_word(STR("xyzxyz"), words, 3));
  assert_null(nearest_word(STR("a word that is far too long to be any of these words, and longer still"), words, 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(command_table_is_well_formed),
      cmocka_unit_test(completion_lists_every_command_and_option),
      cmocka_unit_test(completion_asks_for_projects_in_every_shell),
      cmocka_unit_test(completion_knows_no_other_shell),
      cmocka_unit_test(help_and_reference_name_every_command),
      cmocka_unit_test(help_stands_under_the_same_headings_everywhere),
      cmocka_unit_test(help_fits_its_columns),
      cmocka_unit_test(nearest_counts_edits_and_swaps),
      cmocka_unit_test(nearest_suggests_only_what_was_meant),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
