/* A mapping's JSON Pointers and URL templates, and a tracker's JSON that they are followed in: the first line is the
 * pointer, the second the template, the rest the JSON. What was put somewhere is found there; a value never changes
 * where a path leads. */
#include "adapter-webhook/pointer.h"
#include "adapter-webhook/template.h"
#include "base/json.h"
#include "fuzz.h"

static struct str next_line(struct str *rest) {
  ptrdiff_t end = str_find(*rest, "\n");
  size_t length = end < 0 ? rest->length : (size_t)end;
  struct str line = str_slice(*rest, 0, length);
  *rest = str_slice(*rest, length + 1 < rest->length ? length + 1 : rest->length, rest->length);
  return line.at ? line : STR("");
}

static void try_pointer(struct arena *arena, struct str text, cJSON *tree) {
  struct pointer pointer;
  const cJSON *found = NULL;
  struct result result = pointer_parse(arena, text, &pointer);
  if (!result_ok(&result))
    return;
  MUST_HOLD(pointer.count <= POINTER_TOKENS_MAX);
  MUST_HOLD((pointer_find(&pointer, tree, &found) == POINTER_FOUND) == (found != NULL));
  cJSON *value = cJSON_CreateString("x");
  if (!pointer_put(&pointer, tree, value))
    return;
  MUST_HOLD(pointer_find(&pointer, tree, &found) == POINTER_FOUND && found == value);
}

static void try_template(struct arena *arena, struct str text, struct str value) {
  static const char *const names[] = {"remote", "id", "since", NULL};
  const struct template_variable variables[] = {{"remote", STR("rocket")}, {"id", value}, {"since", value}};
  struct str path;
  struct result result = template_check(text, names);
  if (!result_ok(&result))
    return;
  result = template_expand(arena, text, variables, sizeof variables / sizeof variables[0], &path);
  if (!result_ok(&result))
    return;
  MUST_HOLD(str_starts_with(path, "/"));
  for (size_t i = 0; i < path.length; i++)
    MUST_HOLD((unsigned char)path.at[i] > ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  cJSON *tree = NULL;
  struct str rest = fuzz_text(data, size), pointer = next_line(&rest), template = next_line(&rest);
  try_template(&arena, template, rest);
  struct result result = json_parse(rest, &tree);
  if (result_ok(&result))
    try_pointer(&arena, pointer, tree);
  cJSON_Delete(tree);
  arena_free(&arena);
  return 0;
}
