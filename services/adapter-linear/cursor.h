/* Where a pull stands, as the store keeps it between calls (JSON). A pull reads issues, then comments, each from the
 * oldest to the newest that changed since `since_ms`; a poll reads the first page of both in one call. */
#ifndef ADAPTER_LINEAR_CURSOR_H
#define ADAPTER_LINEAR_CURSOR_H

#include "adapter-linear/linear.h"

enum linear_phase { PHASE_IDLE, PHASE_BOTH, PHASE_ISSUES, PHASE_COMMENTS };

struct cursor {
  enum linear_phase phase;
  bool full;
  int64_t since_ms;   /* of this pull; 0 = everything */
  int64_t started_ms; /* when it began, on Linear's clock; 0 = not said */
  int64_t newest_ms;  /* the newest change ever seen */
  struct str before;  /* Linear's own cursor within the phase; absent = the oldest page */
  int64_t restarts;   /* of the phase, because Linear did not take its own cursor */
};

/* Absent, broken, of another version or of another team: a cursor that starts from nothing. */
struct cursor cursor_read(const struct connection *c, struct arena *arena, struct str text);
struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor);

void cursor_start(struct cursor *cursor, bool full);

/* The next pull reads again what changed shortly before the newest that was seen, and never skips what changed while
 * this one was under way. */
void cursor_end(struct cursor *cursor);

#endif
