/* The team's webhook: made once, and brought up to date when it is there. It needs an administrator's credential. */
#include "adapter-linear/linear.h"

enum { PAGES_MAX = 20 };

static bool is_ours(const struct connection *c, const cJSON *node, struct str url) {
  return str_equal(json_str(node, "url"), url) && str_equal(json_str(json_member(node, "team"), "id"), c->team_id);
}

/* It is switched on, and tells of what is wanted. */
static bool is_right(const cJSON *node) {
  const cJSON *type;
  bool issues = false, comments = false;
  cJSON_ArrayForEach(type, json_member(node, "resourceTypes")) {
    issues |= cJSON_IsString(type) && strcmp(type->valuestring, "Issue") == 0;
    comments |= cJSON_IsString(type) && strcmp(type->valuestring, "Comment") == 0;
  }
  return json_bool(node, "enabled") && issues && comments;
}

/* The webhook that goes there already; absent = none. */
static struct result find_hook(struct connection *c, struct arena *arena, struct str url, struct str *out,
                               bool *out_right) {
  struct str after = STR("");
  *out = (struct str){0};
  *out_right = false;
  for (int page = 0; page == 0 || (after.length && page < PAGES_MAX); page++) {
    cJSON *variables = cJSON_CreateObject();
    struct linear_answer answer;
    cJSON_AddNumberToObject(variables, "first", 100);
    if (after.length)
      cJSON_AddStringToObject(variables, "after", str_c(arena, after));
    TRY(linear_call(c, arena, &linear_query_webhooks, variables, &answer));
    const cJSON *list = json_member(answer.data, "webhooks"), *node;
    if (!cJSON_IsArray(json_member(list, "nodes"))) { /* must not look as if there were none */
      linear_answer_free(&answer);
      return result_error(RESULT_RETRY, "Linear's answer has no list of webhooks");
    }
    cJSON_ArrayForEach(node, json_member(list, "nodes")) {
      if (!is_ours(c, node, url))
        continue;
      *out = str_copy(arena, json_str(node, "id"));
      *out_right = is_right(node);
    }
    struct str cursor = json_str(json_member(list, "pageInfo"), "endCursor");
    bool goes_on = json_bool(json_member(list, "pageInfo"), "hasNextPage") && !str_equal(cursor, after) && !out->length;
    after = goes_on ? str_copy(arena, cursor) : STR("");
    linear_answer_free(&answer);
  }
  return RESULT_DONE;
}

static cJSON *hook_input(struct connection *c, struct arena *arena, const struct hook *hook, bool create) {
  cJSON *input = cJSON_CreateObject(), *types = cJSON_AddArrayToObject(input, "resourceTypes");
  cJSON_AddItemToArray(types, cJSON_CreateString("Issue"));
  cJSON_AddItemToArray(types, cJSON_CreateString("Comment"));
  cJSON_AddStringToObject(input, "url", str_c(arena, hook->url));
  cJSON_AddStringToObject(input, "secret", str_c(arena, hook->secret));
  cJSON_AddStringToObject(input, "label", "tandem");
  cJSON_AddTrueToObject(input, "enabled"); /* Linear switches off what failed too often */
  if (create)
    cJSON_AddStringToObject(input, "teamId", str_c(arena, c->team_id));
  return input;
}

static struct result write_hook(struct connection *c, struct arena *arena, const struct linear_query *mutation,
                                cJSON *variables) {
  struct linear_answer answer;
  struct result result = linear_call(c, arena, mutation, variables, &answer);
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY; /* the next try finds it */
  TRY(result);
  linear_answer_free(&answer);
  return RESULT_DONE;
}

struct result linear_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                   struct hook_found *out) {
  struct str id;
  bool right;
  TRY(linear_team(c, arena, false));
  TRY(find_hook(c, arena, hook->url, &id, &right));
  if (!id.length || !right || hook->repair) {
    cJSON *variables = cJSON_CreateObject();
    if (id.length)
      cJSON_AddStringToObject(variables, "id", str_c(arena, id));
    cJSON_AddItemToObject(variables, "input", hook_input(c, arena, hook, id.length == 0));
    TRY(write_hook(c, arena, id.length ? &linear_mutation_update_webhook : &linear_mutation_create_webhook, variables));
  }
  *out = (struct hook_found){.id = id, .repaired = id.length && !right};
  return RESULT_DONE;
}

struct result linear_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) {
  struct str id;
  bool right;
  TRY(linear_team(c, arena, false));
  TRY(find_hook(c, arena, hook->url, &id, &right));
  if (!id.length)
    return RESULT_DONE;
  cJSON *variables = cJSON_CreateObject();
  cJSON_AddStringToObject(variables, "id", str_c(arena, id));
  return write_hook(c, arena, &linear_mutation_delete_webhook, variables);
}
