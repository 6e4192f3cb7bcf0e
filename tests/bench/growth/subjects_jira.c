/* What Jira answers and delivers; rich text is a group of its own. */
#include "adapter-jira/cursor.h"
#include "adapter-jira/jira.h"
#include "growth.h"

#define ISSUE                                                                                                  \
  "{\"id\":\"10007\",\"key\":\"R-7\",\"fields\":{\"summary\":$T,\"status\":{\"name\":$T},\"labels\":$L,"       \
  "\"updated\":\"2026-01-02T03:04:05.678+0200\",\"created\":\"2026-01-02T03:04:05.678+0200\",\"parent\":null," \
  "\"assignee\":null,\"c1\":1.5,\"c2\":null,\"c3\":{\"value\":$T,\"child\":{\"value\":$T}},\"c4\":$N,\"c6\":$L}}"

enum { HEADER_BYTES = 64 * KIB };

static const struct jira_field fields[] = {
    {{"summary", 7}, {"title", 5}, {"", 0}, KIND_LINE},   {{"status", 6}, {"status", 6}, {"", 0}, KIND_STATUS},
    {{"labels", 6}, {"labels", 6}, {"", 0}, KIND_LABELS}, {{"parent", 6}, {"parent", 6}, {"", 0}, KIND_PARENT},
    {{"c1", 2}, {"number", 6}, {"", 0}, KIND_NUMBER},     {{"c2", 2}, {"at", 2}, {"", 0}, KIND_DATETIME},
    {{"c3", 2}, {"area", 4}, {"", 0}, KIND_CASCADING},    {{"c4", 2}, {"names", 5}, {"", 0}, KIND_NAMES},
    {{"c6", 2}, {"sprint", 6}, {"", 0}, KIND_SPRINT},
};

static struct str text_of(const void *prepared) {
  return *(const struct str *)prepared;
}

static void *issue_with(struct arena *arena, struct str text) {
  return growth_fill(arena, ISSUE, text);
}

/* Of Data Center, where sprints are texts. */
static void issue(struct arena *arena, const void *prepared) {
  struct connection c = {
      .site = STR("https://e.org"), .self = STR("me"), .fields = {fields, sizeof fields / sizeof *fields}};
  cJSON *tree = NULL;
  struct observation seen;
  c.options = cJSON_CreateObject();
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    growth_ignore(jira_read_issue(&c, arena, tree, &seen));
  cJSON_Delete(tree);
  cJSON_Delete(c.options);
  arena_free(&c.arena);
}

static void cursor(struct arena *arena, const void *prepared) {
  struct connection connection = {.cloud = true, .project = STR("R")};
  cursor_print(&connection, arena, cursor_read(&connection, arena, text_of(prepared)));
  arena_free(&connection.arena);
}

static void *delivery_with(struct arena *arena, struct str text) {
  return growth_fill(
      arena, "{\"webhookEvent\":\"jira:issue_updated\",\"issue\":" ISSUE ",\"changelog\":{\"items\":$N}}", text);
}

static void delivery(struct arena *arena, const void *prepared) {
  const struct project project = {.remote = STR("R")};
  struct list seen = {0};
  growth_ignore(jira_translate(arena, &project, STR(""), text_of(prepared), &seen));
}

static void *token_with(struct arena *arena, struct str text) {
  struct str *header = ARENA_NEW(arena, struct str);
  *header = str_format(arena, "Bearer %.*s", STR_FMT(text));
  return header;
}

static void token(struct arena *arena, const void *prepared) {
  const struct webhook_request request = {
      .authorization = text_of(prepared), .signature = text_of(prepared), .body = STR("{}"), .now_ms = 1};
  (void)arena;
  jira_verify(&request, STR("secret"));
}

const struct growth_subject growth_subjects[] = {
    {"jira_issue", 4 * MIB, issue_with, issue},
    {"jira_cursor", MIB, NULL, cursor},
    {"jira_delivery", 4 * MIB, delivery_with, delivery},
    {"jira_token", HEADER_BYTES, token_with, token},
    {0},
};
