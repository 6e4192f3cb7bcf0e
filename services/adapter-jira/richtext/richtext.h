/* Rich text between Markdown, which tandem keeps, and what Jira keeps: the Atlassian Document Format (ADF, Cloud) or
 * wiki markup (Data Center). Pure: no I/O. docs/rich-text.md has the forms.
 *
 * What a person did not touch comes back byte for byte. Towards Markdown, `known` is the Markdown that the remote text
 * was once made from: of each block that still says the same, its source is given back. Towards Jira, `seen` is the
 * text that is there now: of each block that still says the same, its own nodes are sent again, with what Markdown
 * cannot say (widths, annotations, macros). Both may be absent.
 *
 * Sources: https://spec.commonmark.org/0.29/, https://github.github.com/gfm/,
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
#ifndef ADAPTER_JIRA_RICHTEXT_RICHTEXT_H
#define ADAPTER_JIRA_RICHTEXT_RICHTEXT_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum {
  RICHTEXT_BYTES_MAX = 1024 * 1024,
  RICHTEXT_DEPTH_MAX = 24, /* nodes above one another; a list takes two. Two levels of JSON each, of JSON_DEPTH_MAX */
  RICHTEXT_NODES_MAX = 50 * 1000,
};

/* RESULT_REJECTED, with a message that names the place, when `adf` is no document or exceeds a limit. */
struct result adf_check(const cJSON *adf) MUST_USE;

/* The caller deletes `*out`. RESULT_REJECTED when a limit is exceeded. `seen` may be NULL. */
struct result adf_from_markdown(struct arena *arena, struct str markdown, const cJSON *seen, cJSON **out) MUST_USE;

/* RESULT_REJECTED when `adf` is no valid document. NULL and JSON null are empty documents. */
struct result adf_to_markdown(struct arena *arena, const cJSON *adf, struct str known, struct str *out) MUST_USE;

struct result wiki_from_markdown(struct arena *arena, struct str markdown, struct str seen, struct str *out) MUST_USE;
struct result wiki_to_markdown(struct arena *arena, struct str wiki, struct str known, struct str *out) MUST_USE;

#endif
