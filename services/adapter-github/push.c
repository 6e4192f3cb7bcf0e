/* One write, made of as few requests as GitHub allows, and the target as it is afterwards. Labels and assignees of an
 * existing issue travel as additions and removals, so that nobody's are overwritten. Each part may be repeated without
 * harm, except a creation. */
#include "adapter-github/github.h"
#include "service/connector_fetch.h"

enum { CLOSE_TRIES = 3 };

static struct result send(struct connection *c, struct arena *arena, const char *method, struct str path,
                          struct str body, struct github_answer *out) {
  struct github_request request = {.method = method, .scope = AT_REPO, .path = path, .body = body};
  return github_call(c, arena, &request, out);
}

static struct result read_back(struct connection *c, struct arena *arena, bool comment,
                               const struct github_answer *answer, struct observation *out) {
  cJSON *tree;
  TRY(github_json("POST", answer, &tree));
  struct result result =
      comment ? github_read_comment(arena, tree, c->self, out) : github_read_issue(arena, tree, c->self, out);
  cJSON_Delete(tree);
  return result_after_write(result);
}

/* -- comments -- */

static struct result delete_comment(struct connection *c, struct arena *arena, const struct intent *intent,
                                    struct observation *out) {
  struct github_request request = {.method = "DELETE", .scope = AT_REPO, .take_gone = true};
  struct github_answer answer = {0};
  request.path = str_format(arena, "/issues/comments/%.*s", STR_FMT(intent->external_id));
  TRY(github_call(c, arena, &request, &answer));
  if (answer.status == 301 || answer.status == 451)
    return result_error(RESULT_REJECTED, "the comment is out of reach (status %lld): delete it there",
                        (long long)answer.status);
  if (answer.status == 404)
    return connector_confirm_deleted(c, arena, github_fetch, intent, out);
  *out = connector_deleted(arena, intent);
  return RESULT_DONE;
}

static struct result push_comment(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  const struct intent *intent = push->intent;
  if (str_is(intent->change, "delete"))
    return delete_comment(c, arena, intent, out);
  bool create = str_is(intent->change, "create");
  struct str path, body;
  struct github_answer answer = {0};
  TRY(github_write_comment(arena, push->payload, &body));
  if (create)
    path = str_format(arena, "/issues/%.*s/comments", STR_FMT(intent->parent_external_id));
  else
    path = str_format(arena, "/issues/comments/%.*s", STR_FMT(intent->external_id));
  TRY(send(c, arena, create ? "POST" : "PATCH", path, body, &answer));
  return read_back(c, arena, true, &answer, out);
}

/* -- labels and assignees -- */

static struct result remove_labels(struct connection *c, struct arena *arena, struct str issue,
                                   const struct value *labels) {
  for (size_t i = 0; i < labels->count; i++) {
    if (str_is(labels->items[i], ".") || str_is(labels->items[i], ".."))
      return result_error(RESULT_REJECTED, "a label named \"%.*s\" cannot be removed by its name",
                          STR_FMT(labels->items[i]));
    struct github_request request = {.method = "DELETE", .scope = AT_REPO, .take_gone = true};
    struct github_answer answer = {0}; /* 404: it is not there, which is what was wanted */
    request.path = str_format(arena, "%.*s/labels/%.*s", STR_FMT(issue), STR_FMT(http_escape(arena, labels->items[i])));
    TRY(github_call(c, arena, &request, &answer));
    if (answer.status == 410)
      return result_error(RESULT_GONE, "the issue was deleted");
  }
  return RESULT_DONE;
}

static struct result change_set(struct connection *c, struct arena *arena, struct str issue, const struct value *set,
                                bool add) {
  bool labels = str_is(set->name, "labels");
  struct github_answer answer = {0};
  if (set->kind != VALUE_SET || (!labels && !str_is(set->name, "assignees")))
    return result_error(RESULT_REJECTED, "a GitHub issue has no set \"%.*s\"", STR_FMT(set->name));
  if (set->count == 0)
    return RESULT_DONE;
  if (labels && !add)
    return remove_labels(c, arena, issue, set);
  return send(c, arena, add ? "POST" : "DELETE", str_format(arena, "%.*s/%.*s", STR_FMT(issue), STR_FMT(set->name)),
              github_write_set(arena, set), &answer);
}

/* GitHub answers 404 for a label that is not there, and for all that the account may not touch. */
static struct result check_removed(const struct payload *payload, const struct observation *seen) {
  const struct value *removed = values_find(&payload->remove, STR("labels"));
  const struct value *left = values_find(&seen->fields, STR("labels"));
  for (size_t i = 0; removed && left && i < removed->count; i++)
    if (value_has(left, removed->items[i]))
      return result_error(RESULT_REJECTED, "the label \"%.*s\" is still there: may the account remove it?",
                          STR_FMT(removed->items[i]));
  return RESULT_DONE;
}

static struct result change_sets(struct connection *c, struct arena *arena, struct str issue,
                                 const struct payload *payload) {
  for (size_t i = 0; i < payload->add.count; i++)
    TRY(change_set(c, arena, issue, &payload->add.at[i], true));
  for (size_t i = 0; i < payload->remove.count; i++)
    TRY(change_set(c, arena, issue, &payload->remove.at[i], false));
  return RESULT_DONE;
}

/* -- issues -- */

static struct result issue_body(struct connection *c, struct arena *arena, const struct payload *payload, bool create,
                                struct str *out) {
  struct str milestone = values_text(&payload->set, "milestone");
  int64_t number = GITHUB_MILESTONE_KEEP;
  if (!str_is_absent(milestone))
    TRY(github_milestone_number(c, arena, milestone, &number));
  return github_write_issue(arena, payload, create, number, out);
}

/* As it was fetched just before; after a 304 it is asked for. */
static struct result status_now(struct connection *c, struct arena *arena, const struct push *push, struct str issue,
                                struct str *out) {
  struct github_answer answer = {0};
  struct observation now;
  if (push->fresh) {
    *out = values_text(&push->fresh->fields, "status");
    return RESULT_DONE;
  }
  TRY(github_get(c, arena, issue, &answer));
  TRY(read_back(c, arena, false, &answer, &now));
  *out = values_text(&now.fields, "status");
  return RESULT_DONE;
}

/* GitHub ignores a reason for closing what is closed already
 * (https://docs.github.com/en/rest/issues/issues?apiVersion=2022-11-28#update-an-issue): it has to be opened first. */
static struct result open_for_another_reason(struct connection *c, struct arena *arena, const struct push *push,
                                             struct str issue) {
  struct str wanted = values_text(&push->payload->set, "status"), is;
  struct github_answer answer = {0};
  if (!str_starts_with(wanted, "closed"))
    return RESULT_DONE;
  TRY(status_now(c, arena, push, issue, &is));
  if (!str_starts_with(is, "closed") || str_equal(wanted, is))
    return RESULT_DONE;
  return send(c, arena, "PATCH", issue, STR("{\"state\":\"open\"}"), &answer);
}

static struct result update_issue(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  struct str issue = str_format(arena, "/issues/%.*s", STR_FMT(push->intent->external_id)), body;
  struct github_answer answer = {0};
  TRY(issue_body(c, arena, push->payload, false, &body));
  TRY(change_sets(c, arena, issue, push->payload));
  TRY(open_for_another_reason(c, arena, push, issue));
  if (!str_is_absent(body))
    TRY(send(c, arena, "PATCH", issue, body, &answer));
  else
    TRY(result_after_write(github_get(c, arena, issue, &answer)));
  struct observation seen;
  TRY(read_back(c, arena, false, &answer, &seen));
  TRY(check_removed(push->payload, &seen));
  github_tell_dropped(arena, push->payload, &seen);
  *out = seen;
  return RESULT_DONE;
}

/* GitHub creates open issues only. A close that fails is tried again here: nobody else knows that it is missing. Of its
 * answer only the status counts: what else somebody changed meanwhile is an edit, and no rendering of ours. */
static struct result close_created(struct connection *c, struct arena *arena, struct str issue, struct str body,
                                   struct observation *created) {
  struct github_answer answer = {0};
  struct observation closed;
  struct result result = RESULT_DONE;
  for (int i = 0; i < CLOSE_TRIES; i++) {
    result = send(c, arena, "PATCH", issue, body, &answer);
    if (result_ok(&result) || result.retry_after_ms)
      break;
  }
  TRY(result_after_write(result));
  TRY(read_back(c, arena, false, &answer, &closed));
  created->fields =
      values_with(arena, &created->fields, value_text(STR("status"), values_text(&closed.fields, "status")));
  return RESULT_DONE;
}

static struct result create_issue(struct connection *c, struct arena *arena, const struct push *push,
                                  struct observation *out) {
  struct str status = values_text(&push->payload->set, "status"), body, closing = {0};
  bool closed = str_starts_with(status, "closed");
  struct github_answer answer = {0};
  if (!str_is_absent(status))
    TRY(github_write_status(arena, status, &closing));
  TRY(issue_body(c, arena, push->payload, true, &body));
  TRY(send(c, arena, "POST", STR("/issues"), body, &answer));
  struct observation created;
  TRY(read_back(c, arena, false, &answer, &created));
  struct str issue = str_format(arena, "/issues/%.*s", STR_FMT(created.external_id));
  TRY(result_after_write(change_sets(c, arena, issue, push->payload)));
  if (push->payload->add.count + push->payload->remove.count) {
    TRY(result_after_write(github_get(c, arena, issue, &answer)));
    TRY(read_back(c, arena, false, &answer, &created));
  }
  if (closed)
    TRY(close_created(c, arena, issue, closing, &created));
  github_tell_dropped(arena, push->payload, &created);
  *out = created;
  return RESULT_DONE;
}

struct result github_push(struct connection *c, struct arena *arena, const struct push *push, struct observation *out) {
  struct str self;
  int64_t number;
  bool create = str_is(push->intent->change, "create"), comment = str_is(push->intent->kind, "comment");
  if (!comment && str_is(push->intent->change, "delete"))
    return result_error(RESULT_REJECTED, "issues are not deleted; close it");
  if ((!create && !str_to_i64(push->intent->external_id, &number)) ||
      (create && comment && !str_to_i64(push->intent->parent_external_id, &number)))
    return result_error(RESULT_REJECTED, "the write has no number of GitHub's as its target");
  TRY(github_self(c, arena, &self)); /* before the write: what comes after it must not fail */
  if (comment)
    return push_comment(c, arena, push, out);
  return create ? create_issue(c, arena, push, out) : update_issue(c, arena, push, out);
}
