/* Markdown as GitHub reads it: the tree of cmark-gfm with GitHub's extensions (tables, strikethrough, autolinks, task
 * lists). */
#ifndef SYNC_MARKDOWN_TREE_H
#define SYNC_MARKDOWN_TREE_H

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "base/result.h"
#include "base/str.h"

enum { MARKDOWN_NODES_MAX = 200 * 1000 }; /* of a tree; more than that is nothing a person wrote */

/* The root is the caller's, cmark_node_free(). REJECTED for what cmark-gfm would take long over, or too much memory. */
struct result markdown_tree_parse(struct str markdown, cmark_node **out) MUST_USE;

/* The same without parsing (markdown_bounds.c). */
struct result markdown_tree_check_bounds(struct str markdown) MUST_USE;

#endif
