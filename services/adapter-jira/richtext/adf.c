/* The two ways between Markdown and ADF: check, translate, keep what was not touched. */
#include "adapter-jira/richtext/node.h"

static const struct keep_format markdown_for_adf = {markdown_read, markdown_write_block, adf_fingerprint};

struct result adf_from_markdown(struct arena *arena, struct str markdown, const cJSON *seen, cJSON **out) {
  struct text_document document = {0};
  struct result usable = seen ? adf_check(seen) : RESULT_DONE;
  if (usable.code != RESULT_OK)
    seen = NULL; /* what cannot be read cannot be kept */
  TRY(markdown_read(arena, markdown, seen, &document));
  if (seen)
    keep_nodes(arena, document.adf, seen);
  *out = document.adf;
  return RESULT_DONE;
}

struct result adf_to_markdown(struct arena *arena, const cJSON *adf, struct str known, struct str *out) {
  if (!adf || cJSON_IsNull(adf)) {
    *out = STR("");
    return RESULT_DONE;
  }
  TRY(adf_check(adf));
  *out = keep_source(arena, &markdown_for_adf, adf, known);
  return RESULT_DONE;
}
