/* Several issues made by one mutation, which is one transaction of Linear's: all are made, or none. What is refused is
 * made one by one then, which tells each its own reason, and finds those that an earlier attempt made. */
#include "adapter-linear/linear.h"
#include "service/connector_many.h"

/* What cannot be written is refused here, and does not go into the mutation. */
static cJSON *input_of(struct connection *c, struct arena *arena, struct pushed *creations, size_t count) {
  cJSON *input = cJSON_CreateObject(), *issues = cJSON_AddArrayToObject(input, "issues"), *issue;
  for (size_t i = 0; i < count; i++) {
    if (creations[i].done)
      continue;
    struct result result = linear_issue_to_create(c, arena, &creations[i].push, &issue);
    if (result_ok(&result)) {
      cJSON_AddItemToArray(issues, issue);
      continue;
    }
    pushed_end(&creations[i], result);
    if (pushed_stops(&result))
      pushed_end_all(creations, count, result);
  }
  return input;
}

/* The issue with this id, where the answer shows all of it; NULL: it is to be read by itself. */
static const cJSON *issue_in(const struct linear_answer *answer, struct str id) {
  const cJSON *written = json_member(answer->data, "written"), *issue;
  if (cJSON_GetArraySize(answer->errors) > 0) /* a null may be a value or a failure */
    return NULL;
  cJSON_ArrayForEach(issue, json_member(written, "issues")) {
    if (str_equal(json_str(issue, "id"), id))
      return cJSON_GetArraySize(json_at(issue, "labels.nodes")) <= LINEAR_LABELS_IN_PAGE ? issue : NULL;
  }
  return NULL;
}

static struct result finish(struct connection *c, struct arena *arena, const struct linear_answer *answer,
                            const struct push *push, struct observation *out) {
  struct str id = push->intent->op_id;
  const cJSON *issue = issue_in(answer, id);
  struct observation seen = {0};
  struct result result = issue ? linear_read_issue(arena, issue, &seen) : result_error(RESULT_GONE, "not shown");
  if (!result_ok(&result))
    TRY(result_after_write(linear_read(c, arena, false, id, &seen)));
  linear_show_created(push, &seen);
  *out = seen;
  return RESULT_DONE;
}

/* REJECTED, GONE or STALE: Linear made none. */
static struct result create_together(struct connection *c, struct arena *arena, cJSON *input, struct pushed *creations,
                                     size_t count) {
  cJSON *variables = cJSON_CreateObject();
  struct linear_answer answer;
  cJSON_AddItemToObject(variables, "input", input);
  TRY(linear_call(c, arena, &linear_mutation_create_issues, variables, &answer));
  for (size_t i = 0; i < count; i++)
    if (!creations[i].done)
      pushed_end(&creations[i], finish(c, arena, &answer, &creations[i].push, &creations[i].seen));
  linear_answer_free(&answer);
  return RESULT_DONE;
}

void linear_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count) {
  struct result result = RESULT_DONE;
  cJSON *input = input_of(c, arena, creations, count);
  if (pushed_open(creations, count) > 1)
    result = create_together(c, arena, input, creations, count);
  else
    cJSON_Delete(input);
  if (!result_ok(&result) && !pushed_nothing(&result))
    pushed_end_all(creations, count, result);
  pushed_singly(c, arena, linear_push, creations, count);
}
