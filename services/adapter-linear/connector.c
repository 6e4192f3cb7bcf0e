/* The table of this connector, and opening and closing its connection. */
#include <stdlib.h>

#include "adapter-linear/linear.h"
#include "base/heap.h"
#include "service/exchange.h"

#define DEFAULT_BASE_URL "https://api.linear.app"

/* A team's key: letters and digits. */
static bool is_team_key(struct str remote) {
  for (size_t i = 0; i < remote.length; i++) {
    char c = remote.at[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  }
  return remote.length <= 64;
}

/* Options that nobody set are absent or {}. */
static struct result take_options(struct connection *c, struct str options) {
  cJSON *tree;
  if (options.length == 0)
    return RESULT_DONE;
  struct result result = json_parse(options, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_REJECTED, "the project's options are not JSON");
  struct str team_id = json_str(tree, "team_id");
  bool fits = team_id.length == 0 || linear_is_uuid(team_id);
  if (fits && team_id.length)
    c->team_id = str_copy(&c->arena, team_id);
  cJSON_Delete(tree);
  return fits ? RESULT_DONE : result_error(RESULT_REJECTED, "the option team_id is not a UUID");
}

static struct result take_project(struct connection *c, const struct project *project) {
  struct str base = http_base_url(project->base_url.length ? project->base_url : STR(DEFAULT_BASE_URL));
  if (!is_team_key(project->remote))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not the key of a team: write ENG, for instance",
                        STR_FMT(project->remote));
  c->api = str_copy(&c->arena, base);
  c->credential = str_copy(&c->arena, project->credential);
  c->page_items = c->page_items_whole = LINEAR_PAGE_ITEMS;
  if (project->remote.length)
    c->remote = str_copy(&c->arena, project->remote);
  return take_options(c, project->options);
}

static void linear_close(struct connection *c) {
  linear_auth_close(c);
  for (size_t i = 0; i < LINEAR_KINDS; i++)
    arena_free(&c->names[i].arena);
  arena_wipe(&c->arena);
  free(c);
}

static struct result linear_open(const struct connector_config *config, struct connection **out) {
  struct connection *c = heap_new(sizeof *c);
  c->http = config->http;
  c->now_ms = config->now_ms;
  c->renewal = config->renewal;
  struct result result = take_project(c, config->project);
  if (result_ok(&result))
    result = linear_auth_open(c, config->credential_kind, config->credential);
  if (result_ok(&result))
    *out = c;
  else
    linear_close(c);
  return result;
}

static void linear_take_usage(struct connection *c, struct usage *out) {
  exchange_take_usage(&c->usage, out);
}

const struct connector linear_connector = {
    .system = "linear",
    .oauth = &linear_oauth,
    .default_base_url = DEFAULT_BASE_URL,
    .webhook_headers = {.event = "linear-event", .delivery_id = "linear-delivery", .signature = "linear-signature"},
    .settle_ms = LINEAR_SETTLE_MS,
    /* Linear's own bucket holds an hour's 5,000 requests and has no shorter limit. At most 3,000 writes in any hour
     * leave room for pulls. https://linear.app/developers/rate-limiting */
    .pace = {.burst = 300, .per_minute = 300, .hourly_burst = 1500, .per_hour = 1500},
    .open = linear_open,
    .close = linear_close,
    .pull = linear_pull,
    .fetch = linear_fetch,
    .fetch_many = linear_fetch_many,
    .push = linear_push,
    .create_many = linear_create_many,
    .find = linear_find,
    .history = linear_history,
    .verify = linear_verify,
    .translate = linear_translate,
    .describe = linear_describe,
    .register_hook = linear_register_hook,
    .remove_hook = linear_remove_hook,
    .scan = linear_scan,
    .take_usage = linear_take_usage,
};
