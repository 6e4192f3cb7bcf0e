/* How many issues there are. GitHub's REST API has no list of ids, and its lists of issues lead from page to page by
 * cursors that name no last one. GraphQL knows the number, without the pull requests.
 * https://docs.github.com/en/graphql/reference/objects#repository */
#include "adapter-github/github.h"
#include "adapter-github/hooks.h"

/* Beside the REST API: https://api.github.com/graphql, of an Enterprise Server HOST/api/graphql. */
static struct str graphql_url(const struct connection *c, struct arena *arena) {
  struct str base = str_ends_with(c->api, "/v3") ? str_slice(c->api, 0, c->api.length - 3) : c->api;
  return str_format(arena, "%.*s/graphql", STR_FMT(base));
}

static struct str question(struct arena *arena, struct str node_id) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddStringToObject(body, "query",
                          "query($id: ID!) { node(id: $id) { ... on Repository { issues { totalCount } } } }");
  cJSON_AddItemToObject(cJSON_AddObjectToObject(body, "variables"), "id", json_string(arena, node_id));
  return json_print(arena, body);
}

/* GraphQL refuses with 200. */
static struct result read_count(const cJSON *tree, int64_t *out) {
  const cJSON *count = json_at(tree, "data.node.issues.totalCount"),
              *error = cJSON_GetArrayItem(json_member(tree, "errors"), 0);
  if (cJSON_IsNumber(count)) {
    *out = (int64_t)count->valuedouble;
    return RESULT_DONE;
  }
  return result_error(!error || str_is(json_str(error, "type"), "RATE_LIMITED") ? RESULT_RETRY : RESULT_REJECTED,
                      "GitHub does not say how many issues there are: %.*s", STR_FMT(json_str(error, "message")));
}

struct result github_count_issues(struct connection *c, struct arena *arena, struct str node_id, int64_t *out) {
  struct github_request request = {.method = "POST", .scope = AT_URL, .reads = true};
  struct github_answer answer = {0};
  cJSON *tree;
  request.path = graphql_url(c, arena);
  request.body = question(arena, node_id);
  TRY(github_call(c, arena, &request, &answer));
  TRY(github_json("GET", &answer, &tree));
  struct result result = read_count(tree, out);
  cJSON_Delete(tree);
  return result;
}

static struct result read_node_id(struct connection *c, struct arena *arena, struct str *out) {
  struct github_answer answer = {0};
  cJSON *repository;
  TRY(github_get(c, arena, STR(""), &answer));
  TRY(github_json("GET", &answer, &repository));
  *out = json_copy_or_empty(arena, repository, "node_id");
  cJSON_Delete(repository);
  return RESULT_DONE;
}

/* A credential, or a server, may have REST alone: then nothing is wrong with the project. */
struct result github_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) {
  struct str node_id;
  int64_t count;
  (void)cursor;
  TRY(read_node_id(c, arena, &node_id));
  struct result result = github_count_issues(c, arena, node_id, &count);
  if (result.code == RESULT_REJECTED || github_refuses_only_this(c, arena, &result))
    return result_error(RESULT_REJECTED,
                        "the credential may not ask GitHub's GraphQL API how many issues %.*s has: what polls miss is "
                        "found at night, not within the hour (%s)",
                        STR_FMT(c->remote), result.message);
  TRY(result);
  *out = (struct scan_found){.counted = true, .count = count, .done = true};
  return RESULT_DONE;
}
