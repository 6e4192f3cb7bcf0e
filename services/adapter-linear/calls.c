/* One call to Linear: headers, credential, what it cost, and the team that the project is. */
#include "adapter-linear/linear.h"

#include "service/exchange.h"

enum { POINTS_MAX = 1000 * 1000 * 1000 }; /* more is no quota */

/* -- what a call cost -- */

static void take_bucket(const struct http_response *response, const char *limit, const char *remaining,
                        const char *reset, struct linear_bucket *out) {
  struct linear_bucket bucket = {0};
  if (str_to_i64(http_header_value(response, limit), &bucket.limit) && bucket.limit > 0 && bucket.limit <= POINTS_MAX &&
      str_to_i64(http_header_value(response, remaining), &bucket.remaining) && bucket.remaining >= 0 &&
      str_to_i64(http_header_value(response, reset), &bucket.reset_ms))
    *out = bucket;
}

/* The bucket that is emptier in proportion is the one to be shown. */
static const struct linear_bucket *scarcer(const struct connection *c) {
  if (c->complexity.limit == 0)
    return &c->requests;
  if (c->requests.limit == 0)
    return &c->complexity;
  double requests = (double)c->requests.remaining / (double)c->requests.limit;
  double complexity = (double)c->complexity.remaining / (double)c->complexity.limit;
  return complexity < requests ? &c->complexity : &c->requests;
}

static void note_usage(struct connection *c, const struct http_response *response) {
  int64_t date_ms = http_date_ms(response);
  if (date_ms)
    c->clock_ahead_ms = date_ms - c->now_ms();
  take_bucket(response, "x-ratelimit-requests-limit", "x-ratelimit-requests-remaining", "x-ratelimit-requests-reset",
              &c->requests);
  take_bucket(response, "x-ratelimit-complexity-limit", "x-ratelimit-complexity-remaining",
              "x-ratelimit-complexity-reset", &c->complexity);
  const struct linear_bucket *bucket = scarcer(c);
  c->usage.quota_limit = bucket->limit;
  c->usage.quota_remaining = bucket->remaining;
  c->usage.quota_reset_ms = bucket->reset_ms;
}

/* -- one exchange -- */

struct result linear_post(struct connection *c, struct arena *arena, const char *path, struct str authorization,
                          struct str content_type, struct str body, bool is_read, struct http_response *out) {
  struct str url = str_format(arena, "%.*s%s", STR_FMT(c->api), path);
  struct http_header headers[4] = {
      {STR("Accept"), STR("application/json")},
      {STR("User-Agent"), STR("tandem/" TANDEM_VERSION)},
      {STR("Content-Type"), content_type},
  };
  size_t count = 3;
  if (!str_is_absent(authorization))
    headers[count++] = (struct http_header){STR("Authorization"), authorization};
  struct http_request request = {"POST", url, headers, count, body, LINEAR_TIMEOUT_MS};
  struct result result = exchange_send(c->http, arena, &request, is_read, &c->usage, out);
  c->answered = result_ok(&result);
  if (c->answered)
    note_usage(c, out);
  return result;
}

static struct result send(struct connection *c, struct arena *arena, const struct linear_query *query, struct str body,
                          struct http_response *out) {
  struct str authorization;
  TRY(linear_auth_header(c, arena, &authorization));
  struct result result =
      linear_post(c, arena, "/graphql", authorization, STR("application/json"), body, !query->is_write, out);
  return result_ok(&result) ? result : result_context(result, "%s", query->name);
}

static struct str body_of(struct arena *arena, const struct linear_query *query, cJSON *variables) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddStringToObject(body, "query", query->text);
  cJSON_AddStringToObject(body, "operationName", query->name);
  cJSON_AddItemToObject(body, "variables", variables ? variables : cJSON_CreateObject());
  return json_print(arena, body);
}

/* -- answers -- */

/* A mutation whose part of data is there has been carried out, whatever else failed. */
static bool is_written(const struct linear_query *query, const cJSON *data) {
  const cJSON *written = cJSON_GetObjectItemCaseSensitive(data, "written");
  return query->is_write && cJSON_IsObject(written) && json_bool(written, "success");
}

/* The node of a list that an error is about, by its path: ["issues", "nodes", 3, ...]; NULL when it is about more. */
static const cJSON *node_of(const cJSON *data, const cJSON *error, const char **list, size_t *index) {
  const cJSON *path = cJSON_GetObjectItemCaseSensitive(error, "path"), *at = cJSON_GetArrayItem(path, 2);
  struct str name = str_of(cJSON_GetStringValue(cJSON_GetArrayItem(path, 0)));
  if (str_is_absent(name) || !str_is(str_of(cJSON_GetStringValue(cJSON_GetArrayItem(path, 1))), "nodes") ||
      !cJSON_IsNumber(at) || at->valueint < 0)
    return NULL;
  *list = name.at;
  *index = (size_t)at->valueint;
  const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(data, name.at), "nodes");
  return cJSON_GetArrayItem(nodes, at->valueint);
}

static bool has_good_parts(const struct linear_query *query, const struct http_response *response, const cJSON *data,
                           const cJSON *errors) {
  const cJSON *error;
  const char *list;
  size_t index;
  if (!query->in_parts || response->status != 200 || !cJSON_IsObject(data))
    return false;
  cJSON_ArrayForEach(error, errors) {
    if (!node_of(data, error, &list, &index))
      return false;
  }
  return true;
}

struct str linear_node_error(const struct linear_answer *answer, const char *list, size_t index) {
  const cJSON *error;
  const char *its_list;
  size_t its_index;
  cJSON_ArrayForEach(error, answer->errors) {
    if (node_of(answer->data, error, &its_list, &its_index) && its_index == index && strcmp(its_list, list) == 0) {
      struct str message = json_str(error, "message");
      return message.length ? message : STR("no explanation");
    }
  }
  return (struct str){0};
}

static struct result read_answer(struct connection *c, const struct linear_query *query,
                                 const struct http_response *response, struct linear_answer *out) {
  cJSON *tree = NULL;
  struct result parsed = json_parse(response->body, &tree);
  const cJSON *errors = cJSON_GetObjectItemCaseSensitive(tree, "errors");
  const cJSON *data = cJSON_GetObjectItemCaseSensitive(tree, "data");
  bool refused = response->status != 200 || cJSON_GetArraySize(errors) > 0;
  struct result result = RESULT_DONE;
  bool usable = has_good_parts(query, response, data, errors) || (response->status == 200 && is_written(query, data));
  if (refused && !usable)
    result = linear_error(c, query, response, tree, &out->problem);
  else if (!result_ok(&parsed) || !cJSON_IsObject(data))
    result = result_error(query->is_write ? RESULT_UNCERTAIN : RESULT_RETRY, "Linear's answer has no data: %s",
                          parsed.message);
  if (!result_ok(&result)) {
    cJSON_Delete(tree);
    return result_context(result, "%s", query->name);
  }
  out->tree = tree;
  out->data = data;
  out->errors = errors;
  return RESULT_DONE;
}

struct result linear_call(struct connection *c, struct arena *arena, const struct linear_query *query, cJSON *variables,
                          struct linear_answer *out) {
  struct http_response response;
  struct str body = body_of(arena, query, variables);
  *out = (struct linear_answer){0};
  TRY(send(c, arena, query, body, &response));
  if (response.status == 401 && c->auth.is_oauth) {
    TRY(linear_auth_renew(c, arena));
    TRY(send(c, arena, query, body, &response));
  }
  TRY(read_answer(c, query, &response, out));
  out->date_ms = http_date_ms(&response);
  return RESULT_DONE;
}

void linear_answer_free(struct linear_answer *answer) {
  cJSON_Delete(answer->tree);
  *answer = (struct linear_answer){0};
}

/* -- the team -- */

static cJSON *compares(const char *member, const char *how, struct arena *arena, struct str value) {
  cJSON *filter = cJSON_CreateObject();
  cJSON_AddStringToObject(cJSON_AddObjectToObject(filter, member), how, str_c(arena, value));
  return filter;
}

cJSON *linear_team_choice(struct connection *c, struct arena *arena) {
  cJSON *variables = cJSON_CreateObject();
  bool by_id = !str_is_absent(c->team_id);
  cJSON_AddItemToObject(variables, "filter",
                        by_id ? compares("id", "eq", arena, c->team_id)
                              : compares("key", "eqIgnoreCase", arena, c->remote));
  return variables;
}

struct result linear_team(struct connection *c, struct arena *arena, bool again) {
  bool is_known = !str_is_absent(c->team_id);
  if (is_known && !again)
    return RESULT_DONE;
  struct linear_answer answer;
  TRY(linear_call(c, arena, &linear_query_team, linear_team_choice(c, arena), &answer));
  const cJSON *nodes =
      cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(answer.data, "teams"), "nodes");
  struct str id = json_str(cJSON_GetArrayItem(nodes, 0), "id");
  bool answers = id.length > 0;
  if (answers && !is_known)
    c->team_id = str_copy(&c->arena, id);
  linear_answer_free(&answer);
  if (!answers)
    return result_error(RESULT_AUTH, "there is no team %.*s, or this credential may not see it", STR_FMT(c->remote));
  return RESULT_DONE;
}

struct result linear_team_filter(struct connection *c, struct arena *arena, cJSON **out) {
  TRY(linear_team(c, arena, false));
  cJSON *filter = cJSON_CreateObject();
  cJSON_AddItemToObject(filter, "team", compares("id", "eq", arena, c->team_id));
  *out = filter;
  return RESULT_DONE;
}

/* -- page sizes -- */

struct result linear_page_size(struct connection *c, int64_t points, int64_t items_max, int64_t *out) {
  int64_t budget = LINEAR_QUERY_POINTS_MAX, needed = points * LINEAR_PAGE_ITEMS_MIN;
  bool is_known = c->complexity.limit > 0 && c->complexity.reset_ms > c->now_ms() + c->clock_ahead_ms; /* else full */
  if (is_known && c->complexity.remaining < needed) {
    int64_t wait_ms = linear_refill_ms(&c->complexity, needed);
    c->complexity = (struct linear_bucket){0}; /* what was told is old when the wait is over */
    c->starved = true;
    return result_retry_after(wait_ms, "Linear's complexity budget is used up: %lld s until it has refilled enough",
                              (long long)(wait_ms / 1000));
  }
  if (c->starved)
    budget = needed;
  c->starved = false;
  if (is_known && c->complexity.remaining < budget)
    budget = c->complexity.remaining;
  int64_t items = budget / points;
  items = items < items_max ? items : items_max;
  int64_t most = c->page_items < c->page_items_whole ? c->page_items : c->page_items_whole;
  *out = items < most ? items : most;
  return RESULT_DONE;
}
