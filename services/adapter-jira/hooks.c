/* Registering webhooks. An OAuth app has dynamic ones, which expire after 30 days; anyone else needs an administrator's
 * rights for a permanent one. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/ */
#include "adapter-jira/jira.h"

enum { EARLY_MS = 5 * 24 * 3600 * 1000 };

static const char *const events[] = {"jira:issue_created", "jira:issue_updated", "jira:issue_deleted",
                                     "comment_created",    "comment_updated",    "comment_deleted"};

static struct str filter(const struct connection *c, struct arena *arena) {
  return str_format(arena, "project = \"%.*s\"", STR_FMT(c->project));
}

static cJSON *event_list(void) {
  return cJSON_CreateStringArray(events, (int)(sizeof events / sizeof events[0]));
}

static struct result send(struct connection *c, struct arena *arena, const char *method, struct str path, bool absolute,
                          cJSON *body, cJSON **out) {
  struct jira_request request = {.method = method, .path = path, .absolute = absolute};
  struct jira_answer answer = {0};
  request.body = json_print(arena, body);
  TRY(jira_call(c, arena, &request, &answer));
  return jira_json(&request, &answer, out);
}

/* An answer without a list must not look as if there were no webhook: there would soon be a second one. */
static struct result check_list(const cJSON *list) {
  return cJSON_IsArray(list) ? RESULT_DONE : result_error(RESULT_RETRY, "Jira's answer has no list of webhooks");
}

/* -- dynamic ones -- */

/* The id of the hook that already comes to this address, 0 = none. */
static struct result find_dynamic(struct connection *c, struct arena *arena, struct str url, int64_t *out) {
  cJSON *page;
  const cJSON *one;
  TRY(jira_get(c, arena, STR("/webhook?maxResults=100"), &page));
  struct result result = check_list(json_member(page, "values"));
  *out = 0;
  cJSON_ArrayForEach(one, json_member(page, "values")) {
    if (str_equal(json_str(one, "url"), url) && str_equal(json_str(one, "jqlFilter"), filter(c, arena)))
      *out = json_i64(one, "id");
  }
  cJSON_Delete(page);
  return result;
}

static struct result create_dynamic(struct connection *c, struct arena *arena, struct str url, int64_t *out) {
  cJSON *body = cJSON_CreateObject(), *answer, *hook = cJSON_CreateObject();
  cJSON_AddItemToObject(hook, "events", event_list());
  cJSON_AddItemToObject(hook, "jqlFilter", json_string(arena, filter(c, arena)));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "webhooks"), hook);
  cJSON_AddItemToObject(body, "url", json_string(arena, url));
  TRY(send(c, arena, "POST", STR("/webhook"), false, body, &answer));
  const cJSON *made = cJSON_GetArrayItem(json_member(answer, "webhookRegistrationResult"), 0);
  const cJSON *why = cJSON_GetArrayItem(json_member(made, "errors"), 0);
  struct result result = RESULT_DONE;
  *out = json_i64(made, "createdWebhookId");
  if (*out == 0)
    result = result_error(RESULT_REJECTED, "Jira takes no webhook: %s", cJSON_IsString(why) ? why->valuestring : "?");
  cJSON_Delete(answer);
  return result;
}

static struct result refresh_dynamic(struct connection *c, struct arena *arena, int64_t id, int64_t *out_until_ms) {
  cJSON *body = cJSON_CreateObject(), *answer;
  const double ids[] = {(double)id};
  cJSON_AddItemToObject(body, "webhookIds", cJSON_CreateDoubleArray(ids, 1));
  TRY(send(c, arena, "PUT", STR("/webhook/refresh"), false, body, &answer));
  const cJSON *until = json_member(answer, "expirationDate");
  *out_until_ms = cJSON_IsNumber(until) ? json_i64(answer, "expirationDate") : jira_time_ms(answer, "expirationDate");
  cJSON_Delete(answer);
  return RESULT_DONE;
}

static struct result register_dynamic(struct connection *c, struct arena *arena, const struct hook *hook,
                                      struct hook_found *out) {
  int64_t id, until_ms, now_ms = c->now_ms();
  TRY(find_dynamic(c, arena, hook->url, &id));
  if (id == 0)
    TRY(create_dynamic(c, arena, hook->url, &id));
  TRY(refresh_dynamic(c, arena, id, &until_ms));
  out->id = str_format(arena, "%lld", (long long)id);
  out->expires_at_ms = until_ms;
  out->check_in_ms = until_ms > now_ms + EARLY_MS ? until_ms - EARLY_MS - now_ms : EARLY_MS;
  return RESULT_DONE;
}

/* -- an administrator's -- */

static cJSON *admin_body(const struct connection *c, struct arena *arena, const struct hook *hook) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddItemToObject(body, "name", json_string(arena, str_format(arena, "tandem: %.*s", STR_FMT(c->project))));
  cJSON_AddItemToObject(body, "url", json_string(arena, hook->url));
  cJSON_AddItemToObject(body, "secret", json_string(arena, hook->secret));
  cJSON_AddItemToObject(body, "events", event_list());
  cJSON_AddTrueToObject(body, "enabled"); /* what is left out stays as it is there */
  cJSON_AddItemToObject(cJSON_AddObjectToObject(body, "filters"), "issue-related-events-section",
                        json_string(arena, filter(c, arena)));
  cJSON_AddBoolToObject(body, "excludeBody", false);
  return body;
}

static bool sends(const cJSON *hook, const char *event) {
  const cJSON *one;
  cJSON_ArrayForEach(one, json_member(hook, "events")) {
    if (cJSON_IsString(one) && strcmp(one->valuestring, event) == 0)
      return true;
  }
  return false;
}

/* It is switched on, and sends all that is wanted. */
static bool is_right(const cJSON *hook) {
  for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
    if (!sends(hook, events[i]))
      return false;
  return !cJSON_IsFalse(json_member(hook, "enabled"));
}

/* The end of the hook's own address, absent if there is none that comes to `url`. */
static struct result find_admin(struct connection *c, struct arena *arena, struct str url, struct str *out,
                                bool *out_right) {
  struct jira_request request = {.method = "GET", .path = STR("/rest/webhooks/1.0/webhook"), .absolute = true};
  struct jira_answer answer = {0};
  cJSON *list;
  const cJSON *one;
  TRY(jira_call(c, arena, &request, &answer));
  TRY(jira_json(&request, &answer, &list));
  struct result result = check_list(list);
  *out = (struct str){0};
  *out_right = false;
  cJSON_ArrayForEach(one, list) {
    struct str self = json_str(one, "self");
    ptrdiff_t at = str_find(self, "/rest/webhooks/");
    if (at < 0 || !str_equal(json_str(one, "url"), url))
      continue;
    *out = str_copy(arena, str_slice(self, (size_t)at, self.length));
    *out_right = is_right(one);
  }
  cJSON_Delete(list);
  return result;
}

static struct result register_admin(struct connection *c, struct arena *arena, const struct hook *hook,
                                    struct hook_found *out) {
  struct str path;
  bool right;
  cJSON *answer;
  TRY(find_admin(c, arena, hook->url, &path, &right));
  bool there = path.length > 0;
  TRY(send(c, arena, there ? "PUT" : "POST", there ? path : STR("/rest/webhooks/1.0/webhook"), true,
           admin_body(c, arena, hook), &answer));
  cJSON_Delete(answer);
  out->id = path;
  out->repaired = there && !right;
  return RESULT_DONE;
}

/* Deliveries to an OAuth app are signed with the app's client secret, whatever anybody registers. */
static struct result check_secret(const struct connection *c, const struct hook *hook) {
  cJSON *credential;
  TRY(json_parse(c->auth.secret, &credential));
  bool same = str_equal(json_str(credential, "client_secret"), hook->secret);
  cJSON_Delete(credential);
  if (same)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "Jira signs the webhooks of an OAuth app with the app's client secret: connect again "
                      "with --webhook-secret-file and a file that holds that secret");
}

/* -- both -- */

static struct result explain(struct result result, struct str url) {
  if (result.code == RESULT_AUTH || result.code == RESULT_GONE)
    return result_error(RESULT_REJECTED,
                        "only an administrator may register a webhook: add %.*s in Jira's settings (System, WebHooks)",
                        STR_FMT(url));
  return result;
}

struct result jira_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                 struct hook_found *out) {
  struct hook_found found = {0};
  if (c->auth.kind == AUTH_OAUTH)
    TRY(check_secret(c, hook));
  struct result result =
      c->auth.kind == AUTH_OAUTH ? register_dynamic(c, arena, hook, &found) : register_admin(c, arena, hook, &found);
  TRY(explain(result, hook->url));
  *out = found;
  return RESULT_DONE;
}

static struct result remove_dynamic(struct connection *c, struct arena *arena, struct str url) {
  int64_t id;
  struct jira_answer answer = {0};
  TRY(find_dynamic(c, arena, url, &id));
  if (id == 0)
    return RESULT_DONE;
  cJSON *body = cJSON_CreateObject();
  const double ids[] = {(double)id};
  cJSON_AddItemToObject(body, "webhookIds", cJSON_CreateDoubleArray(ids, 1));
  struct jira_request request = {.method = "DELETE", .path = STR("/webhook"), .body = json_print(arena, body)};
  return jira_call(c, arena, &request, &answer);
}

static struct result remove_admin(struct connection *c, struct arena *arena, struct str url) {
  struct str path;
  bool right;
  struct jira_answer answer = {0};
  TRY(find_admin(c, arena, url, &path, &right));
  if (path.length == 0)
    return RESULT_DONE;
  struct jira_request request = {.method = "DELETE", .path = path, .absolute = true};
  return jira_call(c, arena, &request, &answer);
}

struct result jira_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) {
  return explain(c->auth.kind == AUTH_OAUTH ? remove_dynamic(c, arena, hook->url) : remove_admin(c, arena, hook->url),
                 hook->url);
}
