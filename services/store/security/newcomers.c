/* Our descriptors, those of them that are connections to our ports, and of these those that are no peer's. nng tells of
 * a connection when its handshake is over, so they are looked for where the kernel has them. */
#include "store/security/newcomers.h"

#include <dirent.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"

enum { PORT_COUNT = 2 };

struct newcomer {
  struct peer_address address;
  int64_t since_ms;
  bool is_peer;
  bool seen; /* in this sweep */
};

struct newcomers {
  struct peers *peers;
  int64_t ports[PORT_COUNT];
  DIR *files;          /* opened at once: when there are no more descriptors it is needed most */
  struct newcomer *at; /* by descriptor */
  size_t room;
};

static int64_t port_of(struct str url) {
  const char *colon = url.length ? memrchr(url.at, ':', url.length) : NULL;
  int64_t port = 0;
  if (colon && !str_to_i64(str_slice(url, (size_t)(colon + 1 - url.at), url.length), &port))
    port = 0;
  return port;
}

struct newcomers *newcomers_new(struct peers *peers, struct str verbs_url, struct str events_url) {
  struct newcomers *newcomers = heap_new(sizeof *newcomers);
  newcomers->peers = peers;
  newcomers->ports[0] = port_of(verbs_url);
  newcomers->ports[1] = port_of(events_url);
  newcomers->files = opendir("/proc/self/fd");
  return newcomers;
}

union socket_address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_storage room;
};

static struct peer_address address_of(const union socket_address *address) {
  if (address->any.sa_family == AF_INET6)
    return peer_address_of(&address->v6.sin6_addr, sizeof address->v6.sin6_addr, address->v6.sin6_port);
  return peer_address_of(&address->v4.sin_addr, sizeof address->v4.sin_addr, address->v4.sin_port);
}

static bool is_ip(const union socket_address *address) {
  return address->any.sa_family == AF_INET || address->any.sa_family == AF_INET6;
}

/* False as well for what listens, and for what is no socket. */
static bool is_connection(const struct newcomers *newcomers, int file, struct peer_address *out) {
  union socket_address own = {0}, other = {0};
  socklen_t own_bytes = sizeof own, other_bytes = sizeof other;
  if (getsockname(file, &own.any, &own_bytes) != 0 || !is_ip(&own))
    return false;
  int64_t port = ntohs(address_of(&own).port);
  if (port == 0 || (port != newcomers->ports[0] && port != newcomers->ports[1]))
    return false;
  if (getpeername(file, &other.any, &other_bytes) != 0 || !is_ip(&other))
    return false;
  *out = address_of(&other);
  return true;
}

static struct newcomer *place_of(struct newcomers *newcomers, int file) {
  while ((size_t)file >= newcomers->room) {
    size_t room = newcomers->room ? newcomers->room * 2 : 256;
    newcomers->at = heap_grown(newcomers->at, room * sizeof *newcomers->at);
    memset(newcomers->at + newcomers->room, 0, (room - newcomers->room) * sizeof *newcomers->at);
    newcomers->room = room;
  }
  return &newcomers->at[file];
}

/* Whether it is one that nobody knows. A peer is asked about once: its descriptor and address stay together. */
static bool note(struct newcomers *newcomers, int file, int64_t now_ms) {
  struct peer_address address;
  if (!is_connection(newcomers, file, &address))
    return false;
  struct newcomer *newcomer = place_of(newcomers, file);
  if (newcomer->since_ms == 0 || memcmp(&newcomer->address, &address, sizeof address) != 0)
    *newcomer = (struct newcomer){.address = address, .since_ms = now_ms};
  newcomer->seen = true;
  newcomer->is_peer = newcomer->is_peer || peers_have(newcomers->peers, &address);
  return !newcomer->is_peer;
}

static size_t look(struct newcomers *newcomers, int64_t now_ms) {
  size_t count = 0;
  rewinddir(newcomers->files);
  for (const struct dirent *entry; (entry = readdir(newcomers->files));) {
    int64_t file;
    if (str_to_i64(str_of(entry->d_name), &file))
      count += note(newcomers, (int)file, now_ms);
  }
  return count;
}

size_t newcomers_sweep(struct newcomers *newcomers, int64_t now_ms) {
  size_t given_up = 0, count = newcomers->files ? look(newcomers, now_ms) : 0;
  int64_t patience_ms = count > NEWCOMERS_MANY ? NEWCOMER_PATIENCE_MANY_MS : NEWCOMER_PATIENCE_MS;
  for (size_t file = 0; file < newcomers->room; file++) {
    struct newcomer *newcomer = &newcomers->at[file];
    if (newcomer->seen && !newcomer->is_peer && now_ms - newcomer->since_ms >= patience_ms) {
      shutdown((int)file, SHUT_RDWR); /* nng reads its end, and closes it */
      given_up++;
    }
    if (!newcomer->seen)
      newcomer->since_ms = 0;
    newcomer->seen = false;
  }
  if (given_up)
    log_event(LOG_WARNING, "handshakes_given_up", LOG_I64("count", (int64_t)given_up),
              LOG_I64("patience_ms", patience_ms));
  return given_up;
}
