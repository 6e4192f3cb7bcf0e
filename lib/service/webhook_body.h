/* The bodies of requests to the webhook receiver while they come in. Whoever sends them has shown no signature yet, so
 * one may be so large and no larger, and all together have one room. */
#ifndef SERVICE_WEBHOOK_BODY_H
#define SERVICE_WEBHOOK_BODY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { WEBHOOK_BYTES_MAX = 25 * 1024 * 1024, WEBHOOK_ROOM_BYTES = 4 * WEBHOOK_BYTES_MAX };

/* Of all bodies that a receiver holds; shared by its threads. */
struct webhook_room {
  pthread_mutex_t mutex;
  size_t used_bytes;
};

/* Zeros at first. */
struct webhook_body {
  char *bytes;
  size_t length, capacity;
  bool too_large; /* more than WEBHOOK_BYTES_MAX: nothing of it is kept */
  bool no_room;   /* too much of others is held at the moment: nothing of it is kept */
};

void webhook_body_take(struct webhook_room *room, struct webhook_body *body, const char *bytes, size_t length);

/* Frees the bytes and gives the room back. */
void webhook_body_drop(struct webhook_room *room, struct webhook_body *body);

#endif
