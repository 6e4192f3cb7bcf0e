/* The repository's webhook: found by its address, made once, repaired when somebody changed it, removed. A GitHub App
 * that may not make webhooks of repositories uses its own, where a person gave that our address: it is kept right, and
 * never taken from somebody else. https://docs.github.com/en/rest/repos/webhooks,
 * https://docs.github.com/en/rest/apps/webhooks */
#include "adapter-github/hooks.h"

#include "adapter-github/github.h"

/* What is there, as far as it matters. */
struct seen_hook {
  struct str id; /* absent = none */
  bool right;    /* it sends what we want, the way we want it */
};

static bool wants(const cJSON *hook, const char *event) {
  const cJSON *one;
  cJSON_ArrayForEach(one, json_member(hook, "events")) {
    if (cJSON_IsString(one) && (strcmp(one->valuestring, event) == 0 || strcmp(one->valuestring, "*") == 0))
      return true;
  }
  return false;
}

/* GitHub writes insecure_ssl as a text or as a number. */
static bool config_is_right(const cJSON *config) {
  return str_is(json_str(config, "content_type"), "json") && !str_is(json_str(config, "insecure_ssl"), "1") &&
         json_i64(config, "insecure_ssl") != 1;
}

static bool is_right(const cJSON *hook) {
  return json_bool(hook, "active") && wants(hook, "issues") && wants(hook, "issue_comment") &&
         config_is_right(json_member(hook, "config"));
}

/* -- finding -- */

struct search {
  struct arena *arena;
  struct str url;
  struct seen_hook found;
};

static struct result take_hook(void *context, const cJSON *hook) {
  struct search *search = context;
  if (str_equal(json_str(json_member(hook, "config"), "url"), search->url) && json_i64(hook, "id") > 0)
    search->found =
        (struct seen_hook){str_format(search->arena, "%lld", (long long)json_i64(hook, "id")), is_right(hook)};
  return RESULT_DONE;
}

static struct result find_in_list(struct connection *c, struct arena *arena, struct str url, struct seen_hook *out) {
  struct search search = {.arena = arena, .url = url};
  TRY(github_each(c, arena, STR("/hooks?per_page=100"), take_hook, &search));
  *out = search.found;
  return RESULT_DONE;
}

/* One call where the id is known; a webhook that is another one by now is looked for in the list. */
static struct result find(struct connection *c, struct arena *arena, const struct hook *hook, struct seen_hook *out) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .take_gone = true};
  struct github_answer answer = {0};
  struct search search = {.arena = arena, .url = hook->url};
  cJSON *tree;
  if (!github_is_number(hook->id))
    return find_in_list(c, arena, hook->url, out);
  request.path = str_format(arena, "/hooks/%.*s", STR_FMT(hook->id));
  TRY(github_call(c, arena, &request, &answer));
  if (answer.status == 200) {
    TRY(github_json("GET", &answer, &tree));
    struct result result = take_hook(&search, tree);
    cJSON_Delete(tree);
    TRY(result);
  }
  if (search.found.id.length == 0)
    return find_in_list(c, arena, hook->url, out);
  *out = search.found;
  return RESULT_DONE;
}

/* -- writing -- */

static cJSON *config_of(struct arena *arena, const struct hook *hook) {
  cJSON *config = cJSON_CreateObject();
  cJSON_AddItemToObject(config, "url", json_string(arena, hook->url));
  cJSON_AddStringToObject(config, "content_type", "json");
  cJSON_AddStringToObject(config, "insecure_ssl", "0");
  cJSON_AddItemToObject(config, "secret", json_string(arena, hook->secret));
  return config;
}

/* A write whose answer is lost is found by the next look. */
static struct result write_hook(struct connection *c, struct arena *arena, struct github_request request,
                                struct github_answer *out) {
  struct result result = github_call(c, arena, &request, out);
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY;
  return result;
}

static struct str hook_body(struct arena *arena, const struct hook *hook, bool create) {
  cJSON *body = cJSON_CreateObject(), *events = cJSON_AddArrayToObject(body, "events");
  if (create)
    cJSON_AddStringToObject(body, "name", "web");
  cJSON_AddTrueToObject(body, "active");
  cJSON_AddItemToArray(events, cJSON_CreateString("issues"));
  cJSON_AddItemToArray(events, cJSON_CreateString("issue_comment"));
  cJSON_AddItemToObject(body, "config", config_of(arena, hook));
  return json_print(arena, body);
}

static struct result create(struct connection *c, struct arena *arena, const struct hook *hook, struct str *out_id) {
  struct github_request request = {.method = "POST", .scope = AT_REPO, .path = STR("/hooks")};
  struct github_answer answer = {0};
  cJSON *tree;
  request.body = hook_body(arena, hook, true);
  TRY(write_hook(c, arena, request, &answer));
  TRY(github_json("GET", &answer, &tree)); /* a broken answer is looked for, not sent again */
  int64_t id = json_i64(tree, "id");
  cJSON_Delete(tree);
  if (id <= 0)
    return result_error(RESULT_RETRY, "GitHub's answer to a new webhook has no id");
  *out_id = str_format(arena, "%lld", (long long)id);
  return RESULT_DONE;
}

static struct result repair(struct connection *c, struct arena *arena, const struct hook *hook, struct str id) {
  struct github_request request = {.method = "PATCH", .scope = AT_REPO};
  struct github_answer answer = {0};
  request.path = str_format(arena, "/hooks/%.*s", STR_FMT(id));
  request.body = hook_body(arena, hook, false);
  return write_hook(c, arena, request, &answer);
}

static struct result register_in_repository(struct connection *c, struct arena *arena, const struct hook *hook,
                                            struct hook_found *out) {
  struct seen_hook seen;
  TRY(find(c, arena, hook, &seen));
  if (seen.id.length == 0)
    return create(c, arena, hook, &out->id);
  if (!seen.right || hook->repair)
    TRY(repair(c, arena, hook, seen.id));
  out->id = seen.id;
  out->repaired = !seen.right;
  return RESULT_DONE;
}

/* -- an App's own -- */

static struct result app_config(struct connection *c, struct arena *arena, struct str *out_url, bool *out_right) {
  struct github_request request = {.method = "GET", .scope = AT_API, .path = STR("/app/hook/config"), .as_app = true};
  struct github_answer answer = {0};
  cJSON *config;
  TRY(github_call(c, arena, &request, &answer));
  TRY(github_json("GET", &answer, &config));
  *out_url = str_copy(arena, json_str(config, "url"));
  *out_right = config_is_right(config);
  cJSON_Delete(config);
  return RESULT_DONE;
}

static struct result register_app(struct connection *c, struct arena *arena, const struct hook *hook,
                                  struct hook_found *out) {
  struct str url;
  bool right;
  TRY(app_config(c, arena, &url, &right));
  if (!str_equal(url, hook->url))
    return result_error(
        RESULT_REJECTED,
        "the App may not make webhooks in %.*s: give it the permission Webhooks (read and write), or set "
        "its own webhook to %.*s with the events Issues and Issue comment",
        STR_FMT(c->remote), STR_FMT(hook->url));
  if (!right || hook->repair) {
    struct github_request request = {
        .method = "PATCH", .scope = AT_API, .path = STR("/app/hook/config"), .as_app = true};
    struct github_answer answer = {0};
    request.body = json_print(arena, config_of(arena, hook));
    TRY(write_hook(c, arena, request, &answer));
  }
  out->id = STR(GITHUB_APP_HOOK);
  out->repaired = !right;
  return RESULT_DONE;
}

/* -- the operations -- */

bool github_refuses_only_this(struct connection *c, struct arena *arena, const struct result *result) {
  struct github_answer answer = {0};
  if (result->code != RESULT_GONE && result->code != RESULT_AUTH)
    return false;
  struct result repository = github_get(c, arena, STR(""), &answer);
  return result_ok(&repository);
}

static struct result refused(const struct connection *c, struct str url) {
  return result_error(
      RESULT_REJECTED,
      "the credential may not make webhooks in %.*s: give it the right (admin:repo_hook; Webhooks: read and write), "
      "or add %.*s there, as application/json, for the events Issues and Issue comments",
      STR_FMT(c->remote), STR_FMT(url));
}

struct result github_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                   struct hook_found *out) {
  struct hook_found found = {0};
  struct result result = register_in_repository(c, arena, hook, &found);
  if (github_refuses_only_this(c, arena, &result))
    result = c->auth.app_key ? register_app(c, arena, hook, &found) : refused(c, hook->url);
  TRY(result);
  *out = found;
  return RESULT_DONE;
}

struct result github_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) {
  struct seen_hook seen;
  struct result result = find(c, arena, hook, &seen);
  if (github_refuses_only_this(c, arena, &result))
    return refused(c, hook->url);
  TRY(result);
  if (seen.id.length == 0)
    return RESULT_DONE;
  struct github_request request = {.method = "DELETE", .scope = AT_REPO, .take_gone = true};
  struct github_answer answer = {0};
  request.path = str_format(arena, "/hooks/%.*s", STR_FMT(seen.id));
  return write_hook(c, arena, request, &answer);
}
