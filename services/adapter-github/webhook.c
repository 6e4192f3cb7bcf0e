/* Webhooks: is it GitHub's, and what does it show. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
#include "adapter-github/github.h"
#include "base/hmac.h"
#include "service/connector_fetch.h"

#define SIGNATURE_PREFIX "sha256="
#define FORM_PREFIX "payload="

/* -- signature -- */

enum webhook_verdict github_verify(const struct webhook_request *request, struct str secret) {
  struct str signature = request->signature;
  bool fits =
      str_starts_with(signature, SIGNATURE_PREFIX) &&
      hmac_sha256_fits(secret, request->body, str_slice(signature, sizeof SIGNATURE_PREFIX - 1, signature.length));
  return fits ? WEBHOOK_GENUINE : WEBHOOK_FORGED;
}

/* -- bodies -- */

static int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* GitHub's default content type is a form with the JSON in `payload`. */
static struct str json_of(struct arena *arena, struct str body) {
  if (!str_starts_with(body, FORM_PREFIX))
    return body;
  char *text = arena_alloc(arena, body.length);
  size_t length = 0;
  for (size_t i = sizeof FORM_PREFIX - 1; i < body.length && body.at[i] != '&'; i++) {
    int high = i + 2 < body.length && body.at[i] == '%' ? hex_value(body.at[i + 1]) : -1;
    int low = high >= 0 ? hex_value(body.at[i + 2]) : -1;
    text[length++] = low >= 0 ? (char)(high * 16 + low) : body.at[i] == '+' ? ' ' : body.at[i];
    i += low >= 0 ? 2 : 0;
  }
  return (struct str){text, length};
}

/* -- observations -- */

static struct result take_issue(struct arena *arena, const cJSON *event, struct observation *out) {
  struct str action = json_str(event, "action");
  TRY(github_read_issue(arena, json_member(event, "issue"), (struct str){0}, out));
  if (!cJSON_IsNull(json_member(event, "comment")) && cJSON_IsObject(json_member(event, "comment")))
    return RESULT_DONE; /* then the action is the comment's */
  if (str_is(action, "deleted"))
    connector_set_gone(out, STR("deleted"), (struct str){0});
  if (str_is(action, "transferred")) {
    const cJSON *there = json_member(json_member(event, "changes"), "new_issue");
    connector_set_gone(out, STR("transferred"), str_copy(arena, json_str(there, "url")));
  }
  return RESULT_DONE;
}

static struct result take_comment(struct arena *arena, const cJSON *event, struct observation *out) {
  TRY(github_read_comment(arena, json_member(event, "comment"), (struct str){0}, out));
  if (str_is(json_str(event, "action"), "deleted"))
    connector_set_gone(out, STR("deleted"), (struct str){0});
  return RESULT_DONE;
}

/* Some events ("pinned") carry an issue without its state and labels. Half an issue is no observation. */
static bool is_whole(const cJSON *issue) {
  return json_i64(issue, "number") <= 0 ||
         (cJSON_IsString(json_member(issue, "state")) && json_member(issue, "labels"));
}

/* The issue comes first, so that a comment finds its ticket. */
static struct result take_event(struct arena *arena, bool with_comment, const cJSON *event, struct list *out) {
  struct observation *seen = ARENA_ARRAY(arena, struct observation, 2);
  if (github_is_pull(json_member(event, "issue")) || !is_whole(json_member(event, "issue")))
    return RESULT_DONE;
  TRY(take_issue(arena, event, &seen[0]));
  if (with_comment)
    TRY(take_comment(arena, event, &seen[1]));
  *out = (struct list){seen, with_comment ? 2 : 1};
  return RESULT_DONE;
}

/* An organization's webhook speaks of all its repositories. By its id ours is known under any name. */
static bool is_of(const struct project *project, const cJSON *event) {
  const cJSON *repository = json_member(event, "repository");
  int64_t id = 0;
  struct result result = github_repository_id(project->options, &id);
  return result_ok(&result) && id ? json_i64(repository, "id") == id
                                  : str_equal_caseless(json_str(repository, "full_name"), project->remote);
}

struct result github_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) {
  bool comment = str_is(event, "issue_comment");
  struct list seen = {0};
  cJSON *tree;
  if (comment || str_is(event, "issues")) {
    TRY(json_parse(json_of(arena, body), &tree));
    struct result result = is_of(project, tree) ? take_event(arena, comment, tree, &seen) : RESULT_DONE;
    cJSON_Delete(tree);
    TRY(result);
  }
  *out = seen;
  return RESULT_DONE;
}
