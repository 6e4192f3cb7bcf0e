/* The thread of a subscription: reads the log from the position, then hears the bus; what the bus drops, and what it
 * may not hear, is read from the log. */
#ifndef CLIENT_READER_H
#define CLIENT_READER_H

#include "client/queue.h"
#include "client/tandem.h"

struct filter {
  LIST_OF(struct str) types; /* whole types; none = all */
  struct str project, system;
};

struct reader_options {
  const struct tandem *tandem;
  struct filter filter; /* borrowed */
  struct queue *queue;
  struct caller *caller;
  int64_t poll_ms, position;
  struct mark mark; /* the newest event up to the position that is known */
};

struct reader;

/* Starts the thread, which ends after queue_close(). BUG: there are no more threads. */
struct result reader_start(const struct reader_options *options, struct reader **out) MUST_USE;

/* Waits for its end. */
void reader_join(struct reader *reader);

/* The end of the log, as events.read tells it. */
struct result reader_head(struct caller *caller, int64_t timeout_ms, struct mark *out) MUST_USE;

/* STALE when the position is beyond the log's end. */
struct result reader_check(int64_t position, int64_t head) MUST_USE;

/* STALE when the log has another event than this one in its place. */
struct result reader_check_mark(struct caller *caller, const struct mark *mark, int64_t timeout_ms) MUST_USE;

#endif
