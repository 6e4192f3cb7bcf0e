/* Requests that are under way, each in a slot of its own: received, checked, queued for a thread, answered. What may
 * not be asked is refused here, so that no thread of the database sees it; who waits for a bell waits here. */
#ifndef STORE_SLOTS_H
#define STORE_SLOTS_H

#include <nng/nng.h>

#include "base/result.h"
#include "proto/verbs.h"
#include "store/bells.h"
#include "store/security/peers.h"

enum { SLOT_COUNT = 256 };

struct slots;

/* One request at a time. Between slot_queue_take() and slot_answer() it belongs to the thread that took it. */
struct slot {
  struct slots *slots;
  nng_ctx context;
  nng_aio *aio;
  enum { SLOT_RECEIVING, SLOT_WORKING, SLOT_ANSWERING } state;
  struct arena arena; /* the request's, until it is answered */
  nng_msg *message;
  struct verb_request request;
  struct peer peer; /* who asks */
  enum verb_id verb;
  void *body;           /* the verb's request, decoded */
  struct waiter waiter; /* while it waits for a bell */
  struct slot *next;
};

struct slot_queue {
  pthread_mutex_t mutex;
  pthread_cond_t filled;
  struct slot *first, **last;
};

struct slots {
  struct peers *peers;
  struct bells bells;
  struct slot_queue reads, writes; /* by VERB_WRITE, in the order they came */
  struct slot at[SLOT_COUNT];
};

/* Lives as long as the process, as `peers` does. */
void slots_init(struct slots *slots, struct peers *peers);

/* Begins to receive from a reply socket. */
struct result slots_start(struct slots *slots, nng_socket socket) MUST_USE;

/* The oldest request, or NULL after `wait_ms`. */
struct slot *slot_queue_take(struct slot_queue *queue, int64_t wait_ms);

/* Sends an encoded reply, which is copied; from here on the slot is another request's. */
void slot_answer(struct slot *slot, struct str reply);

#endif
