/* Linear's JSON of issues and comments. What is read is complete, and can be written back. */
#include "adapter-linear/linear.h"
#include "fuzz.h"

static struct result id_of(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out) {
  (void)context, (void)kind, (void)make;
  *out = name;
  return RESULT_DONE;
}

/* An estimate of Linear's may be a fraction, a parent or a date anything; all else goes back as it came. */
static void write_back(struct arena *arena, const struct values *fields) {
  static const struct linear_lookup lookup = {NULL, id_of};
  struct payload payload = {.set = *fields};
  cJSON *input = NULL;
  struct result result = linear_write_issue(arena, &payload, true, STR(""), &lookup, &input);
  MUST_HOLD(result_ok(&result) == (input != NULL));
  cJSON_Delete(input);
}

static void try_item(struct arena *arena, const cJSON *tree) {
  struct observation seen;
  struct result result = linear_read_issue(arena, tree, &seen);
  if (result_ok(&result)) {
    MUST_HOLD(seen.external_id.length && seen.external_key.length && seen.version > 0 && seen.fields.count == 11);
    write_back(arena, &seen.fields);
  }
  result = linear_read_comment(arena, tree, &seen);
  if (result_ok(&result)) {
    MUST_HOLD(seen.external_id.length && seen.parent_external_id.length && seen.version > 0);
    struct payload payload = {.set = seen.fields};
    cJSON *input;
    result = linear_write_comment(&payload, &input);
    MUST_HOLD(result_ok(&result));
    cJSON_Delete(input);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  cJSON *tree = NULL;
  struct result result = json_parse(fuzz_text(data, size), &tree);
  if (result_ok(&result)) {
    try_item(&arena, tree);
    cJSON_Delete(tree);
  }
  arena_free(&arena);
  return 0;
}
