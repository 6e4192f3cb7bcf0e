/* Which issues there are: ids alone, of which Cloud gives 5,000 a page and Data Center 1,000.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ */
#include "adapter-jira/jira.h"

enum { CLOUD_IDS = 5000, DATA_CENTER_IDS = 1000 };

static struct str search_body(const struct connection *c, struct arena *arena, struct str cursor) {
  static const char *const fields[] = {"id"};
  cJSON *body = cJSON_CreateObject();
  struct str jql = str_format(arena, "project = %.*s ORDER BY id ASC", STR_FMT(jira_project_word(c, arena)));
  int64_t start = 0;
  cJSON_AddItemToObject(body, "jql", json_string(arena, jql));
  cJSON_AddNumberToObject(body, "maxResults", c->cloud ? CLOUD_IDS : DATA_CENTER_IDS);
  cJSON_AddItemToObject(body, "fields", cJSON_CreateStringArray(fields, 1));
  if (!c->cloud && str_to_i64(cursor, &start))
    cJSON_AddNumberToObject(body, "startAt", (double)start);
  if (c->cloud && cursor.length)
    cJSON_AddItemToObject(body, "nextPageToken", json_string(arena, cursor));
  return json_print(arena, body);
}

static void read_ids(struct arena *arena, const cJSON *issues, struct scan_found *out) {
  const cJSON *issue;
  struct str *ids = ARENA_ARRAY(arena, struct str, (size_t)cJSON_GetArraySize(issues));
  size_t count = 0;
  cJSON_ArrayForEach(issue, issues) {
    struct str id = json_copy_or_empty(arena, issue, "id");
    if (id.length)
      ids[count++] = id;
  }
  out->ids.at = ids;
  out->ids.count = count;
}

static void read_end(const struct connection *c, struct arena *arena, struct str cursor, const cJSON *page,
                     struct scan_found *out) {
  int64_t start = 0;
  if (c->cloud) {
    out->cursor = str_copy(arena, json_str(page, "nextPageToken"));
    out->done = out->cursor.length == 0;
    return;
  }
  str_to_i64(cursor, &start);
  start += cJSON_GetArraySize(json_member(page, "issues"));
  out->cursor = str_format(arena, "%lld", (long long)start);
  out->done = out->ids.count == 0 || start >= json_i64(page, "total");
}

/* A token that has become too old, or a project that is gone, is told as a refusal: the next try begins anew, and a
 * pull tells what is wrong with the project. */
struct result jira_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) {
  struct jira_request request = {.method = "POST", .path = c->cloud ? STR("/search/jql") : STR("/search")};
  struct jira_answer answer = {0};
  struct scan_found found = {0};
  cJSON *page;
  request.body = search_body(c, arena, cursor);
  TRY(jira_call(c, arena, &request, &answer));
  TRY(jira_json(&request, &answer, &page));
  bool fits = cJSON_IsArray(json_member(page, "issues"));
  if (fits) {
    read_ids(arena, json_member(page, "issues"), &found);
    read_end(c, arena, cursor, page, &found);
  }
  cJSON_Delete(page);
  if (!fits || (!found.done && str_equal(found.cursor, cursor)))
    return result_error(RESULT_RETRY, "Jira's list of ids does not go on");
  *out = found;
  return RESULT_DONE;
}
