/* What a credential may do and what a repository offers, for `tandem connect`. */
#include "adapter-github/github.h"

struct names {
  struct arena *arena;
  const char *member;
  struct str *at;
  size_t count, capacity;
};

static struct result take_name(void *context, const cJSON *item) {
  struct names *names = context;
  if (names->count == names->capacity) {
    size_t capacity = names->capacity ? names->capacity * 2 : 32;
    struct str *grown = ARENA_ARRAY(names->arena, struct str, capacity);
    if (names->count)
      memcpy(grown, names->at, names->count * sizeof *grown);
    names->at = grown;
    names->capacity = capacity;
  }
  names->at[names->count++] = str_copy(names->arena, json_str(item, names->member));
  return RESULT_DONE;
}

static struct result list_names(struct connection *c, struct arena *arena, struct str path, const char *member,
                                struct list *out) {
  struct names names = {.arena = arena, .member = member};
  TRY(github_each(c, arena, path, take_name, &names));
  *out = (struct list){names.at, names.count};
  return RESULT_DONE;
}

static struct result describe_lists(struct connection *c, struct arena *arena, struct remote_description *out) {
  static const struct str statuses[] = {
      {"open", 4}, {"closed:completed", 16}, {"closed:not_planned", 18}, {"closed:duplicate", 16}};
  struct list labels, milestones, people;
  TRY(list_names(c, arena, STR("/labels?per_page=100"), "name", &labels));
  TRY(list_names(c, arena, STR("/milestones?state=all&per_page=100"), "title", &milestones));
  TRY(list_names(c, arena, STR("/assignees?per_page=100"), "login", &people));
  out->labels.at = labels.at, out->labels.count = labels.count;
  out->milestones.at = milestones.at, out->milestones.count = milestones.count;
  out->people.at = people.at, out->people.count = people.count;
  out->statuses.at = statuses, out->statuses.count = sizeof statuses / sizeof statuses[0];
  return RESULT_DONE;
}

/* The number of pages of one item each; pull requests are counted too. */
static struct result estimate(struct connection *c, struct arena *arena, int64_t *out) {
  struct github_answer answer = {0};
  TRY(github_get(c, arena, STR("/issues?state=all&per_page=1"), &answer));
  struct str last = github_link(answer.link, "last");
  ptrdiff_t page = str_find(last, "&page=") >= 0 ? str_find(last, "&page=") : str_find(last, "?page=");
  size_t start = page < 0 ? 0 : (size_t)page + 6, end = start;
  while (end < last.length && last.at[end] >= '0' && last.at[end] <= '9')
    end++;
  int64_t count = str_find(answer.body, "\"number\"") >= 0;
  if (page >= 0)
    str_to_i64(str_slice(last, start, end), &count);
  *out = count;
  return RESULT_DONE;
}

/* A person's token shows it in the repository; an App's in its installation. */
static struct result may_write(struct connection *c, struct arena *arena, const cJSON *repo, bool *out) {
  *out = json_bool(cJSON_GetObjectItemCaseSensitive(repo, "permissions"), "push");
  if (!c->auth.app_key)
    return RESULT_DONE;
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = STR("/installation"), .as_app = true};
  struct github_answer answer = {0};
  cJSON *tree;
  TRY(github_call(c, arena, &request, &answer));
  TRY(github_json("GET", &answer, &tree));
  *out = str_is(json_str(cJSON_GetObjectItemCaseSensitive(tree, "permissions"), "issues"), "write");
  cJSON_Delete(tree);
  return RESULT_DONE;
}

static struct result read_repository(struct connection *c, struct arena *arena, const cJSON *repo,
                                     struct remote_description *out) {
  if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(repo, "has_issues")))
    return result_error(RESULT_REJECTED, "issues are switched off in %.*s: switch them on in the repository's settings",
                        STR_FMT(c->remote));
  TRY(may_write(c, arena, repo, &out->can_write));
  out->can_write = out->can_write && !json_bool(repo, "archived");
  out->remote = str_copy(arena, json_str(repo, "full_name"));
  out->url = str_copy(arena, json_str(repo, "html_url"));
  out->is_private = json_bool(repo, "private");
  return RESULT_DONE;
}

static struct result describe_repository(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct github_answer answer = {0};
  cJSON *repo;
  struct result result = github_get(c, arena, STR(""), &answer);
  if (result.code == RESULT_GONE)
    return result_error(RESULT_REJECTED, "%.*s does not exist, or this credential may not see it", STR_FMT(c->remote));
  TRY(result);
  TRY(github_json("GET", &answer, &repo));
  result = read_repository(c, arena, repo, out);
  cJSON_Delete(repo);
  TRY(result);
  TRY(estimate(c, arena, &out->estimated_tickets));
  return describe_lists(c, arena, out);
}

struct result github_describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct remote_description description = {.estimated_tickets = -1};
  TRY(github_self(c, arena, &description.account));
  description.account = str_copy(arena, description.account);
  if (!str_is_absent(c->remote))
    TRY(describe_repository(c, arena, &description));
  *out = description;
  return RESULT_DONE;
}
