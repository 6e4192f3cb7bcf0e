/* One write is one mutation, and answers with the target as it is afterwards. Labels travel as additions and removals,
 * so that nobody's are overwritten. What is created carries our op_id as its id: a second creation is refused, so a
 * repeated one does no harm. */
#include "adapter-linear/linear.h"

static bool creates(const struct push *push) {
  return str_is(push->intent->change, "create");
}

static bool is_comment(const struct push *push) {
  return str_is(push->intent->kind, "comment");
}

static struct result read_written(struct arena *arena, const struct linear_answer *answer, const struct push *push,
                                  struct observation *out) {
  const cJSON *written = cJSON_GetObjectItemCaseSensitive(answer->data, "written");
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(written, is_comment(push) ? "comment" : "issue");
  if (cJSON_GetArraySize(answer->errors) > 0) /* a null may be a value or a failure */
    return result_error(RESULT_REJECTED, "Linear shows only a part of what was written");
  if (is_comment(push))
    return linear_read_comment(arena, item, out);
  TRY(linear_read_issue(arena, item, out));
  if (!creates(push) && push->fresh)
    out->replaced = linear_replaced(arena, push->payload, push->fresh->version, item, &out->fields);
  return RESULT_DONE;
}

/* The mutation, and what it shows; when it shows too little, the target by its id. Takes `input`. */
static struct result write(struct connection *c, struct arena *arena, const struct push *push,
                           const struct linear_query *mutation, cJSON *input, struct observation *out) {
  struct str id = creates(push) ? push->intent->op_id : push->intent->external_id;
  cJSON *variables = cJSON_CreateObject();
  struct linear_answer answer;
  if (!creates(push))
    cJSON_AddStringToObject(variables, "id", str_c(arena, id));
  cJSON_AddItemToObject(variables, "input", input);
  struct result result = linear_call(c, arena, mutation, variables, &answer);
  if (creates(push) && answer.problem == LINEAR_EXISTS)
    return result_after_write(linear_read(c, arena, is_comment(push), id, out)); /* an earlier attempt made it */
  TRY(result);
  result = read_written(arena, &answer, push, out);
  linear_answer_free(&answer);
  return result_ok(&result) ? result : result_after_write(linear_read(c, arena, is_comment(push), id, out));
}

/* -- comments -- */

static struct result delete_comment(struct connection *c, struct arena *arena, const struct intent *intent,
                                    struct observation *out) {
  cJSON *variables = cJSON_CreateObject();
  struct linear_answer answer;
  cJSON_AddStringToObject(variables, "id", str_c(arena, intent->external_id));
  struct result result = linear_call(c, arena, &linear_mutation_delete_comment, variables, &answer);
  if (result_ok(&result))
    linear_answer_free(&answer);
  if (result.code == RESULT_GONE)
    return connector_confirm_deleted(c, arena, linear_fetch, intent, out);
  if (!result_ok(&result))
    return result;
  *out = connector_deleted(arena, intent);
  return RESULT_DONE;
}

static struct result push_comment(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  if (str_is(push->intent->change, "delete"))
    return delete_comment(c, arena, push->intent, out);
  cJSON *input;
  TRY(linear_write_comment(push->payload, &input));
  if (!creates(push))
    return write(c, arena, push, &linear_mutation_update_comment, input, out);
  cJSON_AddStringToObject(input, "id", str_c(arena, push->intent->op_id));
  cJSON_AddStringToObject(input, "issueId", str_c(arena, push->intent->parent_external_id));
  return write(c, arena, push, &linear_mutation_create_comment, input, out);
}

/* -- issues -- */

struct lookup_context {
  struct connection *c;
  struct arena *arena;
};

static struct result id_of(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out) {
  struct lookup_context *own = context;
  return linear_id_of(own->c, own->arena, kind, name, make, out);
}

static struct result issue_input(struct connection *c, struct arena *arena, const struct push *push, bool create,
                                 struct str assignee, cJSON **out) {
  struct lookup_context context = {c, arena};
  struct linear_lookup lookup = {&context, id_of};
  return linear_write_issue(arena, push->payload, create, assignee, &lookup, out);
}

struct result linear_issue_to_create(struct connection *c, struct arena *arena, const struct push *push, cJSON **out) {
  cJSON *input;
  if (!linear_is_uuid(push->intent->op_id))
    return result_error(RESULT_REJECTED, "the creation has no id that Linear takes");
  TRY(issue_input(c, arena, push, true, STR(""), &input));
  struct result result = linear_team(c, arena, false);
  if (!result_ok(&result)) {
    cJSON_Delete(input);
    return result;
  }
  cJSON_AddStringToObject(input, "teamId", str_c(arena, c->team_id));
  cJSON_AddStringToObject(input, "id", str_c(arena, push->intent->op_id));
  *out = input;
  return RESULT_DONE;
}

static struct result create_issue(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  cJSON *input;
  TRY(linear_issue_to_create(c, arena, push, &input));
  return write(c, arena, push, &linear_mutation_create_issue, input, out);
}

/* Who is assigned now, where that decides what is sent. */
static struct result present_assignee(struct connection *c, struct arena *arena, const struct push *push,
                                      struct str *out) {
  struct observation seen = {0};
  *out = STR("");
  if (!linear_needs_assignee(push->payload))
    return RESULT_DONE;
  if (push->fresh)
    seen = *push->fresh;
  else
    TRY(linear_read(c, arena, false, push->intent->external_id, &seen));
  const struct value *assignees = values_find(&seen.fields, STR("assignees"));
  if (assignees && assignees->count)
    *out = assignees->items[0];
  return RESULT_DONE;
}

static struct result update_issue(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  struct str assignee;
  cJSON *input;
  TRY(present_assignee(c, arena, push, &assignee));
  TRY(issue_input(c, arena, push, false, assignee, &input));
  if (cJSON_GetArraySize(input) == 0) {
    cJSON_Delete(input);
    return linear_read(c, arena, false, push->intent->external_id, out);
  }
  return write(c, arena, push, &linear_mutation_update_issue, input, out);
}

void linear_show_created(const struct push *push, struct observation *seen) {
  if (push->payload->marker.length)
    seen->marker = push->payload->marker;
  seen->author_is_self = true;
}

struct result linear_push(struct connection *c, struct arena *arena, const struct push *push, struct observation *out) {
  const struct intent *intent = push->intent;
  bool create = creates(push), comment = is_comment(push);
  struct observation seen;
  if (!linear_is_uuid(create ? intent->op_id : intent->external_id) ||
      (create && comment && !linear_is_uuid(intent->parent_external_id)))
    return result_error(RESULT_REJECTED, "the write has no id of Linear's as its target");
  if (!comment && str_is(intent->change, "delete"))
    return result_error(RESULT_REJECTED, "issues are not deleted; close it");
  if (comment)
    TRY(push_comment(c, arena, push, &seen));
  else if (create)
    TRY(create_issue(c, arena, push, &seen));
  else
    TRY(update_issue(c, arena, push, &seen));
  if (create)
    linear_show_created(push, &seen);
  *out = seen;
  return RESULT_DONE;
}
