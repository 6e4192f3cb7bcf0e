/* GitHub's JSON of issues and comments, and markers inside bodies. What is read is complete, and can be written back.
 */
#include "adapter-github/github.h"
#include "fuzz.h"

static void try_item(struct arena *arena, const cJSON *tree) {
  struct observation seen;
  struct str json;
  struct result result = github_read_issue(arena, tree, STR("tandem-bot"), &seen);
  if (result_ok(&result)) {
    MUST_HOLD(seen.external_id.length && seen.external_key.length && seen.version > 0 && seen.fields.count);
    struct payload payload = {.set = seen.fields, .marker = STR("marker")};
    result = github_write_issue(arena, &payload, true, GITHUB_MILESTONE_NONE, &json);
    MUST_HOLD(!result_ok(&result) || json.length);
  }
  result = github_read_comment(arena, tree, (struct str){0}, &seen);
  if (result_ok(&result)) {
    MUST_HOLD(seen.external_id.length && seen.parent_external_id.length && seen.version > 0);
    struct payload payload = {.set = seen.fields};
    result = github_write_comment(arena, &payload, &json);
    MUST_HOLD(result_ok(&result));
  }
  github_is_pull(tree);
}

static void try_marker(struct arena *arena, struct str text) {
  struct str marker, again;
  struct str body = github_split_marker(arena, text, &marker);
  MUST_HOLD(body.length <= text.length);
  struct str same = github_split_marker(arena, text, &again);
  MUST_HOLD(str_equal(body, same) && str_equal(marker, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str text = fuzz_text(data, size);
  cJSON *tree = NULL;
  try_marker(&arena, text);
  struct result result = json_parse(text, &tree);
  if (result_ok(&result)) {
    try_item(&arena, tree);
    cJSON_Delete(tree);
  }
  arena_free(&arena);
  return 0;
}
