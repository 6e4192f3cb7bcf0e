/* Rich text for scripts: a line of JSON in is a call, a line out is what it gave.
 *   {"op": "adf_from_markdown", "markdown", "seen"?}  -> adf       {"op": "adf_to_markdown", "adf", "known"?} -> text
 *   {"op": "wiki_from_markdown", "markdown", "seen"?} -> text      {"op": "wiki_to_markdown", "wiki", "known"?} -> text
 *   {"op": "fingerprint", "adf"} -> text: what a reader of Markdown sees of the document */
#include <stdio.h>
#include <stdlib.h>

#include "adapter-jira/richtext/node.h"
#include "base/json.h"

struct call {
  struct arena arena;
  const cJSON *in;
  cJSON *out;
};

static struct str argument(struct call *call, const char *name) {
  return str_copy(&call->arena, json_str(call->in, name));
}

static const cJSON *tree(const struct call *call, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(call->in, name);
}

static void put_text(struct call *call, struct str text) {
  cJSON_AddStringToObject(call->out, "text", str_c(&call->arena, text));
}

static struct result op_adf_from_markdown(struct call *call) {
  cJSON *adf;
  TRY(adf_from_markdown(&call->arena, argument(call, "markdown"), tree(call, "seen"), &adf));
  cJSON_AddItemToObject(call->out, "adf", adf);
  return RESULT_DONE;
}

static struct result op_adf_to_markdown(struct call *call) {
  struct str text;
  TRY(adf_to_markdown(&call->arena, tree(call, "adf"), argument(call, "known"), &text));
  put_text(call, text);
  return RESULT_DONE;
}

static struct result op_wiki_from_markdown(struct call *call) {
  struct str text;
  TRY(wiki_from_markdown(&call->arena, argument(call, "markdown"), argument(call, "seen"), &text));
  put_text(call, text);
  return RESULT_DONE;
}

static struct result op_wiki_to_markdown(struct call *call) {
  struct str text;
  TRY(wiki_to_markdown(&call->arena, argument(call, "wiki"), argument(call, "known"), &text));
  put_text(call, text);
  return RESULT_DONE;
}

static struct result op_fingerprint(struct call *call) {
  TRY(adf_check(tree(call, "adf")));
  cJSON *normal = adf_normal(tree(call, "adf"));
  put_text(call, adf_print(&call->arena, normal));
  cJSON_Delete(normal);
  return RESULT_DONE;
}

static const struct {
  const char *name;
  struct result (*run)(struct call *call);
} operations[] = {
    {"adf_from_markdown", op_adf_from_markdown},
    {"adf_to_markdown", op_adf_to_markdown},
    {"wiki_from_markdown", op_wiki_from_markdown},
    {"wiki_to_markdown", op_wiki_to_markdown},
    {"fingerprint", op_fingerprint},
};

static struct result run(struct call *call) {
  struct str op = json_str(call->in, "op");
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
    if (str_is(op, operations[i].name))
      return operations[i].run(call);
  return result_error(RESULT_BUG, "there is no operation %.*s", STR_FMT(op));
}

static void answer(struct str line) {
  cJSON *in = NULL;
  struct call call = {.out = cJSON_CreateObject()};
  struct result result = json_parse(line, &in);
  call.in = in;
  if (result_ok(&result))
    result = run(&call);
  cJSON_AddStringToObject(call.out, "code", result_code_name(result.code));
  cJSON_AddStringToObject(call.out, "message", result.message);
  cJSON_Delete(in);
  struct str text = json_print(&call.arena, call.out);
  printf("%.*s\n", STR_FMT(text));
  fflush(stdout);
  arena_free(&call.arena);
}

int main(void) {
  char *line = NULL;
  size_t capacity = 0;
  for (ssize_t length; (length = getline(&line, &capacity, stdin)) > 0;)
    answer((struct str){line, (size_t)length});
  free(line);
  return 0;
}
