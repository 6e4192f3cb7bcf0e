/* One issue or comment as it is now, or where it went. */
#include "adapter-github/github.h"
#include "service/connector_fetch.h"

static bool is_comment(struct str kind) {
  return str_is(kind, "comment");
}

static bool is_number(struct str text) {
  int64_t number;
  return str_to_i64(text, &number) && number > 0;
}

/* 404 has many reasons; one of them is that the whole project is out of reach. */
static struct result check_project_answers(struct connection *c, struct arena *arena) {
  struct github_answer answer = {0};
  struct result result = github_get(c, arena, STR(""), &answer);
  if (result.code == RESULT_GONE)
    return result_error(RESULT_AUTH, "%.*s cannot be read with this credential", STR_FMT(c->remote));
  return result;
}

/* 410 is a deleted issue. 404 is an issue that went where we cannot look, but a comment that was deleted. */
static struct result read_gone(struct connection *c, struct arena *arena, const struct external_ref *ref,
                               const struct github_answer *answer, struct observation *out) {
  struct observation seen = {.kind = str_copy(arena, ref->kind),
                             .external_id = str_copy(arena, ref->external_id),
                             .parent_external_id = str_copy(arena, ref->parent_external_id)};
  seen.external_key = is_comment(ref->kind) ? str_format(arena, "#%.*s (comment %.*s)",
                                                         STR_FMT(ref->parent_external_id), STR_FMT(ref->external_id))
                                            : str_format(arena, "#%.*s", STR_FMT(ref->external_id));
  if (answer->status == 301) {
    seen.gone = STR("transferred");
    seen.moved_to = str_copy(arena, answer->location);
  } else if (answer->status == 410) {
    seen.gone = STR("deleted");
  } else {
    TRY(check_project_answers(c, arena));
    seen.gone = is_comment(ref->kind) && answer->status == 404 ? STR("deleted") : STR("unreadable");
  }
  *out = seen;
  return RESULT_DONE;
}

static struct result read_found(struct connection *c, struct arena *arena, const struct external_ref *ref,
                                const struct github_answer *answer, struct observation *out) {
  cJSON *tree;
  struct str self;
  TRY(github_self(c, arena, &self));
  TRY(github_json("GET", answer, &tree));
  bool pull = github_is_pull(tree);
  struct result result =
      is_comment(ref->kind) ? github_read_comment(arena, tree, self, out) : github_read_issue(arena, tree, self, out);
  cJSON_Delete(tree);
  if (pull)
    return result_error(RESULT_REJECTED, "#%.*s is a pull request, not an issue", STR_FMT(ref->external_id));
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "GitHub's answer is not whole: %s", result.message);
  out->etag = str_copy(arena, answer->etag);
  return RESULT_DONE;
}

struct result github_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                           bool *not_modified, struct observation *out) {
  if (!is_number(ref->external_id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not a number of GitHub's", STR_FMT(ref->external_id));
  struct github_request request = {.method = "GET", .scope = AT_REPO, .etag = ref->etag, .take_gone = true};
  request.path =
      str_format(arena, is_comment(ref->kind) ? "/issues/comments/%.*s" : "/issues/%.*s", STR_FMT(ref->external_id));
  struct github_answer answer = {0};
  TRY(github_call(c, arena, &request, &answer));
  *not_modified = answer.status == 304;
  if (answer.status == 304)
    return RESULT_DONE;
  struct observation seen;
  if (answer.status == 200)
    TRY(read_found(c, arena, ref, &answer, &seen));
  else
    TRY(read_gone(c, arena, ref, &answer, &seen));
  TRY(connector_check_asked(ref, &seen));
  *out = seen;
  return RESULT_DONE;
}
