/* What two sequences have in common, by libgit2's diff. Of lines, of words, of anything that has no newline in it. */
#ifndef SYNC_DIFF_H
#define SYNC_DIFF_H

#include "base/arena.h"
#include "base/str.h"

/* For each of `before` the index in `after` of what it became unchanged, or -1; growing. Items must not contain a
 * newline. More than DIFF_BYTES_MAX, or more items than DIFF_ITEMS_MAX, on a side are not compared: then nothing is
 * common but what both start with. Owned by `arena`.
 */
const int *diff_partners(struct arena *arena, const struct str *before, size_t before_count, const struct str *after,
                         size_t after_count);

enum { DIFF_BYTES_MAX = 4 * 1024 * 1024, DIFF_ITEMS_MAX = 20 * 1000 };

#endif
