/* Which issues there are: ids alone, 250 a page. */
#include "adapter-linear/linear.h"

enum { IDS_A_PAGE = 250 };

static void read_ids(struct arena *arena, const cJSON *list, struct scan_found *out) {
  const cJSON *nodes = json_member(list, "nodes"), *node;
  struct str *ids = ARENA_ARRAY(arena, struct str, (size_t)cJSON_GetArraySize(nodes));
  size_t count = 0;
  cJSON_ArrayForEach(node, nodes) {
    struct str id = json_copy_or_empty(arena, node, "id");
    if (id.length && !json_bool(node, "trashed")) /* deleted, but listed for another month */
      ids[count++] = id;
  }
  out->ids.at = ids;
  out->ids.count = count;
  out->cursor = str_copy(arena, json_str(json_member(list, "pageInfo"), "endCursor"));
  out->done = !json_bool(json_member(list, "pageInfo"), "hasNextPage");
}

struct result linear_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) {
  cJSON *variables = cJSON_CreateObject(), *filter;
  struct linear_answer answer;
  struct result result = linear_team_filter(c, arena, &filter);
  if (!result_ok(&result)) {
    cJSON_Delete(variables);
    return result;
  }
  cJSON_AddNumberToObject(variables, "first", IDS_A_PAGE);
  if (cursor.length)
    cJSON_AddStringToObject(variables, "after", str_c(arena, cursor));
  cJSON_AddItemToObject(variables, "filter", filter);
  TRY(linear_call(c, arena, &linear_query_issue_ids, variables, &answer));
  const cJSON *list = json_member(answer.data, "issues");
  bool fits = cJSON_IsArray(json_member(list, "nodes"));
  struct scan_found found = {0};
  if (fits)
    read_ids(arena, list, &found);
  linear_answer_free(&answer);
  if (!fits || (!found.done && (found.cursor.length == 0 || str_equal(found.cursor, cursor))))
    return result_error(RESULT_RETRY, "Linear's list of ids does not go on");
  *out = found;
  return RESULT_DONE;
}
