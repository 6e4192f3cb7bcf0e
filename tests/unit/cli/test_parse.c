/* From argv to an invocation, and what a wrong command line says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/parse.h"

struct parsed {
  struct arena arena;
  struct invocation call;
  const struct command_group *group;
  struct result result;
};

/* `line` is split at blanks. */
static void parse(struct parsed *parsed, const char *line) {
  static char words[16][64];
  static char program[] = "tandem";
  char *argv[17] = {program};
  int argc = 1;
  for (const char *at = line; *at && argc < 16; argc++) {
    size_t length = strcspn(at, " ");
    snprintf(words[argc], sizeof words[argc], "%.*s", (int)length, at);
    argv[argc] = words[argc];
    at += length + strspn(at + length, " ");
  }
  *parsed = (struct parsed){0};
  parsed->call.arena = &parsed->arena;
  parsed->result = parse_arguments(&parsed->call, argc, argv, &parsed->group);
}

static void parse_takes_command_arguments_and_options(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket edit T-12 --add-label bug --status=done --add-label=x --json");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_string_equal(p.call.command->path, "ticket edit");
  assert_true(str_is(invocation_argument(&p.call, 0), "T-12"));
  assert_true(str_is(invocation_text(&p.call, "status"), "done"));
  assert_int_equal(invocation_list(&p.call, "add-label").count, 2);
  assert_true(invocation_flag(&p.call, "json"));
  arena_free(&p.arena);
}

static void parse_takes_several_of_the_last_argument(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "fields test rocket T-1 T-2 --json T-3");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_true(str_is(invocation_argument(&p.call, 1), "T-1"));
  assert_int_equal(p.call.more_count, 2);
  assert_true(str_is(p.call.more[0], "T-2") && str_is(p.call.more[1], "T-3"));
  assert_true(invocation_flag(&p.call, "json"));
  arena_free(&p.arena);
}

static void parse_takes_global_options_before_the_command(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "--home /tmp/x -q sync rocket");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_true(str_is(invocation_text(&p.call, "home"), "/tmp/x"));
  assert_true(invocation_flag(&p.call, "quiet"));
  arena_free(&p.arena);
}

static void parse_takes_letters_together_and_with_values(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket list -qn5 -a");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_int_equal(invocation_number(&p.call, "limit", 0), 5);
  assert_true(invocation_flag(&p.call, "all") && invocation_flag(&p.call, "quiet"));
  arena_free(&p.arena);
}

/* A variable of a script that is not set must not turn one project into all of them. */
static void parse_refuses_an_empty_project(void **state) {
  (void)state;
  static char program[] = "tandem", sync[] = "sync", list[] = "ticket", option[] = "list", project[] = "--project",
              empty[] = "";
  char *argument[] = {program, sync, empty}, *value[] = {program, list, option, project, empty};
  struct arena arena = {0};
  const struct command_group *group;
  struct invocation by_argument = {.arena = &arena}, by_option = {.arena = &arena};
  struct result result = parse_arguments(&by_argument, 3, argument, &group);
  assert_string_equal(result.message, "PROJECT is empty. See `tandem help sync`.");
  result = parse_arguments(&by_option, 5, value, &group);
  assert_string_equal(result.message, "--project wants a project's name, and got none.");
  arena_free(&arena);
}

static void parse_ends_options_at_two_dashes(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket show -- --json");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_true(str_is(invocation_argument(&p.call, 0), "--json"));
  assert_false(invocation_flag(&p.call, "json"));
  arena_free(&p.arena);
}

static void parse_leaves_group_and_nothing_to_help(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_string_equal(p.group->name, "ticket");
  arena_free(&p.arena);
  parse(&p, "");
  assert_int_equal(p.result.code, RESULT_OK);
  assert_null(p.call.command);
  assert_null(p.group);
  arena_free(&p.arena);
}

static void parse_reads_times_with_units(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "connect github --poll-interval 5m");
  assert_int_equal(invocation_number(&p.call, "poll-interval", 0), 300);
  arena_free(&p.arena);
}

static void parse_lets_help_stand_without_arguments(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket edit --help");
  assert_int_equal(p.result.code, RESULT_OK);
  arena_free(&p.arena);
}

static void parse_explains_what_is_wrong(void **state) {
  (void)state;
  static const struct {
    const char *line, *message;
  } rows[] = {
      {"statsu", "there is no command `statsu`. Did you mean `tandem status`?"},
      {"tickets list", "there is no command `tickets`. Did you mean `tandem ticket`?"},
      {"ticket lsit", "there is no command `ticket lsit`. Did you mean `tandem ticket list`?"},
      {"qqqqqqqq", "there is no command `qqqqqqqq`. `tandem help` lists them all."},
      {"ticket list --limt 3", "`tandem ticket list` has no option `--limt`. Did you mean `--limit`?"},
      {"status -z", "`tandem status` has no option `-z`. See `tandem help status`."},
      {"--frob status", "there is no global option `--frob`. Options of a command come after it."},
      {"ticket list --limit", "--limit needs a value: --limit N."},
      {"ticket list --limit x", "--limit wants a whole number, not `x`."},
      {"ticket list --limit 1 --limit 2", "--limit is given twice."},
      {"ticket list --all=1", "--all takes no value."},
      {"ticket show",
       "`tandem ticket show` needs KEY: a ticket's key, as in T-12 or rocket:#7. See `tandem help ticket show`."},
      {"ticket show T-1 T-2", "`tandem ticket show` has no use for `T-2`. See `tandem help ticket show`."},
      {"ticket new --privacy secret", "--privacy is one of local_only|shareable|public, not `secret`."},
      {"connect github --poll-interval 0", "--poll-interval wants a time like 90s, 5m or 2h, not `0`."},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct parsed p;
    parse(&p, rows[i].line);
    assert_int_equal(p.result.code, RESULT_REJECTED);
    assert_string_equal(p.result.message, rows[i].message);
    arena_free(&p.arena);
  }
}

static void parse_knows_json_although_the_rest_is_wrong(void **state) {
  (void)state;
  struct parsed p;
  parse(&p, "ticket list --json --nope");
  assert_int_equal(p.result.code, RESULT_REJECTED);
  assert_true(invocation_flag(&p.call, "json"));
  arena_free(&p.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parse_takes_command_arguments_and_options),
      cmocka_unit_test(parse_takes_several_of_the_last_argument),
      cmocka_unit_test(parse_takes_global_options_before_the_command),
      cmocka_unit_test(parse_takes_letters_together_and_with_values),
      cmocka_unit_test(parse_refuses_an_empty_project),
      cmocka_unit_test(parse_ends_options_at_two_dashes),
      cmocka_unit_test(parse_leaves_group_and_nothing_to_help),
      cmocka_unit_test(parse_reads_times_with_units),
      cmocka_unit_test(parse_lets_help_stand_without_arguments),
      cmocka_unit_test(parse_explains_what_is_wrong),
      cmocka_unit_test(parse_knows_json_although_the_rest_is_wrong),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
