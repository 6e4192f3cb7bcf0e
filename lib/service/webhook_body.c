/* A buffer that doubles, within a budget. */
#include "service/webhook_body.h"

#include <stdlib.h>

#include "base/heap.h"

enum { FIRST_BYTES = 16 * 1024 };

struct webhook_body {
  struct webhook_bodies *all;
  char *at;
  size_t length, capacity;
  long long share; /* of `all` */
  enum webhook_body_state state;
};

struct webhook_body *webhook_body_new(struct webhook_bodies *all) {
  struct webhook_body *body = heap_new(sizeof *body);
  body->all = all;
  return body;
}

static void give_up(struct webhook_body *body, enum webhook_body_state state) {
  atomic_fetch_sub(&body->all->bytes, body->share);
  free(body->at);
  *body = (struct webhook_body){.all = body->all, .state = state};
}

void webhook_body_free(struct webhook_body *body) {
  if (!body)
    return;
  give_up(body, body->state);
  free(body);
}

/* False when all together have too much. */
static bool get_share(struct webhook_body *body, size_t capacity) {
  long long share = capacity > WEBHOOK_BODY_SMALL_BYTES ? (long long)capacity : 0, more = share - body->share;
  if (more && atomic_fetch_add(&body->all->bytes, more) + more > WEBHOOK_BODIES_BYTES_MAX) {
    atomic_fetch_sub(&body->all->bytes, more);
    return false;
  }
  body->share = share;
  return true;
}

static bool grow(struct webhook_body *body, size_t needed) {
  size_t capacity = body->capacity ? body->capacity : FIRST_BYTES;
  while (capacity < needed)
    capacity *= 2;
  if (capacity > WEBHOOK_BYTES_MAX)
    capacity = WEBHOOK_BYTES_MAX;
  if (!get_share(body, capacity))
    return false;
  body->at = heap_grown(body->at, capacity);
  body->capacity = capacity;
  return true;
}

void webhook_body_take(struct webhook_body *body, struct str bytes) {
  if (body->state != WEBHOOK_BODY_WHOLE || bytes.length == 0)
    return;
  if (bytes.length > WEBHOOK_BYTES_MAX - body->length) {
    give_up(body, WEBHOOK_BODY_TOO_LARGE);
    return;
  }
  if (body->length + bytes.length > body->capacity && !grow(body, body->length + bytes.length)) {
    give_up(body, WEBHOOK_BODY_NO_ROOM);
    return;
  }
  memcpy(body->at + body->length, bytes.at, bytes.length);
  body->length += bytes.length;
}

enum webhook_body_state webhook_body_state(const struct webhook_body *body) {
  return body->state;
}

struct str webhook_body_text(const struct webhook_body *body) {
  return body->at ? (struct str){body->at, body->length} : STR("");
}
