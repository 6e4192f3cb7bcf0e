/* Who is connected to the webhook receiver. Anybody may connect and then say nothing: where there are too many, the one
 * that has been there longest without a whole request makes room. Private to lib/service. */
#ifndef SERVICE_WEBHOOK_CONNECTIONS_H
#define SERVICE_WEBHOOK_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBHOOK_CONNECTIONS_MAX = 128 };

struct webhook_connection {
  int fd;
  bool taken, answering;
  uint64_t order; /* of their beginning */
};

struct webhook_connections {
  pthread_mutex_t mutex;
  uint64_t begun;
  struct webhook_connection at[WEBHOOK_CONNECTIONS_MAX];
};

#define WEBHOOK_CONNECTIONS_START \
  { .mutex = PTHREAD_MUTEX_INITIALIZER }

/* A connection has begun. When all places are taken, the oldest that is not answered just now is shut down and loses
 * its place. NULL: each is being answered; then this one has no place, and is never shut down. */
struct webhook_connection *webhook_connections_begin(struct webhook_connections *all, int fd);

/* It has ended, and its socket is closed only after this. `one` may be NULL, or have lost its place to another. */
void webhook_connections_end(struct webhook_connections *all, struct webhook_connection *one, int fd);

/* From a whole request until it is answered nobody takes its place. */
void webhook_connections_answer(struct webhook_connections *all, struct webhook_connection *one, int fd,
                                bool answering);

#endif
