/* Field rules from what a remote's tickets have. */
#include "describe.h"

static struct arena arena;
static const struct known first = {.is_first = true};

static int forget(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

/* -- statuses -- */

static void assert_status(struct remote_word *words, size_t count, const char *table) {
  struct remote_field field = {.name = STR("status"), .kind = STR("choice"), .writable = true, .words = {words, count}};
  struct proposal proposal = propose_one(&arena, field, &first);
  assert_true(proposal.keep);
  assert_true(proposal.rule.closed);
  assert_str(&arena, table_text(&arena, &proposal.rule), table);
}

static void propose_gives_github_the_table_it_always_had(void **state) {
  (void)state;
  struct remote_word words[] = {{STR("open"), STR("open")},
                                {STR("closed:completed"), STR("done")},
                                {STR("closed:not_planned"), STR("cancelled")},
                                {STR("closed:duplicate"), STR("duplicate")}};
  assert_status(words, 4,
                "open=open, done=closed:completed, cancelled=closed:not_planned, duplicate=closed:duplicate, "
                "in_progress=open");
}

static void propose_puts_the_most_usual_status_first(void **state) {
  (void)state;
  struct remote_word words[] = {{STR("Triage"), STR("open")},
                                {STR("Backlog"), STR("open")},
                                {STR("Todo"), STR("open")},
                                {STR("In Review"), STR("in_progress")},
                                {STR("In Progress"), STR("in_progress")},
                                {STR("Done"), STR("done")},
                                {STR("Canceled"), STR("cancelled")},
                                {STR("Duplicate"), STR("duplicate")}};
  assert_status(words, 8,
                "open=Todo, open=Triage, open=Backlog, in_progress=In Progress, in_progress=In Review, done=Done, "
                "cancelled=Canceled, duplicate=Duplicate");
}

/* Jira knows three categories; how a ticket ended is in the name alone. */
static void propose_tells_cancelled_from_done_by_name(void **state) {
  (void)state;
  struct remote_word words[] = {{STR("To Do"), STR("open")},
                                {STR("In Progress"), STR("in_progress")},
                                {STR("Won't Do"), STR("done")},
                                {STR("Done"), STR("done")}};
  assert_status(words, 4, "open=To Do, in_progress=In Progress, done=Done, cancelled=Won't Do, duplicate=Won't Do");
}

static void propose_keeps_a_status_that_means_nothing_here(void **state) {
  (void)state;
  struct remote_word words[] = {{STR("Open"), {0}}, {STR("Zzz"), {0}}};
  assert_status(words, 2, "open=Open, Zzz=Zzz, in_progress=Open");
}

static void propose_names_what_is_lost(void **state) {
  (void)state;
  struct remote_word words[] = {{STR("open"), STR("open")}, {STR("shut"), STR("done")}, {STR("odd"), {0}}};
  struct remote_field field = {.name = STR("status"), .kind = STR("choice"), .writable = true, .words = WORDS(words)};
  struct proposal proposal = propose_one(&arena, field, &first);
  assert_int_equal(proposal.lossy.count, 3);
  assert_str(&arena, proposal.lossy.at[0].local, "in_progress");
  assert_int_equal(proposal.unmatched.count, 1);
  assert_str(&arena, proposal.unmatched.at[0], "odd");
  assert_str(&arena, proposal.reason,
             "by what each status means; in_progress there is open, cancelled there is shut, duplicate there is shut; "
             "no word here for odd");
}

/* -- priorities -- */

static void propose_maps_priorities_by_name(void **state) {
  (void)state;
  static const struct {
    const char *words[6], *table;
  } rows[] = {
      {{"Urgent", "High", "Medium", "Low"}, "urgent=Urgent, high=High, medium=Medium, low=Low, =, none="},
      {{"Highest", "High", "Medium", "Low", "Lowest"},
       "urgent=Highest, high=High, medium=Medium, low=Low, low=Lowest, =, none="},
      {{"Blocker", "Critical", "Major", "Minor", "None"},
       "urgent=Critical, urgent=Blocker, high=Major, low=Minor, none=None"},
      {{"Major", "Odd"}, "high=Major, Odd=Odd, urgent=Major, =, none="},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct remote_word words[6] = {0};
    size_t count = 0;
    for (; rows[i].words[count]; count++)
      words[count].name = str_of(rows[i].words[count]);
    struct remote_field field = {
        .name = STR("priority"), .kind = STR("choice"), .writable = true, .words = {words, count}};
    struct proposal proposal = propose_one(&arena, field, &first);
    assert_true(proposal.keep && proposal.rule.closed);
    assert_str(&arena, table_text(&arena, &proposal.rule), rows[i].table);
  }
}

/* -- people -- */

static struct remote_word people[] = {{STR("Alice Ames"), STR("alice@acme.example")},
                                      {STR("bob"), STR("robert@acme.example")},
                                      {STR("Carol C."), STR("carol@acme.example")},
                                      {STR("Zoe"), {0}}};
static const struct remote_field assignees = {
    .name = {"assignees", 9}, .kind = {"users", 5}, .writable = true, .members_max = 1, .words = WORDS(people)};

static struct known known_with(const struct str *words, size_t count) {
  struct known_field *field = ARENA_NEW(&arena, struct known_field);
  *field = (struct known_field){.name = STR("assignees"), .shape = VALUE_SET, .words = words, .word_count = count};
  return (struct known){.fields = field, .field_count = 1};
}

static void propose_passes_people_through_in_the_first_project(void **state) {
  (void)state;
  struct proposal proposal = propose_one(&arena, assignees, &first);
  assert_true(proposal.keep);
  assert_false(proposal.rule.closed);
  assert_int_equal(proposal.rule.table.count, 0);
  assert_int_equal(proposal.rule.members_max, 1);
}

static void propose_finds_people_by_login_name_and_address(void **state) {
  (void)state;
  static const struct {
    const char *local, *table;
  } rows[] = {{"BOB", "BOB=bob"},
              {"alice-ames", "alice-ames=Alice Ames"},
              {"carol@acme.example", "carol@acme.example=Carol C."},
              {"alice", "alice=Alice Ames"},
              {"robert", "robert=bob"},
              {"mallory", ""},
              {"acme", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str local = str_of(rows[i].local);
    struct known known = known_with(&local, 1);
    struct proposal proposal = propose_one(&arena, assignees, &known);
    assert_true(proposal.rule.closed);
    assert_str(&arena, table_text(&arena, &proposal.rule), rows[i].table);
  }
}

static void propose_never_takes_one_person_for_two(void **state) {
  (void)state;
  const struct str locals[] = {STR("robert"), STR("bob")};
  struct known known = known_with(locals, 2);
  struct proposal proposal = propose_one(&arena, assignees, &known);
  assert_str(&arena, table_text(&arena, &proposal.rule), "bob=bob");
  struct remote_word twins[] = {{STR("Sam Smith"), {0}}, {STR("sam.smith"), {0}}};
  struct remote_field field = {.name = STR("assignees"), .kind = STR("users"), .writable = true, .words = WORDS(twins)};
  const struct str sam = STR("samsmith");
  known = known_with(&sam, 1);
  proposal = propose_one(&arena, field, &known);
  assert_int_equal(proposal.rule.table.count, 0);
}

static void propose_names_people_who_are_unknown_here(void **state) {
  (void)state;
  const struct str bob = STR("bob");
  struct known known = known_with(&bob, 1);
  struct proposal proposal = propose_one(&arena, assignees, &known);
  assert_int_equal(proposal.unmatched.count, 3);
  assert_str(&arena, proposal.reason, "bob is bob there; unknown here, so left alone: Alice Ames, Carol C., Zoe");
}

static void propose_knows_people_from_tables_of_other_projects(void **state) {
  (void)state;
  const struct value_name pair = {STR("carol"), STR("carol-gh")};
  const struct field_setting rule = {.field = STR("assignees"), .table = {&pair, 1}};
  const struct project other = {.name = STR("other"), .rules = {&rule, 1}};
  const struct known known = {.projects = &other, .project_count = 1};
  struct proposal proposal = propose_one(&arena, assignees, &known);
  assert_str(&arena, table_text(&arena, &proposal.rule), "carol=Carol C.");
}

/* -- other fields -- */

static void propose_keeps_common_fields_and_leaves_others_out(void **state) {
  (void)state;
  static const struct {
    const char *name, *kind;
    bool keep;
  } rows[] = {{"title", "line", true},       {"body", "text", true},        {"labels", "set", true},
              {"milestone", "choice", true}, {"estimate", "number", false}, {"due_date", "date", false},
              {"type", "choice", false},     {"sprint", "choice", false},   {"reviewer", "user", false},
              {"parent", "ticket", false},   {"labels", "choice", false},   {"status", "set", false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct remote_field field = {.name = str_of(rows[i].name), .kind = str_of(rows[i].kind), .writable = true};
    struct proposal proposal = propose_one(&arena, field, &first);
    assert_int_equal(proposal.keep, rows[i].keep);
    assert_true(proposal.reason.length > 0);
  }
}

static void propose_takes_fields_that_are_here_already_or_wanted(void **state) {
  (void)state;
  struct remote_field fields[] = {{.name = STR("estimate"), .kind = STR("number"), .writable = true},
                                  {.name = STR("due_date"), .kind = STR("date"), .writable = true},
                                  {.name = STR("sprint"), .kind = STR("choice"), .writable = true},
                                  {.name = STR("parent"), .kind = STR("ticket"), .writable = true},
                                  {.name = STR("blocks"), .kind = STR("ticket"), .writable = true}};
  const struct remote_description remote = {.can_write = true, .fields = WORDS(fields)};
  const struct known_field here = {.name = STR("estimate"), .shape = VALUE_TEXT};
  const struct field_setting rule = {.field = STR("due_date")};
  const struct project other = {.name = STR("other"), .rules = {&rule, 1}};
  const struct known known = {.projects = &other, .project_count = 1, .fields = &here, .field_count = 1};
  const struct str wanted[] = {STR("sprint"), STR("parent"), STR("blocks")};
  const struct propose_request request = {&remote, &known, {wanted, 3}};
  const struct proposal *proposals = propose_rules(&arena, &request);
  assert_true(proposals[0].keep && proposals[1].keep && proposals[2].keep);
  assert_true(proposals[3].keep);
  assert_false(proposals[4].keep); /* of references only `parent` is translated, whoever wants others */
}

static void propose_leaves_out_what_is_of_another_shape_here(void **state) {
  (void)state;
  const struct known_field here = {.name = STR("sprint"), .shape = VALUE_SET};
  const struct known known = {.fields = &here, .field_count = 1};
  struct remote_field field = {.name = STR("sprint"), .kind = STR("choice"), .writable = true};
  struct proposal proposal = propose_one(&arena, field, &known);
  assert_false(proposal.keep);
  assert_str(&arena, proposal.reason, "it is a single value there and a set here");
}

static void propose_only_pulls_what_cannot_be_written(void **state) {
  (void)state;
  struct remote_field field = {.name = STR("milestone"), .kind = STR("choice")};
  struct proposal proposal = propose_one(&arena, field, &first);
  assert_str(&arena, proposal.rule.direction, "pull");
}

static void propose_compares_names_by_letters(void **state) {
  (void)state;
  assert_true(propose_same_name(STR("To Do"), STR("todo")));
  assert_true(propose_same_name(STR("Won't-Do"), STR("wont do")));
  assert_false(propose_same_name(STR("todo"), STR("todos")));
  assert_false(propose_same_name(STR(""), STR("")));
  assert_false(propose_same_name((struct str){0}, STR("a")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(propose_gives_github_the_table_it_always_had),
      cmocka_unit_test(propose_puts_the_most_usual_status_first),
      cmocka_unit_test(propose_tells_cancelled_from_done_by_name),
      cmocka_unit_test(propose_keeps_a_status_that_means_nothing_here),
      cmocka_unit_test(propose_names_what_is_lost),
      cmocka_unit_test(propose_maps_priorities_by_name),
      cmocka_unit_test(propose_passes_people_through_in_the_first_project),
      cmocka_unit_test(propose_finds_people_by_login_name_and_address),
      cmocka_unit_test(propose_never_takes_one_person_for_two),
      cmocka_unit_test(propose_names_people_who_are_unknown_here),
      cmocka_unit_test(propose_knows_people_from_tables_of_other_projects),
      cmocka_unit_test(propose_keeps_common_fields_and_leaves_others_out),
      cmocka_unit_test(propose_takes_fields_that_are_here_already_or_wanted),
      cmocka_unit_test(propose_leaves_out_what_is_of_another_shape_here),
      cmocka_unit_test(propose_only_pulls_what_cannot_be_written),
      cmocka_unit_test(propose_compares_names_by_letters),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, forget);
}
