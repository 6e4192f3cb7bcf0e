/* What GitHub answers and delivers. */
#include "adapter-github/cursor.h"
#include "adapter-github/hooks.h"
#include "base/json.h"
#include "growth.h"

#define ISSUE                                                                                        \
  "{\"id\":1,\"number\":12,\"title\":$T,\"state\":\"open\",\"body\":$T,\"labels\":$N,"               \
  "\"assignees\":[],\"user\":{\"login\":\"bob\"},\"html_url\":\"https://github.com/a/r/issues/12\"," \
  "\"created_at\":\"2024-05-06T07:08:09Z\",\"updated_at\":\"2024-05-07T07:08:09Z\"}"
#define COMMENT                                                                                                    \
  "{\"id\":77,\"issue_url\":\"https://api.github.com/repos/a/r/issues/12\",\"html_url\":\"https://github.com/a/r/" \
  "issues/12#issuecomment-77\",\"body\":$T,\"user\":{\"login\":\"bob\"},\"created_at\":\"2024-05-06T07:08:09Z\","  \
  "\"updated_at\":\"2024-05-06T07:08:09Z\"}"

enum { HEADER_BYTES = 64 * KIB };

static struct str text_of(const void *prepared) {
  return *(const struct str *)prepared;
}

/* -- answers -- */

static void *issue_with(struct arena *arena, struct str text) {
  return growth_fill(arena, ISSUE, text);
}

static void *comment_with(struct arena *arena, struct str text) {
  return growth_fill(arena, COMMENT, text);
}

/* Read, and written back. */
static void issue(struct arena *arena, const void *prepared) {
  cJSON *tree = NULL;
  struct observation seen;
  struct str json;
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    result = github_read_issue(arena, tree, STR("tandem-bot"), &seen);
  if (result_ok(&result)) {
    const struct payload payload = {.set = seen.fields};
    growth_ignore(github_write_issue(arena, &payload, true, GITHUB_MILESTONE_NONE, &json));
    github_tell_dropped(arena, &payload, &seen);
  }
  cJSON_Delete(tree);
}

static void comment(struct arena *arena, const void *prepared) {
  cJSON *tree = NULL;
  struct observation seen;
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    growth_ignore(github_read_comment(arena, tree, (struct str){0}, &seen));
  cJSON_Delete(tree);
}

static void marker(struct arena *arena, const void *prepared) {
  struct str found;
  github_split_marker(arena, text_of(prepared), &found);
}

static void link_header(struct arena *arena, const void *prepared) {
  (void)arena;
  github_link(text_of(prepared), "next");
}

static void cursor(struct arena *arena, const void *prepared) {
  struct connection connection = {.remote = STR("a/r"), .repo_path = STR("/repos/a/r")};
  cursor_print(&connection, arena, cursor_read(&connection, arena, text_of(prepared)));
  arena_free(&connection.arena);
}

static void deliveries(struct arena *arena, const void *prepared) {
  github_quote_long_numbers(arena, text_of(prepared));
}

/* -- webhooks -- */

static void *delivery_with(struct arena *arena, struct str text) {
  return growth_fill(arena, "{\"action\":\"edited\",\"issue\":" ISSUE ",\"repository\":{\"full_name\":\"a/r\"}}", text);
}

static void *form_with(struct arena *arena, struct str text) {
  struct str *body = ARENA_NEW(arena, struct str);
  *body = str_format(arena, "payload=%.*s", STR_FMT(text));
  return body;
}

static void delivery(struct arena *arena, const void *prepared) {
  static const struct project project = {.name = {"r", 1}, .system = {"github", 6}, .remote = {"a/r", 3}};
  struct list seen = {0};
  growth_ignore(github_connector.translate(arena, &project, STR("issues"), text_of(prepared), &seen));
}

static void signature(struct arena *arena, const void *prepared) {
  const struct webhook_request request = {.signature = text_of(prepared), .body = STR("{}")};
  (void)arena;
  github_connector.verify(&request, STR("secret"));
}

const struct growth_subject growth_subjects[] = {
    {"github_issue", 4 * MIB, issue_with, issue},
    {"github_comment", 4 * MIB, comment_with, comment},
    {"github_marker", 4 * MIB, NULL, marker},
    {"github_link", HEADER_BYTES, NULL, link_header},
    {"github_cursor", MIB, NULL, cursor},
    {"github_deliveries", 4 * MIB, NULL, deliveries},
    {"github_delivery", 4 * MIB, delivery_with, delivery},
    {"github_delivery_form", 16 * MIB, form_with, delivery},
    {"github_signature", HEADER_BYTES, NULL, signature},
    {0},
};
