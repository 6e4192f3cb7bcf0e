/* Buffers of request bodies, in one room. */
#include "service/webhook_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

enum { FIRST_BYTES = 16 * 1024 };

static bool take_room(struct webhook_room *room, size_t bytes) {
  pthread_mutex_lock(&room->mutex);
  bool fits = bytes <= WEBHOOK_ROOM_BYTES - room->used_bytes;
  room->used_bytes += fits ? bytes : 0;
  pthread_mutex_unlock(&room->mutex);
  return fits;
}

void webhook_body_drop(struct webhook_room *room, struct webhook_body *body) {
  pthread_mutex_lock(&room->mutex);
  room->used_bytes -= body->capacity;
  pthread_mutex_unlock(&room->mutex);
  free(body->bytes);
  body->bytes = NULL;
  body->length = body->capacity = 0;
}

static bool grow(struct webhook_room *room, struct webhook_body *body, size_t wanted) {
  size_t capacity = body->capacity ? body->capacity : FIRST_BYTES;
  while (capacity < wanted)
    capacity *= 2;
  if (capacity > WEBHOOK_BYTES_MAX)
    capacity = WEBHOOK_BYTES_MAX;
  if (capacity == body->capacity)
    return true;
  if (!take_room(room, capacity - body->capacity))
    return false;
  body->bytes = heap_grown(body->bytes, capacity);
  body->capacity = capacity;
  return true;
}

void webhook_body_take(struct webhook_room *room, struct webhook_body *body, const char *bytes, size_t length) {
  if (body->too_large || body->no_room || length == 0)
    return;
  body->too_large = length > WEBHOOK_BYTES_MAX - body->length;
  body->no_room = !body->too_large && !grow(room, body, body->length + length);
  if (body->too_large || body->no_room) {
    webhook_body_drop(room, body);
    return;
  }
  memcpy(body->bytes + body->length, bytes, length);
  body->length += length;
}
