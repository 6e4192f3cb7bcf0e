/* Webhooks: is it Linear's and fresh, and what does it show. https://linear.app/developers/webhooks
 *
 * A delivery names an issue's assignee by full name and address only, and leaves its attachments out. So an issue that
 * was made or changed is `unreadable` from the delivery, which makes the skeleton fetch it; comments are whole. */
#include "adapter-linear/linear.h"
#include "base/hmac.h"

enum { WINDOW_MS = 60 * 1000 };

/* -- genuine -- */

/* The time is inside the signed body; each attempt of Linear's has its own. */
static bool is_fresh(struct str body, int64_t now_ms) {
  cJSON *tree;
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed))
    return false;
  int64_t sent_ms = json_i64(tree, "webhookTimestamp");
  cJSON_Delete(tree);
  return sent_ms > 0 && now_ms - sent_ms <= WINDOW_MS && sent_ms - now_ms <= WINDOW_MS;
}

enum webhook_verdict linear_verify(const struct webhook_request *request, struct str secret) {
  if (!hmac_sha256_fits(secret, request->body, request->signature))
    return WEBHOOK_FORGED;
  return is_fresh(request->body, request->now_ms) ? WEBHOOK_GENUINE : WEBHOOK_UNTIMELY;
}

/* -- observations -- */

/* By the team's id where the project's options have it, else by its key. */
static bool is_of(const struct project *project, const cJSON *team) {
  cJSON *options = NULL;
  struct result parsed = json_parse(project->options.length ? project->options : STR("{}"), &options);
  struct str team_id = result_ok(&parsed) ? json_str(options, "team_id") : (struct str){0};
  bool is_ours = team_id.length ? str_equal(json_str(team, "id"), team_id)
                                : str_equal_caseless(json_str(team, "key"), project->remote);
  cJSON_Delete(options);
  return is_ours;
}

static bool is_removal(const cJSON *event) {
  return str_is(json_str(event, "action"), "remove");
}

/* An issue that went to another team is told to that team's webhooks: it left ours if it was known here. */
static bool has_left(const cJSON *event) {
  return cJSON_IsString(json_member(json_member(event, "updatedFrom"), "teamId"));
}

static struct result take_issue(struct arena *arena, const struct project *project, const cJSON *event,
                                struct list *out) {
  const cJSON *data = json_member(event, "data");
  struct observation seen = {.kind = STR("ticket")};
  seen.external_id = str_copy(arena, json_str(data, "id"));
  seen.external_key = str_copy(arena, json_str(data, "identifier"));
  if (!linear_is_uuid(seen.external_id) || seen.external_key.length == 0)
    return result_error(RESULT_REJECTED, "an issue without id or identifier");
  if (!is_of(project, json_member(data, "team")) && !has_left(event))
    return RESULT_DONE;
  connector_set_gone(&seen, is_removal(event) ? STR("deleted") : STR("unreadable"), (struct str){0});
  struct observation *at = ARENA_NEW(arena, struct observation);
  *at = seen;
  *out = (struct list){at, 1};
  return RESULT_DONE;
}

/* A comment of a delivery has `userId` and the user's full name instead of what a query shows. */
static struct result take_comment(struct arena *arena, const struct project *project, const cJSON *event,
                                  struct list *out) {
  const cJSON *data = json_member(event, "data");
  struct observation *seen = ARENA_NEW(arena, struct observation);
  if (!cJSON_IsObject(json_member(data, "issue")) || !is_of(project, json_member(json_member(data, "issue"), "team")))
    return cJSON_IsObject(data) ? RESULT_DONE : result_error(RESULT_REJECTED, "a comment without data");
  TRY(linear_read_comment(arena, data, seen));
  seen->author = str_copy(arena, json_str(json_member(data, "user"), "name"));
  seen->url = str_copy(arena, json_str(event, "url"));
  if (is_removal(event))
    connector_set_gone(seen, STR("deleted"), (struct str){0});
  *out = (struct list){seen, 1};
  return RESULT_DONE;
}

struct result linear_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) {
  bool comment = str_is(event, "Comment");
  struct list seen = {0};
  cJSON *tree;
  if (comment || str_is(event, "Issue")) {
    TRY(json_parse(body, &tree));
    struct result result =
        comment ? take_comment(arena, project, tree, &seen) : take_issue(arena, project, tree, &seen);
    cJSON_Delete(tree);
    TRY(result);
  }
  *out = seen;
  return RESULT_DONE;
}
