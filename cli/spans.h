/* Where two versions of a line differ, word by word. */
#ifndef CLI_SPANS_H
#define CLI_SPANS_H

#include "base/arena.h"
#include "base/str.h"

/* A part of a line that is marked as different, or is not. */
struct span {
  struct str text;
  bool marked;
};

/* A line in parts; `absent`: there is no such line. */
struct spans {
  const struct span *at;
  size_t count;
  bool absent;
};

/* The whole line as one part. An absent line gives absent spans. */
struct spans spans_whole(struct arena *arena, struct str line, bool marked);

/* `line` with those words marked that are missing in one of `others`. Lines that have little in common with
 * another one are marked whole. All texts are well-formed UTF-8 without newlines; absent `others` do not count. Owned
 * by `arena`, borrows. */
struct spans spans_compare(struct arena *arena, struct str line, const struct str *others, size_t count);

/* Long parts that are the same are shortened in their middle, and long ones that differ at their end, with an ellipsis.
 */
struct spans spans_shorten(struct arena *arena, struct spans spans);

/* True when nothing of it is unmarked. */
bool spans_all_marked(struct spans spans);

#endif
