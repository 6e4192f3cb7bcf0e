/* The table of this connector, and opening and closing its connection. */
#include <stdlib.h>

#include "adapter-github/github.h"
#include "adapter-github/hooks.h"
#include "base/heap.h"
#include "service/exchange.h"

#define DEFAULT_BASE_URL "https://api.github.com"

/* "owner/name", of the characters that GitHub allows. */
static bool is_repository_name(struct str remote) {
  size_t slashes = 0;
  for (size_t i = 0; i < remote.length; i++) {
    char c = remote.at[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.", c);
    slashes += c == '/';
    if (c == '\0' || (!plain && c != '/'))
      return false;
  }
  return slashes == 1 && remote.at[0] != '/' && remote.at[0] != '.' && !str_ends_with(remote, "/") &&
         !str_ends_with(remote, "/.") && !str_ends_with(remote, "/..");
}

struct result github_repository_id(struct str options, int64_t *out) {
  cJSON *tree;
  if (options.length == 0)
    return *out = 0, RESULT_DONE;
  struct result parsed = json_parse(options, &tree);
  if (!result_ok(&parsed))
    return result_error(RESULT_REJECTED, "the project's options are not JSON");
  bool given = cJSON_HasObjectItem(tree, "repository_id");
  int64_t id = json_i64(tree, "repository_id");
  cJSON_Delete(tree);
  if (given && id <= 0)
    return result_error(RESULT_REJECTED, "the option repository_id is not a number");
  *out = id;
  return RESULT_DONE;
}

static struct result take_project(struct connection *c, const struct project *project) {
  struct str base = http_base_url(project->base_url.length ? project->base_url : STR(DEFAULT_BASE_URL));
  if (project->remote.length && !is_repository_name(project->remote))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not a repository: write owner/name", STR_FMT(project->remote));
  c->api = str_copy(&c->arena, base);
  c->credential = str_copy(&c->arena, project->credential);
  if (project->remote.length) {
    c->remote = str_copy(&c->arena, project->remote);
    TRY(github_repository_id(project->options, &c->repository_id));
    c->repo_path = c->repository_id ? str_format(&c->arena, "/repositories/%lld", (long long)c->repository_id)
                                    : str_format(&c->arena, "/repos/%.*s", STR_FMT(project->remote));
  }
  return RESULT_DONE;
}

static void github_close(struct connection *c) {
  github_auth_close(c);
  arena_free(&c->milestone_arena);
  arena_wipe(&c->arena);
  free(c);
}

static struct result github_open(const struct connector_config *config, struct connection **out) {
  struct connection *c = heap_new(sizeof *c);
  c->http = config->http;
  c->now_ms = config->now_ms;
  c->renewal = config->renewal;
  c->page_items = GITHUB_PAGE_ITEMS;
  struct result result = take_project(c, config->project);
  if (result_ok(&result))
    result = github_auth_open(c, config->credential_kind, config->credential);
  if (result_ok(&result))
    *out = c;
  else
    github_close(c);
  return result;
}

static void github_take_usage(struct connection *c, struct usage *out) {
  exchange_take_usage(&c->usage, out);
  if (out->credential_expires_ms)
    c->told_expires_ms = out->credential_expires_ms;
}

const struct connector github_connector = {
    .system = "github",
    .oauth = &github_oauth,
    .default_base_url = DEFAULT_BASE_URL,
    .webhook_headers = {.event = "x-github-event",
                        .delivery_id = "x-github-delivery",
                        .signature = "x-hub-signature-256"},
    .settle_ms = GITHUB_SETTLE_MS,
    /* 80 content-creating requests a minute and 500 an hour: what a full bucket and its refill make together. */
    .pace = {.burst = 20, .per_minute = 60, .hourly_burst = 80, .per_hour = 420},
    .open = github_open,
    .close = github_close,
    .pull = github_pull,
    .fetch = github_fetch,
    .push = github_push,
    .find = github_find,
    .history = github_history,
    .verify = github_verify,
    .translate = github_translate,
    .describe = github_describe,
    .register_hook = github_register_hook,
    .remove_hook = github_remove_hook,
    .hook_failures = github_hook_failures,
    .redeliver = github_redeliver,
    .scan = github_scan,
    .take_usage = github_take_usage,
};
