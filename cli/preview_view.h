/* What a dry run found, as a table: one line a change. */
#ifndef CLI_PREVIEW_VIEW_H
#define CLI_PREVIEW_VIEW_H

#include "cli/output.h"
#include "proto/verbs.h"

void preview_view_print(const struct output *output, const struct preview_line *lines, size_t count);

#endif
