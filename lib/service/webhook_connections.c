/* A table of sockets by age. */
#include "service/webhook_connections.h"

#include <sys/socket.h>

/* A free place, or that of the oldest without a whole request. */
static struct webhook_connection *choose(struct webhook_connections *all) {
  struct webhook_connection *chosen = NULL;
  for (size_t i = 0; i < WEBHOOK_CONNECTIONS_MAX; i++) {
    struct webhook_connection *one = &all->at[i];
    if (!one->taken)
      return one;
    if (!one->answering && (!chosen || one->order < chosen->order))
      chosen = one;
  }
  return chosen;
}

struct webhook_connection *webhook_connections_begin(struct webhook_connections *all, int fd) {
  pthread_mutex_lock(&all->mutex);
  struct webhook_connection *place = choose(all);
  if (place && place->taken)
    shutdown(place->fd, SHUT_RDWR);
  if (place)
    *place = (struct webhook_connection){.fd = fd, .taken = true, .order = ++all->begun};
  pthread_mutex_unlock(&all->mutex);
  return place;
}

static bool is_of(const struct webhook_connection *one, int fd) {
  return one && one->taken && one->fd == fd;
}

void webhook_connections_end(struct webhook_connections *all, struct webhook_connection *one, int fd) {
  pthread_mutex_lock(&all->mutex);
  if (is_of(one, fd))
    one->taken = false;
  pthread_mutex_unlock(&all->mutex);
}

void webhook_connections_answer(struct webhook_connections *all, struct webhook_connection *one, int fd,
                                bool answering) {
  pthread_mutex_lock(&all->mutex);
  if (is_of(one, fd))
    one->answering = answering;
  pthread_mutex_unlock(&all->mutex);
}
