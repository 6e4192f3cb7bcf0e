/* The two ways between Markdown and wiki markup. Two blocks are the same when they are the same in wiki markup: what it
 * cannot say is no difference. */
#include "adapter-jira/richtext/node.h"

/* What is left of a block when it is written as wiki markup and read again. */
static struct str wiki_fingerprint(struct arena *arena, const cJSON *block) {
  struct text_document document = {0};
  struct str_builder prints = {.arena = arena};
  struct result result = wiki_read(arena, wiki_write_block(arena, block, false, NULL), NULL, &document);
  if (result.code != RESULT_OK)
    return adf_fingerprint(arena, block); /* unreached: a block of a megabyte, once escaped */
  for (const cJSON *node = adf_first(document.adf); node; node = node->next) {
    struct str print = adf_fingerprint(arena, node);
    if (!str_is_absent(print))
      str_append(&prints, print);
  }
  cJSON_Delete(document.adf);
  return prints.length ? str_built(&prints) : (struct str){0};
}

static const struct keep_format markdown_for_wiki = {markdown_read, markdown_write_block, wiki_fingerprint};
static const struct keep_format wiki_for_markdown = {wiki_read, wiki_write_block, wiki_fingerprint};

struct result wiki_from_markdown(struct arena *arena, struct str markdown, struct str seen, struct str *out) {
  struct text_document now = {0}, document = {0};
  struct result usable = str_is_absent(seen) ? RESULT_DONE : wiki_read(arena, seen, NULL, &now);
  struct result result = markdown_read(arena, markdown, now.adf, &document);
  if (result.code == RESULT_OK)
    *out = keep_source(arena, &wiki_for_markdown, document.adf, usable.code == RESULT_OK ? seen : (struct str){0});
  cJSON_Delete(now.adf);
  cJSON_Delete(document.adf);
  return result;
}

/* Whether `wiki` is, byte for byte, what `known` is written as. */
static bool is_our_text(struct arena *arena, struct str wiki, struct str known) {
  struct str written;
  if (str_is_absent(known))
    return false;
  struct result result = wiki_from_markdown(arena, known, (struct str){0}, &written);
  return result.code == RESULT_OK && str_equal(written, wiki);
}

struct result wiki_to_markdown(struct arena *arena, struct str wiki, struct str known, struct str *out) {
  struct text_document document = {0};
  TRY(wiki_read(arena, wiki, NULL, &document));
  if (is_our_text(arena, wiki, known))
    *out = known;
  else
    *out = keep_source(arena, &markdown_for_wiki, document.adf, known);
  cJSON_Delete(document.adf);
  return RESULT_DONE;
}
