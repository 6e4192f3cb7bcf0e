/* Wiki markup from Jira to Markdown; sent back it is the same, byte for byte. */
#include "adapter-jira/richtext/richtext.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str wiki = fuzz_text(data, size), markdown, sent;
  if (memchr(wiki.at, 0, wiki.length) == NULL) {
    struct result result = wiki_to_markdown(&arena, wiki, (struct str){0}, &markdown);
    if (result_ok(&result))
      result = wiki_from_markdown(&arena, markdown, wiki, &sent);
  }
  arena_free(&arena);
  return 0;
}
