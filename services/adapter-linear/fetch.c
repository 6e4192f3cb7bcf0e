/* One issue or comment as it is now, or where it went; and whether a creation happened, which its id tells. */
#include "adapter-linear/linear.h"

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Asks for one item; the caller frees the answer. GONE when there is none. */
static struct result ask(struct connection *c, struct arena *arena, bool comment, struct str id,
                         struct linear_answer *answer, const cJSON **out) {
  cJSON *variables = cJSON_CreateObject();
  cJSON_AddStringToObject(variables, "id", str_c(arena, id));
  TRY(linear_call(c, arena, comment ? &linear_query_comment : &linear_query_issue, variables, answer));
  *out = member(answer->data, comment ? "comment" : "issue");
  return RESULT_DONE;
}

struct result linear_read(struct connection *c, struct arena *arena, bool comment, struct str id,
                          struct observation *out) {
  struct linear_answer answer;
  const cJSON *item;
  TRY(ask(c, arena, comment, id, &answer, &item));
  struct result result = comment ? linear_read_comment(arena, item, out) : linear_read_issue(arena, item, out);
  linear_answer_free(&answer);
  return result_ok(&result) ? result : result_error(RESULT_RETRY, "Linear's answer is not whole: %s", result.message);
}

/* -- fetch -- */

static bool is_of_team(const struct connection *c, const cJSON *issue) {
  const cJSON *team = member(issue, "team");
  return str_equal(json_str(team, "id"), c->team_id);
}

static struct result read_item(struct connection *c, struct arena *arena, bool comment, const cJSON *item,
                               struct observation *out) {
  const cJSON *issue = comment ? member(item, "issue") : item;
  struct observation seen = {0};
  TRY(comment ? linear_read_comment(arena, item, &seen) : linear_read_issue(arena, item, &seen));
  if (!is_of_team(c, issue))
    linear_set_gone(&seen, STR("transferred"), str_copy(arena, json_str(item, "url")));
  else if (!comment && json_bool(issue, "trashed"))
    linear_set_gone(&seen, STR("deleted"), (struct str){0});
  *out = seen;
  return RESULT_DONE;
}

static struct observation absent(const struct external_ref *ref, struct arena *arena) {
  struct observation seen = {.kind = str_copy(arena, ref->kind),
                             .external_id = str_copy(arena, ref->external_id),
                             .parent_external_id = str_copy(arena, ref->parent_external_id),
                             .external_key = str_copy(arena, ref->external_id)};
  if (str_is(ref->kind, "comment") && seen.parent_external_id.length == 0)
    seen.parent_external_id = STR("?");
  linear_set_gone(&seen, STR("deleted"), (struct str){0});
  return seen;
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
    *out = absent(ref, arena);
    return RESULT_DONE;
  }
  TRY(result);
  struct observation seen = {0};
  result = read_item(c, arena, comment, item, &seen);
  linear_answer_free(&answer);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "Linear's answer is not whole: %s", result.message);
  *out = seen;
  return RESULT_DONE;
}

/* -- find -- */

/* A creation is looked for by its id, which is our op_id: it is there or it is not. */
struct result linear_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) {
  bool create = str_is(intent->change, "create"), comment = str_is(intent->kind, "comment");
  struct str id = create ? intent->op_id : intent->external_id;
  if (!linear_is_uuid(id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is no id of Linear's", STR_FMT(id));
  struct observation seen;
  TRY(linear_read(c, arena, comment, id, &seen));
  if (create && marker.length)
    seen.marker = marker;
  seen.author_is_self = seen.author_is_self || create;
  *out = seen;
  return RESULT_DONE;
}
