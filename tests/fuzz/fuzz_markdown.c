/* Markdown from anywhere to both of Jira's forms: what is made is valid, and comes back as it was. */
#include "adapter-jira/richtext/node.h"
#include "fuzz.h"

static void try_adf(struct arena *arena, struct str markdown) {
  struct str back;
  cJSON *adf = NULL;
  struct result result = adf_from_markdown(arena, markdown, NULL, &adf);
  if (!result_ok(&result))
    return;
  result = adf_check(adf);
  MUST_HOLD(result_ok(&result));
  result = adf_to_markdown(arena, adf, markdown, &back);
  MUST_HOLD(result_ok(&result) && str_equal(back, markdown));
  cJSON_Delete(adf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str markdown = fuzz_text(data, size), wiki;
  if (memchr(markdown.at, 0, markdown.length) == NULL) {
    try_adf(&arena, markdown);
    struct result result = wiki_from_markdown(&arena, markdown, (struct str){0}, &wiki);
    if (result_ok(&result))
      result = wiki_to_markdown(&arena, wiki, markdown, &markdown);
  }
  arena_free(&arena);
  return 0;
}
