/* Events and bells on their way out: collected while a verb runs, written to the event log in its transaction,
 * published after its commit. Only the writer appends events, so the sequence is dense and in commit order. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "proto/events.h"
#include "store/db.h"

enum { RINGS_MAX = 8 };

struct ring {
  enum bell bell;
  struct str system; /* BELL_WORK: whose */
};

struct outbox {
  struct arena *arena;
  struct str traceparent;      /* of the request that these events come from; absent = none */
  struct stored_event *events; /* logged ones, sequence not yet given */
  size_t count, capacity;
  struct ring rings[RINGS_MAX];
  size_t ring_count;
  int64_t head; /* the newest committed sequence */
};

/* Appends one event about `subject` ("T-12", "project/rocket"). Events of one partition key keep their order for every
 * consumer. `data` is the event's record. */
void outbox_add(struct outbox *outbox, enum event_id id, struct str subject, struct str partitionkey, const void *data);

/* Wakes whoever waits, after the commit; the same bell rings once. `system` may be absent. */
void outbox_ring(struct outbox *outbox, enum bell bell, struct str system);

/* Numbers the events from head + 1 and writes them to the log, inside the verb's transaction. */
struct result outbox_write(struct outbox *outbox, struct db *db) MUST_USE;

/* After the commit: what was written is the head now. */
void outbox_committed(struct outbox *outbox);

/* Forgets everything collected; the head stays. */
void outbox_clear(struct outbox *outbox);

#endif
