/* Jira's JSON of issues, comments, webhooks and creations of several. What is read is complete. */
#include "adapter-jira/jira.h"
#include "fuzz.h"

static const struct jira_field fields[] = {
    {{"summary", 7}, {"title", 5}, {"", 0}, KIND_LINE},
    {{"description", 11}, {"body", 4}, {"", 0}, KIND_RICH},
    {{"status", 6}, {"status", 6}, {"", 0}, KIND_STATUS},
    {{"labels", 6}, {"labels", 6}, {"", 0}, KIND_LABELS},
    {{"assignee", 8}, {"assignees", 9}, {"", 0}, KIND_ASSIGNEE},
    {{"parent", 6}, {"parent", 6}, {"", 0}, KIND_PARENT},
    {{"c1", 2}, {"number", 6}, {"", 0}, KIND_NUMBER},
    {{"c2", 2}, {"at", 2}, {"", 0}, KIND_DATETIME},
    {{"c3", 2}, {"area", 4}, {"", 0}, KIND_CASCADING},
    {{"c4", 2}, {"names", 5}, {"", 0}, KIND_NAMES},
    {{"c5", 2}, {"people", 6}, {"", 0}, KIND_USERS},
    {{"c6", 2}, {"sprint", 6}, {"", 0}, KIND_SPRINT},
};

static void try_tree(struct connection *c, struct arena *arena, const cJSON *tree) {
  struct observation seen;
  struct result result = jira_read_issue(c, arena, tree, &seen);
  if (result_ok(&result))
    MUST_HOLD(seen.external_id.length && seen.external_key.length && seen.version > 0 &&
              seen.fields.count == sizeof fields / sizeof fields[0]);
  result = jira_read_comment(c, arena, STR("7"), STR("ROCKET-7"), tree, &seen);
  if (result_ok(&result)) {
    struct str issue, comment;
    MUST_HOLD(jira_split_comment_id(seen.external_id, &issue, &comment) && seen.version > 0);
  }
}

/* Each issue of a creation of several was either made or refused, or nothing is said of any. */
static void try_bulk(const cJSON *tree) {
  struct jira_element elements[3];
  if (!jira_match_bulk(tree, 3, elements))
    return;
  for (size_t i = 0; i < 3; i++)
    MUST_HOLD(jira_is_number(elements[i].id) == !elements[i].failure);
}

static void try_webhook(struct arena *arena, struct str body) {
  struct project project = {.remote = STR("ROCKET")};
  struct list list = {0};
  struct result result = jira_translate(arena, &project, STR(""), body, &list);
  MUST_HOLD(!result_ok(&result) || list.count <= 1);
  struct webhook_request request = {.authorization = body, .signature = body, .body = body, .now_ms = 1};
  MUST_HOLD(jira_verify(&request, STR("a secret that nobody knows")) == WEBHOOK_FORGED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct connection c = {.cloud = size % 2, .site = STR("https://e.org"), .self = STR("me")};
  cJSON *tree = NULL;
  c.options = cJSON_CreateObject();
  c.fields = (struct jira_fields){fields, sizeof fields / sizeof fields[0]};
  try_webhook(&arena, fuzz_text(data, size));
  struct result result = json_parse(fuzz_text(data, size), &tree);
  if (result_ok(&result)) {
    try_tree(&c, &arena, tree);
    try_bulk(tree);
    cJSON_Delete(tree);
  }
  cJSON_Delete(c.options);
  arena_free(&c.arena);
  arena_free(&arena);
  return 0;
}
