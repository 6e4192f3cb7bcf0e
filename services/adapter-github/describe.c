/* What a credential may do and what a repository offers, for `tandem connect`. */
#include "adapter-github/github.h"

/* The words of one list of the repository. */
struct words {
  struct arena *arena;
  const char *member;
  struct remote_word *at;
  size_t count, capacity;
};

static struct result take_word(void *context, const cJSON *item) {
  struct words *words = context;
  words->at = arena_room(words->arena, words->at, words->count, &words->capacity, sizeof *words->at);
  words->at[words->count++] = (struct remote_word){.name = str_copy(words->arena, json_str(item, words->member))};
  return RESULT_DONE;
}

static struct result list_words(struct connection *c, struct arena *arena, const char *path, const char *member,
                                struct remote_field *out) {
  struct words words = {.arena = arena, .member = member};
  TRY(github_each(c, arena, str_of(path), take_word, &words));
  out->words.at = words.at;
  out->words.count = words.count;
  return RESULT_DONE;
}

static const struct remote_word statuses[] = {
    {{"open", 4}, {"open", 4}},
    {{"closed:completed", 16}, {"done", 4}},
    {{"closed:not_planned", 18}, {"cancelled", 9}},
    {{"closed:duplicate", 16}, {"duplicate", 9}},
};

/* Without push access GitHub drops labels, assignees and milestones silently, but shows them. */
static struct result describe_fields(struct connection *c, struct arena *arena, struct remote_description *out) {
  enum { TITLE, BODY, STATUS, LABELS, ASSIGNEES, MILESTONE, FIELDS };
  static const struct remote_field table[FIELDS] = {
      [TITLE] = {.name = {"title", 5}, .label = {"Title", 5}, .kind = {"line", 4}, .required = true},
      [BODY] = {.name = {"body", 4}, .label = {"Description", 11}, .kind = {"text", 4}},
      [STATUS] = {.name = {"status", 6}, .label = {"State", 5}, .kind = {"choice", 6}},
      [LABELS] = {.name = {"labels", 6}, .label = {"Labels", 6}, .kind = {"set", 3}, .open_words = true},
      [ASSIGNEES] = {.name = {"assignees", 9}, .label = {"Assignees", 9}, .kind = {"users", 5}, .members_max = 10},
      [MILESTONE] = {.name = {"milestone", 9}, .label = {"Milestone", 9}, .kind = {"choice", 6}},
  };
  struct remote_field *fields = ARENA_ARRAY(arena, struct remote_field, FIELDS);
  memcpy(fields, table, sizeof table);
  for (size_t i = 0; i < FIELDS; i++)
    fields[i].writable = out->can_write;
  fields[STATUS].words.at = statuses;
  fields[STATUS].words.count = sizeof statuses / sizeof statuses[0];
  TRY(list_words(c, arena, "/labels?per_page=100", "name", &fields[LABELS]));
  TRY(list_words(c, arena, "/milestones?state=all&per_page=100", "title", &fields[MILESTONE]));
  TRY(list_words(c, arena, "/assignees?per_page=100", "login", &fields[ASSIGNEES]));
  out->fields.at = fields;
  out->fields.count = FIELDS;
  return RESULT_DONE;
}

int64_t github_page_number(struct str url) {
  ptrdiff_t page = str_find(url, "&page=") >= 0 ? str_find(url, "&page=") : str_find(url, "?page=");
  size_t start = page < 0 ? 0 : (size_t)page + 6, end = start;
  int64_t number = -1;
  while (end < url.length && url.at[end] >= '0' && url.at[end] <= '9')
    end++;
  return page >= 0 && str_to_i64(str_slice(url, start, end), &number) ? number : -1;
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
  if (json_i64(repo, "id") <= 0)
    return result_error(RESULT_RETRY, "GitHub's answer about the repository has no id");
  if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(repo, "has_issues")))
    return result_error(RESULT_REJECTED, "issues are switched off in %.*s: switch them on in the repository's settings",
                        STR_FMT(c->remote));
  TRY(may_write(c, arena, repo, &out->can_write));
  out->can_write = out->can_write && !json_bool(repo, "archived");
  out->remote = str_copy(arena, json_str(repo, "full_name"));
  out->url = str_copy(arena, json_str(repo, "html_url"));
  out->options = str_format(arena, "{\"repository_id\":%lld}", (long long)json_i64(repo, "id"));
  out->is_private = json_bool(repo, "private");
  struct result counted = github_count_issues(c, arena, json_str(repo, "node_id"), &out->estimated_tickets);
  (void)counted; /* a number is good to have, and nothing hangs on it */
  return RESULT_DONE;
}

static struct result describe_repository(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct github_answer answer = {0};
  cJSON *repo;
  struct result result = github_get(c, arena, STR(""), &answer);
  if (result.code == RESULT_GONE)
    return result_error(RESULT_GONE, "%.*s does not exist, or this credential may not see it", STR_FMT(c->remote));
  TRY(result);
  TRY(github_json("GET", &answer, &repo));
  result = read_repository(c, arena, repo, out);
  cJSON_Delete(repo);
  TRY(result);
  return describe_fields(c, arena, out);
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
