/* One issue or comment as it is now, or where it went. */
#include <sodium.h>

#include "adapter-jira/jira.h"
#include "service/connector_fetch.h"

/* Jira has no ETag: the hash of what it answered stands for one. */
static struct str etag_of(struct arena *arena, struct str body) {
  unsigned char hash[16];
  char hex[sizeof hash * 2 + 1];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)body.at, body.length, NULL, 0);
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return str_copy(arena, str_of(hex));
}

static struct observation missing(struct arena *arena, const struct external_ref *ref, const char *why) {
  struct observation seen = connector_gone(arena, ref, str_of(why));
  struct str issue_id, id;
  if (str_is(ref->kind, "comment") && jira_split_comment_id(ref->external_id, &issue_id, &id))
    seen.parent_external_id = str_copy(arena, issue_id);
  return seen;
}

static struct result read_issue(struct connection *c, struct arena *arena, const struct external_ref *ref,
                                const cJSON *issue, struct observation *out) {
  bool ours;
  TRY(jira_is_ours(c, arena, issue, &ours));
  if (!ours) {
    struct str key = json_copy(arena, issue, "key");
    *out = missing(arena, ref, "transferred");
    out->external_key = key;
    out->moved_to = str_format(arena, "%.*s/browse/%.*s", STR_FMT(c->site), STR_FMT(key));
    return RESULT_DONE;
  }
  return jira_read_issue(c, arena, issue, out);
}

static struct result read_comment(struct connection *c, struct arena *arena, const struct external_ref *ref,
                                  const cJSON *comment, struct observation *out) {
  struct str key, issue_id, id;
  jira_split_comment_id(ref->external_id, &issue_id, &id);
  TRY(jira_issue_key(c, arena, issue_id, &key));
  return jira_read_comment(c, arena, issue_id, key, comment, out);
}

/* RESULT_REJECTED for what is no id of Jira's. */
static struct result path_of(struct arena *arena, const struct external_ref *ref, struct str *out) {
  struct str issue_id, id;
  if (str_is(ref->kind, "comment") && jira_split_comment_id(ref->external_id, &issue_id, &id))
    *out = str_format(arena, "/issue/%.*s/comment/%.*s?expand=properties", STR_FMT(issue_id), STR_FMT(id));
  else if (!str_is(ref->kind, "comment") && jira_is_number(ref->external_id))
    *out = jira_issue_path(arena, ref->external_id);
  else
    return result_error(RESULT_REJECTED, "\"%.*s\" is not an id of Jira's", STR_FMT(ref->external_id));
  return RESULT_DONE;
}

static struct result read_found(struct connection *c, struct arena *arena, const struct external_ref *ref,
                                const struct jira_answer *answer, struct observation *out) {
  struct jira_request request = {.method = "GET"};
  cJSON *tree;
  TRY(jira_self(c, arena));
  TRY(jira_fields_load(c, arena));
  TRY(jira_json(&request, answer, &tree));
  struct result result =
      str_is(ref->kind, "comment") ? read_comment(c, arena, ref, tree, out) : read_issue(c, arena, ref, tree, out);
  cJSON_Delete(tree);
  return result;
}

/* Jira answers 404 for what was deleted, and for all when the project is out of reach: then nothing was. */
static struct result read_gone(struct connection *c, struct arena *arena, const struct external_ref *ref,
                               struct observation *out) {
  TRY(jira_check_project(c, arena));
  *out = missing(arena, ref, "deleted");
  return RESULT_DONE;
}

struct result jira_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref, bool *not_modified,
                         struct observation *out) {
  struct jira_request request = {.method = "GET", .take_gone = true};
  TRY(path_of(arena, ref, &request.path));
  struct jira_answer answer = {0};
  struct observation seen = {0};
  TRY(jira_call(c, arena, &request, &answer));
  struct str etag = answer.status == 200 ? etag_of(arena, answer.body) : STR("");
  *not_modified = etag.length && str_equal(etag, ref->etag);
  if (*not_modified)
    return RESULT_DONE;
  if (answer.status == 200)
    TRY(read_found(c, arena, ref, &answer, &seen));
  else
    TRY(read_gone(c, arena, ref, &seen));
  TRY(connector_check_asked(ref, &seen));
  if (!seen.gone.length)
    seen.etag = etag;
  *out = seen;
  return RESULT_DONE;
}

/* -- several -- */

/* One that cannot be read is left to a fetch of its own, which says why. */
static struct result place_issue(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                 size_t count, const cJSON *issue, struct observation *out) {
  struct external_ref ref = {.kind = STR("ticket"), .external_id = json_text(issue, "id")};
  struct observation seen = {0};
  struct result result = read_issue(c, arena, &ref, issue, &seen);
  if (result.code == RESULT_REJECTED)
    return RESULT_DONE;
  TRY(result);
  connector_place(refs, count, &seen, out);
  return RESULT_DONE;
}

/* What Cloud's call for many issues leaves out is missing here. */
static struct result fetch_bulk(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                size_t count, struct observation *out) {
  struct str ids[FETCH_MANY_MAX];
  cJSON *tree;
  const cJSON *issue;
  struct result result = RESULT_DONE;
  for (size_t i = 0; i < count; i++)
    ids[i] = refs[i].external_id;
  TRY(jira_self(c, arena));
  TRY(jira_fields_load(c, arena));
  TRY(jira_ask_issues(c, arena, ids, count, NULL, &tree));
  cJSON_ArrayForEach(issue, json_member(tree, "issues")) {
    if (result_ok(&result))
      result = place_issue(c, arena, refs, count, issue, out);
  }
  cJSON_Delete(tree);
  return result;
}

/* Data Center has no such call, and its search is no substitute: it shows no properties, and the nodes of a cluster
 * have an index each, which follows the database late. Comments are asked for singly everywhere. */
struct result jira_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs, size_t count,
                              struct observation *out) {
  struct observation seen[FETCH_MANY_MAX] = {0};
  bool tickets = count > 1;
  struct str path;
  for (size_t i = 0; i < count; i++) {
    TRY(path_of(arena, &refs[i], &path));
    tickets = tickets && str_is(refs[i].kind, "ticket");
  }
  if (c->cloud && tickets)
    TRY(fetch_bulk(c, arena, refs, count, seen));
  TRY(connector_fetch_missing(c, arena, jira_fetch, refs, count, seen));
  if (count)
    memcpy(out, seen, count * sizeof *out);
  return RESULT_DONE;
}
