/* Pairs of tickets to be linked, a line each: "T-1,rocket:#12", two keys with a comma, a semicolon or a tab between. */
#ifndef CLI_PAIRS_FILE_H
#define CLI_PAIRS_FILE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { PAIRS_FILE_BYTES_MAX = 4 * 1024 * 1024 };

struct pair {
  struct str key, other;
};

/* The pairs borrow from `text`. Empty lines do not count; a first line without a key is a heading. RESULT_REJECTED
 * names the line. */
struct result pairs_file_read(struct arena *arena, struct str text, struct pair **out, size_t *out_count) MUST_USE;

#endif
