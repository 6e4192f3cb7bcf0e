/* What the reader has got and the application has not: events in order, bounded, and what is wrong at the moment. One
 * thread puts, one takes. */
#ifndef CLIENT_QUEUE_H
#define CLIENT_QUEUE_H

#include "client/mark.h"
#include "proto/events.h"
#include "tandem/tandem.h"

/* An event and its texts, in one piece of memory, but for the msgpack that is made when asked for. */
struct item {
  struct tandem_event event; /* the first member, so that an item is found from what the application has */
  char *msgpack;
  size_t msgpack_bytes, bytes;
  struct item *next;
};

struct item *item_new(const struct stored_event *event);
void item_free(struct item *item);

struct queue;

/* `position`: everything up to there is done. NULL when there are no more descriptors. */
struct queue *queue_new(int64_t position);
void queue_free(struct queue *queue);

/* Ends all waiting; nothing is put any more. */
void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);

/* Readable once closed: for waits outside. */
int queue_closed_fd(const struct queue *queue);

/* Puts an event behind the others, waiting for room, and owns it. */
void queue_put(struct queue *queue, struct item *item);

/* Nothing up to there is for the application. */
void queue_pass(struct queue *queue, struct mark mark);

/* What is wrong now; OK = nothing any more. All but RETRY are told to the application, once each. */
void queue_problem(struct queue *queue, struct result problem);

/* The next event, the caller's; NULL, and a failure that is new in `*problem`, or OK and the state in its message when
 * the time is over. `timeout_ms` -1 = for ever. */
struct item *queue_take(struct queue *queue, int timeout_ms, struct result *problem);

/* Readable while queue_take() would not wait. */
int queue_fd(const struct queue *queue);

/* All that is for the application up to there was taken. */
int64_t queue_position(struct queue *queue);

/* The event that was put or passed last. */
struct mark queue_mark(struct queue *queue);

#endif
