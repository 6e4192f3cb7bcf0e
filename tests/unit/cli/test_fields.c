/* Field rules that are set: changing, comparing, checking, trying them. */
#include "describe.h"

#include "cli/command.h"
#include "cli/fields_analysis.h"
#include "cli/fields_check.h"
#include "cli/fields_sample.h"
#include "cli/rule_list.h"
#include "cli/tracker.h"

static struct arena arena;

static int forget(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

/* -- changing -- */

static void rule_list_parses_pairs_and_maps(void **state) {
  (void)state;
  struct value_name pair;
  struct str field;
  assert_true(rule_list_parse_map(STR("labels:bug=kind/bug=x"), &field, &pair));
  assert_str(&arena, field, "labels");
  assert_str(&arena, pair.local, "bug");
  assert_str(&arena, pair.external, "kind/bug=x");
  static const char *const wrong[] = {"", "labels", "labels:", "labels:bug", "labels:bug=", ":a=b", "labels:=b"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_false(rule_list_parse_map(str_of(wrong[i]), &field, &pair));
}

static void assert_put(struct str field, bool closed, const char *table) {
  const struct value_name before[] = {{STR("a"), STR("A")}, {STR("a"), STR("AA")}, {STR("b"), STR("B")}};
  const struct field_setting setting = {.field = field, .table = WORDS(before), .closed = closed};
  struct rule_list rules = rule_list_of(&arena, &setting, 1);
  rule_list_put_pair(&rules, &rules.at[0], (struct value_name){STR("a"), STR("New")});
  assert_str(&arena, table_text(&arena, &rules.at[0]), table);
}

/* In a closed table of single words, a word there that nothing names any more would stop passing. */
static void rule_list_puts_a_pair_in_front(void **state) {
  (void)state;
  assert_put(STR("status"), true, "a=New, a=A, a=AA, b=B");
  assert_put(STR("status"), false, "a=New, b=B");
  assert_put(STR("assignees"), true, "a=New, b=B");
}

static void rule_list_removes_rules_and_words(void **state) {
  (void)state;
  const struct value_name pairs[] = {{STR("a"), STR("A")}, {STR("b"), STR("B")}};
  const struct field_setting settings[] = {{.field = STR("x"), .table = WORDS(pairs)}, {.field = STR("y")}};
  struct rule_list rules = rule_list_of(&arena, settings, 2);
  assert_true(rule_list_remove_pair(&rules, &rules.at[0], STR("a")));
  assert_false(rule_list_remove_pair(&rules, &rules.at[0], STR("a")));
  assert_str(&arena, table_text(&arena, &rules.at[0]), "b=B");
  assert_true(rule_list_remove(&rules, STR("x")));
  assert_false(rule_list_remove(&rules, STR("x")));
  assert_int_equal(rules.count, 1);
  rule_list_put(&rules, STR("z"))->closed = true;
  assert_true(rule_list_find(&rules, STR("z"))->closed);
  assert_int_equal(settings[0].table.count, 2);
}

/* -- a remote and a project -- */

static struct remote_word statuses[] = {
    {STR("Todo"), STR("open")}, {STR("Doing"), STR("in_progress")}, {STR("Done"), STR("done")}};
static struct remote_word users[] = {{STR("Ann"), {0}}, {STR("Bob"), {0}}};
static struct remote_field fields[] = {
    {.name = STR("title"), .kind = STR("line"), .writable = true, .required = true},
    {.name = STR("status"), .kind = STR("choice"), .writable = true, .words = WORDS(statuses)},
    {.name = STR("assignees"), .kind = STR("users"), .writable = true, .members_max = 1, .words = WORDS(users)},
    {.name = STR("size"), .kind = STR("choice"), .writable = false},
};
static const struct remote_description remote = {.remote = {"ENG", 3}, .can_write = true, .fields = WORDS(fields)};
static const struct known nothing = {.is_first = true};

static const struct value_name status_pairs[] = {{STR("open"), STR("Todo")},
                                                 {STR("in_progress"), STR("Doing")},
                                                 {STR("done"), STR("Done")},
                                                 {STR("cancelled"), STR("Done")},
                                                 {STR("duplicate"), STR("Done")}};

/* -- analyzing -- */

static void fields_analysis_says_what_differs(void **state) {
  (void)state;
  const struct field_setting rules[] = {
      {.field = STR("title")}, {.field = STR("status"), .table = WORDS(status_pairs)}, {.field = STR("gone")}};
  const struct project project = {.name = STR("p"), .rules = WORDS(rules)};
  struct fields_analysis analysis = fields_analyze(&arena, &project, &remote, &nothing);
  assert_int_equal(analysis.fields.count, 4);
  assert_int_equal(analysis.fields.at[0].differences.count, 0);
  assert_int_equal(analysis.fields.at[1].differences.count, 1);
  assert_str(&arena, analysis.fields.at[1].differences.at[0], "closed");
  assert_str(&arena, analysis.fields.at[2].differences.at[0], "rule");
  assert_int_equal(analysis.fields.at[3].differences.count, 0); /* neither set nor proposed */
  assert_int_equal(analysis.strays.count, 1);
  assert_str(&arena, analysis.strays.at[0].field, "gone");
}

/* -- checking -- */

/* "problem status, warning assignees", what is fine left out. */
static const char *check(struct project project, struct known carried) {
  struct doctor findings = {.arena = &arena};
  struct fields_check check = {&arena, &project, &remote, &carried, &carried, &findings};
  project.listed_only = true;
  project.name = STR("p");
  fields_check_all(&check);
  struct str_builder text = {.arena = &arena};
  for (size_t i = 0; i < findings.count; i++)
    if (!str_is(findings.at[i].state, "ok"))
      str_append_format(&text, "%s%.*s %.*s", text.length ? ", " : "", STR_FMT(findings.at[i].state),
                        STR_FMT(findings.at[i].check));
  return str_built(&text).at ? str_c(&arena, str_built(&text)) : "";
}

static struct project with_rules(const struct field_setting *rules, size_t count) {
  return (struct project){.rules = {rules, count}};
}

static void fields_check_finds_a_complete_mapping_fine(void **state) {
  (void)state;
  const struct field_setting rules[] = {{.field = STR("title")},
                                        {.field = STR("status"), .closed = true, .table = {status_pairs, 3}},
                                        {.field = STR("assignees"), .members_max = 1}};
  struct project project = with_rules(rules, 3);
  project.direction = STR("pull"); /* cancelled and duplicate have no word there */
  assert_string_equal(check(project, nothing), "");
}

static void fields_check_names_lossy_pairs_as_warnings(void **state) {
  (void)state;
  const struct field_setting rules[] = {{.field = STR("title")},
                                        {.field = STR("status"), .closed = true, .table = WORDS(status_pairs)}};
  assert_string_equal(check(with_rules(rules, 2), nothing), "warning status");
}

static void fields_check_finds_what_stops_a_value(void **state) {
  (void)state;
  static const struct value_name odd[] = {{{"open", 4}, {"Nowhere", 7}}};
  static const struct {
    struct field_setting rule;
    const char *found;
  } rows[] = {
      {{.field = {"gone", 4}}, "problem gone"},
      {{.field = {"size", 4}}, "problem size"}, /* read only there */
      {{.field = {"size", 4}, .direction = {"pull", 4}}, ""},
      {{.field = {"size", 4}, .direction = {"disabled", 8}}, "skipped size"},
      {{.field = {"assignees", 9}}, "problem assignees"}, /* takes one, the rule many */
      {{.field = {"assignees", 9}, .members_max = 1, .closed = true}, "warning assignees"}, /* strangers */
      {{.field = {"status", 6}, .closed = true, .table = {status_pairs, 2}},
       "problem status, problem status"},                                   /* Done, and three words of ours */
      {{.field = {"status", 6}, .table = {odd, 1}}, "problem status"},      /* no such word there */
      {{.field = {"title", 5}, .direction = {"pull", 4}}, "problem title"}, /* required there */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct field_setting rules[] = {rows[i].rule, {.field = STR("title")}};
    bool is_title = str_is(rows[i].rule.field, "title");
    assert_string_equal(check(with_rules(rules, is_title ? 1 : 2), nothing), rows[i].found);
  }
}

static void fields_check_misses_what_a_new_ticket_must_have(void **state) {
  (void)state;
  assert_string_equal(check(with_rules(NULL, 0), nothing), "problem title");
  struct project project = with_rules(NULL, 0);
  project.direction = STR("pull");
  assert_string_equal(check(project, nothing), "");
}

static void fields_check_looks_at_the_words_of_tickets(void **state) {
  (void)state;
  const struct str people[] = {STR("ann"), STR("eve")};
  const struct known_field here = {.name = STR("assignees"), .shape = VALUE_SET, .words = people, .word_count = 2};
  const struct known carried = {.fields = &here, .field_count = 1};
  const struct field_setting rules[] = {{.field = STR("title")}, {.field = STR("assignees"), .members_max = 1}};
  assert_string_equal(check(with_rules(rules, 2), carried), "problem assignees"); /* eve is nobody there */
  const struct known_field text = {.name = STR("assignees"), .shape = VALUE_TEXT};
  const struct known other = {.fields = &text, .field_count = 1};
  assert_string_equal(check(with_rules(rules, 2), other), "problem assignees"); /* a text here, a set there */
}

/* -- trying -- */

static void fields_sample_maps_both_ways(void **state) {
  (void)state;
  const struct field_setting rules[] = {{.field = STR("status"), .closed = true, .table = WORDS(status_pairs)},
                                        {.field = STR("off"), .direction = STR("disabled")}};
  const struct project project = {.name = STR("p"), .listed_only = true, .rules = WORDS(rules)};
  const struct value here[] = {value_text(STR("status"), STR("cancelled")), value_text(STR("off"), STR("x")),
                               value_text(STR("other"), STR("x"))};
  const struct value there[] = {value_text(STR("status"), STR("Done"))};
  const struct mapping mapping = {.project = STR("p"), .external_key = STR("ENG-1"), .external = {there, 1}};
  const struct ticket ticket = {.key = STR("T-1"), .fields = {here, 3}, .mappings = {&mapping, 1}};
  const struct sampled_field *sampled;
  assert_int_equal(fields_sample(&arena, &project, &ticket, &sampled), 1);
  assert_str(&arena, sampled->becomes_there.at[0].text, "Done");
  assert_str(&arena, sampled->becomes_here.at[0].text, "done");
  assert_str(&arena, sampled->state, "same"); /* a lossy pair agrees */
}

static void fields_sample_names_what_has_no_counterpart(void **state) {
  (void)state;
  const struct field_setting rules[] = {{.field = STR("status"), .closed = true, .table = {status_pairs, 1}}};
  const struct project project = {.name = STR("p"), .rules = WORDS(rules)};
  const struct value here[] = {value_text(STR("status"), STR("blocked"))};
  const struct ticket ticket = {.key = STR("T-1"), .fields = {here, 1}};
  const struct sampled_field *sampled;
  assert_int_equal(fields_sample(&arena, &project, &ticket, &sampled), 1);
  assert_str(&arena, sampled->state, "unmappable");
  assert_str(&arena, sampled->unmappable.at[0], "blocked");
  assert_int_equal(sampled->there.count, 0);
}

/* -- known words, trackers -- */

static void known_collects_words_once(void **state) {
  (void)state;
  const struct str one[] = {STR("Bug"), STR("wet")}, two[] = {STR("bug")};
  const struct value first[] = {value_set(STR("labels"), one, 2), value_text(STR("title"), STR("t"))};
  const struct value second[] = {value_set(STR("labels"), two, 1), value_text(STR("labels"), STR("odd"))};
  struct known_builder *builder = known_builder_new(&arena);
  known_builder_add(builder, &(struct values){first, 2});
  known_builder_add(builder, &(struct values){second, 2});
  struct known known = {0};
  known_builder_fields(builder, &known);
  assert_int_equal(known.field_count, 2);
  assert_int_equal(known_field(&known, STR("labels"))->word_count, 2);
  assert_int_equal(known_field(&known, STR("title"))->word_count, 0);
  assert_true(known_has_word(known_field(&known, STR("labels")), STR("WET")));
  assert_null(known_field(&known, STR("status")));
}

static void tracker_takes_addresses_of_the_browser(void **state) {
  (void)state;
  static const struct {
    const struct tracker *tracker;
    const char *text, *remote, *base_url;
  } rows[] = {
      {&tracker_github, "acme/rocket", "acme/rocket", NULL},
      {&tracker_github, "https://github.com/acme/rocket.git", "acme/rocket", NULL},
      {&tracker_jira, "ABC", "ABC", NULL},
      {&tracker_jira, "https://acme.atlassian.net/browse/ABC-12", "ABC", "https://acme.atlassian.net"},
      {&tracker_jira, "https://jira.acme.example:8443/projects/ABC/issues?x", "ABC", "https://jira.acme.example:8443"},
      {&tracker_jira, "http://jira.acme.example/browse/ABC", "ABC", "http://jira.acme.example"},
      {&tracker_jira, "http://j/browse/ABC", "ABC", "http://j"},
      {&tracker_linear, "ENG", "ENG", NULL},
      {&tracker_linear, "https://linear.app/acme/team/ENG/all", "ENG", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str base_url = {0};
    struct str remote_text = rows[i].tracker->remote_of(&arena, str_of(rows[i].text), &base_url);
    assert_str(&arena, remote_text, rows[i].remote);
    assert_true(rows[i].tracker->is_remote(remote_text));
    assert_true(rows[i].base_url ? str_is(base_url, rows[i].base_url) : str_is_absent(base_url));
  }
  assert_false(tracker_jira.is_remote(STR("not a key")));
  assert_false(tracker_github.is_remote(STR("acme")));
}

static void tracker_knows_the_vendors_sites(void **state) {
  (void)state;
  assert_true(tracker_is_vendors(&tracker_jira, STR("https://acme.atlassian.net")));
  assert_false(tracker_is_vendors(&tracker_jira, STR("https://acme.atlassian.net.evil.example")));
  assert_false(tracker_is_vendors(&tracker_jira, STR("https://evil.example/acme.atlassian.net")));
  assert_false(tracker_is_vendors(&tracker_github, STR("https://api.github.com")));
  assert_ptr_equal(tracker_named(STR("linear")), &tracker_linear);
  assert_null(tracker_named(STR("other")));
}

static void tracker_of_each_system_has_its_own_command(void **state) {
  (void)state;
  for (size_t i = 0; i < TRACKER_COUNT; i++) {
    const struct tracker *tracker = tracker_table[i];
    assert_ptr_equal(tracker_named(str_of(tracker->system)), tracker);
    assert_ptr_equal(command_named(str_format(&arena, "connect %s", tracker->system)), &tracker->connect);
    assert_non_null(command_option(&tracker->connect, str_of(tracker->remote_option)));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rule_list_parses_pairs_and_maps),
      cmocka_unit_test(rule_list_puts_a_pair_in_front),
      cmocka_unit_test(rule_list_removes_rules_and_words),
      cmocka_unit_test(fields_analysis_says_what_differs),
      cmocka_unit_test(fields_check_finds_a_complete_mapping_fine),
      cmocka_unit_test(fields_check_names_lossy_pairs_as_warnings),
      cmocka_unit_test(fields_check_finds_what_stops_a_value),
      cmocka_unit_test(fields_check_misses_what_a_new_ticket_must_have),
      cmocka_unit_test(fields_check_looks_at_the_words_of_tickets),
      cmocka_unit_test(fields_sample_maps_both_ways),
      cmocka_unit_test(fields_sample_names_what_has_no_counterpart),
      cmocka_unit_test(known_collects_words_once),
      cmocka_unit_test(tracker_takes_addresses_of_the_browser),
      cmocka_unit_test(tracker_knows_the_vendors_sites),
      cmocka_unit_test(tracker_of_each_system_has_its_own_command),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, forget);
}
