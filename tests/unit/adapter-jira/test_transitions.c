/* The way to a status through a workflow that is a chain: how far it goes, and when it is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "opened.h"

/* S0 leads to S1 alone, that to S2, and so on. Issue 7 is ours; in each status is another, 100 and more. */
struct workflow {
  struct http http;
  bool shortcut; /* the other issues, and they alone, may go to Done from anywhere */
  int at, moves; /* of ours */
};

static struct str offered(const struct workflow *workflow, struct arena *arena, int issue) {
  int status = issue == 7 ? workflow->at : issue - 100;
  return str_format(arena, "{\"transitions\":[{\"id\":\"%d\",\"name\":\"Go on\",\"to\":{\"name\":\"S%d\"}}%s]}",
                    status + 1, status + 1,
                    workflow->shortcut && issue != 7 ? ",{\"id\":\"99\",\"name\":\"End\",\"to\":{\"name\":\"Done\"}}"
                                                     : "");
}

static int number_behind(struct str text, const char *word) {
  ptrdiff_t at = str_find(text, word);
  assert_true(at >= 0);
  return atoi(text.at + at + strlen(word));
}

static struct result answer_call(struct http *http, struct arena *arena, const struct http_request *request,
                                 struct http_response *out) {
  struct workflow *workflow = (struct workflow *)http;
  struct str body = request->body;
  if (str_find(request->url, "/search/jql") > 0) {
    int status = number_behind(body, "status = \\\"S");
    answer_json(out, 200, str_format(arena, "{\"issues\":[{\"id\":\"%d\"}]}", 100 + status));
  } else if (strcmp(request->method, "GET") == 0) {
    answer_json(out, 200, offered(workflow, arena, number_behind(request->url, "/issue/")));
  } else {
    assert_int_equal(number_behind(request->url, "/issue/"), 7);
    assert_int_equal(number_behind(body, "\"id\":\""), workflow->at + 1);
    workflow->at++;
    workflow->moves++;
    answer_json(out, 204, STR(""));
  }
  return RESULT_DONE;
}

static struct result go_to(struct workflow *workflow, const char *status, bool *wrote) {
  struct arena arena = {0};
  workflow->http.call = answer_call;
  struct connection *c = opened(&workflow->http, "{}");
  cJSON *issue =
      cJSON_Parse("{\"id\":\"7\",\"fields\":{\"issuetype\":{\"name\":\"Bug\"},\"status\":{\"name\":\"S0\"}}}");
  *wrote = false;
  struct result result = jira_transition_to(c, &arena, issue, str_of(status), wrote);
  cJSON_Delete(issue);
  jira_connector.close(c);
  arena_free(&arena);
  return result;
}

static void assert_refused(const struct result *result, const char *message) {
  assert_int_equal(result->code, RESULT_REJECTED);
  assert_string_equal(result->field, "status");
  assert_string_equal(result->message, message);
}

static void transitions_lead_six_statuses_on(void **state) {
  (void)state;
  struct workflow workflow = {.at = 0};
  bool wrote;
  struct result result = go_to(&workflow, "S6", &wrote);
  assert_string_equal(result.message, "");
  assert_true(wrote);
  assert_int_equal(workflow.moves, 6);
}

static void transitions_of_a_longer_way_are_not_begun(void **state) {
  (void)state;
  struct workflow workflow = {.at = 0};
  bool wrote;
  struct result result = go_to(&workflow, "S7", &wrote);
  assert_refused(&result, "no transitions lead from \"S0\" to \"S7\"");
  assert_false(wrote);
  assert_int_equal(workflow.moves, 0);
}

/* What others may do, ours may not: the end is always one step further. */
static void transitions_that_never_arrive_are_given_up(void **state) {
  (void)state;
  struct workflow workflow = {.shortcut = true};
  bool wrote;
  struct result result = go_to(&workflow, "Done", &wrote);
  assert_refused(&result, "the way to \"Done\" is too long");
  assert_true(wrote);
  assert_int_equal(workflow.moves, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(transitions_lead_six_statuses_on),
      cmocka_unit_test(transitions_of_a_longer_way_are_not_begun),
      cmocka_unit_test(transitions_that_never_arrive_are_given_up),
  };
  return cmocka_run_group_tests_name("jira transitions", tests, NULL, NULL);
}
