/* Each allocation fails in turn: libcmark-gfm and what reads and writes Jira's texts around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/richtext/richtext.h"
#include "base/json.h"
#include "scarce.h"

#define MARKDOWN "## Pump\n\n- [x] *leaks*\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n"

static struct str adf_there_and_back(struct arena *arena) {
  cJSON *adf = NULL;
  struct str back;
  struct result result = adf_from_markdown(arena, STR(MARKDOWN), NULL, &adf);
  if (!result_ok(&result))
    return scarce_refused(arena, &result);
  result = adf_to_markdown(arena, adf, (struct str){0}, &back);
  cJSON_Delete(adf);
  return result_ok(&result) ? back : scarce_refused(arena, &result);
}

static struct str wiki_there_and_back(struct arena *arena) {
  struct str wiki, back;
  struct result result = wiki_from_markdown(arena, STR(MARKDOWN), (struct str){0}, &wiki);
  if (!result_ok(&result))
    return scarce_refused(arena, &result);
  result = wiki_to_markdown(arena, wiki, (struct str){0}, &back);
  return result_ok(&result) ? back : scarce_refused(arena, &result);
}

static void out_of_memory_adf(void **state) {
  (void)state;
  scarce_check(adf_there_and_back);
}

static void out_of_memory_wiki(void **state) {
  (void)state;
  scarce_check(wiki_there_and_back);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_memory_adf), cmocka_unit_test(out_of_memory_wiki)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
