/* One issue or comment as it is now, or where it went; and whether a creation happened, which its id tells, or an
 * update, which the issue's history tells. */
#include "adapter-linear/linear.h"
#include "service/connector_arrivals.h"
#include "service/connector_fetch.h"

/* Asks for one item; the caller frees the answer. GONE when there is none. */
static struct result ask(struct connection *c, struct arena *arena, bool comment, struct str id,
                         struct linear_answer *answer, const cJSON **out) {
  cJSON *variables = cJSON_CreateObject();
  cJSON_AddStringToObject(variables, "id", str_c(arena, id));
  TRY(linear_call(c, arena, comment ? &linear_query_comment : &linear_query_issue, variables, answer));
  *out = json_member(answer->data, comment ? "comment" : "issue");
  return RESULT_DONE;
}

struct result linear_read(struct connection *c, struct arena *arena, bool comment, struct str id,
                          struct observation *out) {
  struct linear_answer answer;
  const cJSON *item;
  TRY(ask(c, arena, comment, id, &answer, &item));
  struct result result = comment ? linear_read_comment(arena, item, out) : linear_read_issue(arena, item, out);
  linear_answer_free(&answer);
  return result;
}

/* -- fetch -- */

static bool is_of_team(const struct connection *c, const cJSON *issue) {
  const cJSON *team = json_member(issue, "team");
  return str_equal(json_str(team, "id"), c->team_id);
}

static struct result read_item(struct connection *c, struct arena *arena, bool comment, const cJSON *item,
                               struct observation *out) {
  const cJSON *issue = comment ? json_member(item, "issue") : item;
  struct observation seen = {0};
  TRY(comment ? linear_read_comment(arena, item, &seen) : linear_read_issue(arena, item, &seen));
  if (!is_of_team(c, issue))
    connector_set_gone(&seen, STR("transferred"), str_copy(arena, json_str(item, "url")));
  else if (!comment && json_bool(issue, "trashed"))
    connector_set_gone(&seen, STR("deleted"), (struct str){0});
  *out = seen;
  return RESULT_DONE;
}

struct result linear_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                           bool *not_modified, struct observation *out) {
  bool comment = str_is(ref->kind, "comment");
  struct linear_answer answer;
  const cJSON *item;
  *not_modified = false;
  if (!linear_is_uuid(ref->external_id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is no id of Linear's", STR_FMT(ref->external_id));
  TRY(linear_team(c, arena, false));
  struct result result = ask(c, arena, comment, ref->external_id, &answer, &item);
  if (result.code == RESULT_GONE) {
    TRY(linear_team(c, arena, true)); /* "not found" is said too when the whole team is out of reach */
    *out = connector_gone(arena, ref, STR("deleted"));
    return RESULT_DONE;
  }
  TRY(result);
  struct observation seen = {0};
  result = read_item(c, arena, comment, item, &seen);
  linear_answer_free(&answer);
  TRY(result);
  TRY(connector_check_asked(ref, &seen));
  *out = seen;
  return RESULT_DONE;
}

/* -- several -- */

static cJSON *ids_of(struct arena *arena, const struct external_ref *refs, size_t count) {
  cJSON *variables = cJSON_CreateObject(), *ids = cJSON_AddArrayToObject(variables, "ids");
  cJSON_AddNumberToObject(variables, "first", (double)count);
  for (size_t i = 0; i < count; i++)
    cJSON_AddItemToArray(ids, cJSON_CreateString(str_c(arena, refs[i].external_id)));
  return variables;
}

/* A node that is broken, or shows only some of its labels, is left to a fetch of its own. */
static bool is_whole(const struct linear_answer *answer, const char *list, size_t index, const cJSON *node) {
  return str_is_absent(linear_node_error(answer, list, index)) &&
         cJSON_GetArraySize(json_member(json_member(node, "labels"), "nodes")) <= LINEAR_LABELS_IN_PAGE;
}

static void place_all(struct connection *c, struct arena *arena, bool comments, const struct linear_answer *answer,
                      const struct external_ref *refs, size_t count, struct observation *out) {
  const char *list = comments ? "comments" : "issues";
  const cJSON *node;
  size_t index = 0;
  cJSON_ArrayForEach(node, json_member(json_member(answer->data, list), "nodes")) {
    struct observation seen = {0};
    struct result result = RESULT_DONE;
    if (is_whole(answer, list, index++, node) &&
        (result = read_item(c, arena, comments, node, &seen), result_ok(&result)))
      connector_place(refs, count, &seen, out);
  }
}

static struct result ask_several(struct connection *c, struct arena *arena, bool comments,
                                 const struct external_ref *refs, size_t count, struct observation *out) {
  struct linear_answer answer;
  TRY(linear_call(c, arena, comments ? &linear_query_comments_by_id : &linear_query_issues_by_id,
                  ids_of(arena, refs, count), &answer));
  place_all(c, arena, comments, &answer, refs, count, out);
  linear_answer_free(&answer);
  return RESULT_DONE;
}

struct result linear_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                size_t count, struct observation *out) {
  struct observation seen[FETCH_MANY_MAX] = {0};
  for (size_t i = 0; i < count; i++)
    if (!linear_is_uuid(refs[i].external_id))
      return result_error(RESULT_REJECTED, "\"%.*s\" is no id of Linear's", STR_FMT(refs[i].external_id));
  TRY(linear_team(c, arena, false));
  if (count > 1)
    TRY(ask_several(c, arena, str_is(refs[0].kind, "comment"), refs, count, seen));
  TRY(connector_fetch_missing(c, arena, linear_fetch, refs, count, seen));
  if (count)
    memcpy(out, seen, count * sizeof *out);
  return RESULT_DONE;
}

/* -- find -- */

/* A creation is looked for by its id, which is our op_id: it is there or it is not. */
struct result linear_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) {
  if (!linear_is_uuid(intent->op_id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is no id of Linear's", STR_FMT(intent->op_id));
  struct observation seen;
  struct result result = linear_read(c, arena, str_is(intent->kind, "comment"), intent->op_id, &seen);
  if (result.code == RESULT_REJECTED) /* it is there, and is yet to be read */
    result.code = RESULT_RETRY;
  TRY(result);
  if (marker.length)
    seen.marker = marker;
  seen.author_is_self = true;
  *out = seen;
  return RESULT_DONE;
}

/* -- history -- */

struct result linear_history(struct connection *c, struct arena *arena, const struct intent *intent,
                             const struct observation *seen, struct values *out) {
  struct arrivals arrivals = arrivals_begin(arena, intent, seen);
  cJSON *variables = cJSON_CreateObject();
  struct linear_answer answer;
  cJSON_AddStringToObject(variables, "id", str_c(arena, seen->external_id));
  TRY(linear_call(c, arena, &linear_query_history, variables, &answer));
  linear_read_arrivals(&arrivals, intent->seen_version, json_member(answer.data, "issue"));
  *out = arrivals_told(&arrivals);
  linear_answer_free(&answer);
  return RESULT_DONE;
}
