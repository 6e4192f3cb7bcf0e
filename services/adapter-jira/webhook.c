/* Webhooks: are they Jira's, and what do they point at. An administrator's carry an HMAC over the body, those of OAuth
 * apps a JWT. Bodies show rich text as wiki markup and no entity properties, so they are hints: what they name is
 * fetched. https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
#include <sodium.h>

#include "adapter-jira/jira.h"
#include "base/hmac.h"

#define SIGNATURE_PREFIX "sha256="
#define BEARER "Bearer "
enum { JWT_BYTES_MAX = 8192, CLOCK_SKEW_S = 60 };

/* -- signatures -- */

static bool decode(struct str text, unsigned char *out, size_t size, size_t *length) {
  return sodium_base642bin(out, size, text.at, text.length, NULL, length, NULL,
                           sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

/* The JSON of one part of a token; the caller deletes it. NULL when it is none. */
static cJSON *decode_json(struct str part) {
  unsigned char bytes[JWT_BYTES_MAX];
  size_t length = 0;
  cJSON *tree = NULL;
  if (!decode(part, bytes, sizeof bytes, &length))
    return NULL;
  struct result result = json_parse((struct str){(const char *)bytes, length}, &tree);
  return result_ok(&result) ? tree : NULL;
}

/* Only HS256 is taken, whatever the token says of itself (RFC 8725, 3.1). */
static bool is_hs256(struct str header) {
  cJSON *tree = decode_json(header);
  bool fits = str_is(json_str(tree, "alg"), "HS256");
  cJSON_Delete(tree);
  return fits;
}

static bool is_valid_now(struct str claims, int64_t now_ms) {
  cJSON *tree = decode_json(claims);
  int64_t expires_s = json_i64(tree, "exp"), issued_s = json_i64(tree, "iat"), now_s = now_ms / 1000;
  cJSON_Delete(tree);
  return expires_s > now_s - CLOCK_SKEW_S && issued_s < now_s + CLOCK_SKEW_S;
}

static ptrdiff_t last_dot(struct str token) {
  ptrdiff_t at = (ptrdiff_t)token.length - 1;
  while (at >= 0 && token.at[at] != '.')
    at--;
  return at;
}

static enum webhook_verdict verify_jwt(const struct webhook_request *request, struct str secret) {
  struct str token = str_trim(str_slice(request->authorization, strlen(BEARER), request->authorization.length));
  ptrdiff_t first = str_find(token, "."), last = last_dot(token);
  unsigned char mac[HMAC_BYTES], given[HMAC_BYTES];
  size_t length = 0;
  if (token.length > JWT_BYTES_MAX || first <= 0 || last <= first)
    return WEBHOOK_FORGED;
  struct str signature = str_slice(token, (size_t)last + 1, token.length);
  if (!decode(signature, given, sizeof given, &length) || length != HMAC_BYTES)
    return WEBHOOK_FORGED;
  hmac_sha256(secret, str_slice(token, 0, (size_t)last), mac);
  if (sodium_memcmp(mac, given, HMAC_BYTES) != 0 || !is_hs256(str_slice(token, 0, (size_t)first)))
    return WEBHOOK_FORGED;
  struct str claims = str_slice(token, (size_t)first + 1, (size_t)last);
  return is_valid_now(claims, request->now_ms) ? WEBHOOK_GENUINE : WEBHOOK_UNTIMELY;
}

enum webhook_verdict jira_verify(const struct webhook_request *request, struct str secret) {
  struct str signature = request->signature;
  if (secret.length && str_starts_with(signature, SIGNATURE_PREFIX)) {
    struct str hex = str_slice(signature, strlen(SIGNATURE_PREFIX), signature.length);
    return hmac_sha256_fits(secret, request->body, hex) ? WEBHOOK_GENUINE : WEBHOOK_FORGED;
  }
  return secret.length && str_starts_with(request->authorization, BEARER) ? verify_jwt(request, secret)
                                                                          : WEBHOOK_FORGED;
}

/* -- what they point at -- */

/* "ROCKET-12" is of "ROCKET". */
static bool is_of_project(struct str key, struct str project) {
  return key.length > project.length + 1 && key.at[project.length] == '-' &&
         str_equal(str_slice(key, 0, project.length), project);
}

/* By its id, where the project's options and the delivery have it, a project is known under any key. */
static bool is_ours(const struct project *project, const cJSON *issue) {
  cJSON *options = NULL;
  struct result parsed = json_parse(project->options.length ? project->options : STR("{}"), &options);
  struct str known = result_ok(&parsed) ? json_text(options, "project_id") : (struct str){0},
             id = json_text(issue, "fields.project.id");
  bool ours = known.length && id.length ? str_equal(id, known) : is_of_project(json_str(issue, "key"), project->remote);
  cJSON_Delete(options);
  return ours;
}

static bool was_moved_from(const cJSON *tree, struct str project) {
  const cJSON *item;
  cJSON_ArrayForEach(item, json_at(tree, "changelog.items")) {
    if (str_is(json_str(item, "field"), "Key") && is_of_project(json_str(item, "fromString"), project))
      return true;
  }
  return false;
}

static struct observation issue_hint(struct arena *arena, const cJSON *issue, bool deleted) {
  return (struct observation){.kind = STR("ticket"),
                              .external_id = json_copy(arena, issue, "id"),
                              .external_key = json_copy(arena, issue, "key"),
                              .version = jira_time_ms(issue, "fields.updated"),
                              .gone = deleted ? STR("deleted") : (struct str){0}};
}

static struct observation comment_hint(struct arena *arena, const cJSON *issue, const cJSON *comment, bool deleted) {
  struct str id = json_text(comment, "id"), issue_id = json_copy(arena, issue, "id");
  return (struct observation){
      .kind = STR("comment"),
      .external_id = str_format(arena, "%.*s:%.*s", STR_FMT(issue_id), STR_FMT(id)),
      .parent_external_id = issue_id,
      .external_key = str_format(arena, "%.*s (comment %.*s)", STR_FMT(json_text(issue, "key")), STR_FMT(id)),
      .version = jira_time_ms(comment, "updated"),
      .gone = deleted ? STR("deleted") : (struct str){0}};
}

static struct result translate_tree(struct arena *arena, const struct project *project, const cJSON *tree,
                                    struct list *out) {
  struct str event = json_str(tree, "webhookEvent");
  const cJSON *issue = json_member(tree, "issue"), *comment = json_member(tree, "comment");
  bool about_comment = str_starts_with(event, "comment_");
  bool about_issue = str_starts_with(event, "jira:issue_") || str_starts_with(event, "issue_property_");
  if (!about_comment && !about_issue)
    return RESULT_DONE;
  if (!jira_is_number(json_str(issue, "id")) || (about_comment && !jira_is_number(json_str(comment, "id"))))
    return result_error(RESULT_REJECTED, "%.*s names no issue", STR_FMT(event));
  if (!is_ours(project, issue) && !was_moved_from(tree, project->remote))
    return RESULT_DONE;
  struct observation *seen = ARENA_NEW(arena, struct observation);
  *seen = about_comment ? comment_hint(arena, issue, comment, str_is(event, "comment_deleted"))
                        : issue_hint(arena, issue, str_is(event, "jira:issue_deleted"));
  *out = (struct list){seen, 1};
  return RESULT_DONE;
}

struct result jira_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                             struct list *out) {
  cJSON *tree;
  (void)event; /* Jira says it in the body */
  TRY(json_parse(body, &tree));
  struct list list = {0};
  struct result result = translate_tree(arena, project, tree, &list);
  cJSON_Delete(tree);
  if (result_ok(&result))
    *out = list;
  return result;
}
