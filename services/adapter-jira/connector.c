/* The table of this connector, and opening and closing its connection. */
#include <ctype.h>
#include <stdlib.h>

#include "adapter-jira/jira.h"
#include "base/heap.h"
#include "service/exchange.h"

static bool is_project_key(struct str remote) {
  for (size_t i = 0; i < remote.length; i++)
    if (!isalnum((unsigned char)remote.at[i]) && remote.at[i] != '_')
      return false;
  return remote.length <= 255 && isalpha((unsigned char)remote.at[0]);
}

static struct result take_options(struct connection *c, const struct project *project, struct str kind) {
  if (project->options.length) {
    struct result result = json_parse(project->options, &c->options);
    if (!result_ok(&result) || !cJSON_IsObject(c->options))
      return result_error(RESULT_REJECTED, "the options of this project are not a JSON object");
  } else {
    c->options = cJSON_CreateObject();
  }
  struct str deployment = json_text(c->options, "deployment");
  if (deployment.length && !str_is(deployment, "cloud") && !str_is(deployment, "data_center"))
    return result_error(RESULT_REJECTED, "options.deployment is \"cloud\" or \"data_center\"");
  struct str id = json_text(c->options, "project_id");
  if (id.length && !jira_is_number(id))
    return result_error(RESULT_REJECTED, "options.project_id is a number, in quotes");
  c->id_is_given = id.length > 0;
  if (c->id_is_given)
    c->project_id = str_copy(&c->arena, id);
  bool by_kind = !str_is(kind, "pat") && !str_is(kind, "basic");
  c->cloud = deployment.length ? str_is(deployment, "cloud") : by_kind;
  return RESULT_DONE;
}

static struct result take_project(struct connection *c, const struct project *project, struct str kind) {
  struct str base = http_base_url(project->base_url);
  if (base.length == 0)
    return result_error(RESULT_REJECTED,
                        "Jira needs the address of its site: https://NAME.atlassian.net, for instance");
  if (project->remote.length && !is_project_key(project->remote))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not the key of a project", STR_FMT(project->remote));
  TRY(take_options(c, project, kind));
  c->site = str_copy(&c->arena, base);
  c->credential = str_copy(&c->arena, project->credential);
  c->project = project->remote.length ? str_copy(&c->arena, project->remote) : (struct str){0};
  if (!str_is(kind, "oauth")) { /* OAuth goes by the gateway; its address is asked for */
    c->root = c->site;
    c->api = str_format(&c->arena, "%.*s/rest/api/%s", STR_FMT(c->site), c->cloud ? "3" : "2");
  }
  return RESULT_DONE;
}

static void jira_close(struct connection *c) {
  cJSON_Delete(c->options);
  explicit_bzero(&c->auth, sizeof c->auth);
  arena_wipe(&c->arena);
  free(c);
}

static struct result jira_open(const struct connector_config *config, struct connection **out) {
  struct connection *c = heap_new(sizeof *c);
  c->http = config->http;
  c->now_ms = config->now_ms;
  c->renewal = config->renewal;
  c->page_issues = JIRA_PAGE_ISSUES;
  struct result result = take_project(c, config->project, config->credential_kind);
  if (result_ok(&result))
    result = jira_auth_open(c, config->credential_kind, config->credential);
  if (result_ok(&result))
    *out = c;
  else
    jira_close(c);
  return result;
}

static void jira_take_usage(struct connection *c, struct usage *out) {
  exchange_take_usage(&c->usage, out);
}

const struct connector jira_connector = {
    .system = "jira",
    .oauth = &jira_oauth,
    .default_base_url = "",
    .webhook_headers = {.delivery_id = "x-atlassian-webhook-identifier", .signature = "x-hub-signature"},
    .settle_ms = JIRA_SETTLE_MS,
    /* Its limits are of one issue, and told when they are met; this keeps a backfill from meeting them. */
    .pace = {.burst = 200, .per_minute = 600},
    .open = jira_open,
    .close = jira_close,
    .pull = jira_pull,
    .fetch = jira_fetch,
    .fetch_many = jira_fetch_many,
    .push = jira_push,
    .create_many = jira_create_many,
    .change_many = jira_change_many,
    .find = jira_find,
    .history = jira_history,
    .verify = jira_verify,
    .translate = jira_translate,
    .describe = jira_describe,
    .register_hook = jira_register_hook,
    .remove_hook = jira_remove_hook,
    .scan = jira_scan,
    .take_usage = jira_take_usage,
};
