/* The rows that an undo is decided on. Private to undo_*.c. */
#ifndef STORE_UNDO_READ_H
#define STORE_UNDO_READ_H

#include "store/sessions/undo.h"

/* A page of items by falling id; of each its changes and its writes, in the same order, the newest change first. */
struct undo_rows {
  struct rows items, changes, writes;
  int64_t next; /* `before` of the next page; 0 = this was the last */
};

struct result undo_read(struct call *call, const struct undone *undone, int64_t before, struct undo_rows *out) MUST_USE;

#endif
