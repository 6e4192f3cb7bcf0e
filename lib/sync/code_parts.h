/* Which parts of a Markdown text are code: spans, and blocks with or without fences (CommonMark 0.30, GitHub's tables).
 * Read by md4c, which tells where in the text each of them stands (docs/adr/0029). */
#ifndef SYNC_CODE_PARTS_H
#define SYNC_CODE_PARTS_H

#include "base/arena.h"
#include "base/str.h"

/* Bytes of the text; without the ticks around a span, and line by line. */
struct code_part {
  size_t start, end;
};

struct code_parts {
  struct code_part *at; /* in the order of the text */
  size_t count;
};

/* None where memory is out, as if nothing were code. */
struct code_parts code_parts_of(struct arena *arena, struct str text);

#endif
