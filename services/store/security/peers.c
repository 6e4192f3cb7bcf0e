/* A table of pipes, and the list of revoked certificates. */
#include "store/security/peers.h"

#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/heap.h"
#include "base/log.h"
#include "service/tls_engine.h"

struct entry {
  nng_pipe pipe;
  bool is_bus;
  struct peer peer;
  struct peer_address address;
  struct entry *next;
};

enum { BUCKETS = 256 };

/* What nng gives back with a pipe of one socket. */
struct watch {
  struct peers *peers;
  bool is_bus;
};

struct peers {
  pthread_mutex_t mutex;
  struct entry *buckets[BUCKETS];
  char *revoked_file;
  struct stat revoked; /* the file when it was last read */
  struct watch bus, verbs;
};

static struct entry **find(struct peers *peers, int id) {
  struct entry **at = &peers->buckets[(unsigned)id % BUCKETS];
  while (*at && nng_pipe_id((*at)->pipe) != id)
    at = &(*at)->next;
  return at;
}

struct peer_address peer_address_of(const void *host, size_t host_bytes, uint32_t port) {
  struct peer_address address = {.host_bytes = (uint32_t)host_bytes, .port = port};
  memcpy(address.host, host, host_bytes);
  return address;
}

static struct peer_address address_of(nng_pipe pipe) {
  nng_sockaddr address;
  if (nng_pipe_get_addr(pipe, NNG_OPT_REMADDR, &address) != 0)
    return (struct peer_address){0};
  if (address.s_family == NNG_AF_INET6)
    return peer_address_of(address.s_in6.sa_addr, sizeof address.s_in6.sa_addr, address.s_in6.sa_port);
  if (address.s_family == NNG_AF_INET)
    return peer_address_of(&address.s_in.sa_addr, sizeof address.s_in.sa_addr, address.s_in.sa_port);
  return (struct peer_address){0};
}

static void add(struct peers *peers, nng_pipe pipe, bool is_bus, const struct peer *peer) {
  struct entry *entry = heap_new(sizeof *entry);
  *entry = (struct entry){.pipe = pipe, .is_bus = is_bus, .peer = *peer, .address = address_of(pipe)};
  pthread_mutex_lock(&peers->mutex);
  struct entry **at = find(peers, nng_pipe_id(pipe));
  entry->next = *at;
  *at = entry;
  pthread_mutex_unlock(&peers->mutex);
}

static void forget(struct peers *peers, nng_pipe pipe) {
  pthread_mutex_lock(&peers->mutex);
  struct entry **at = find(peers, nng_pipe_id(pipe)), *entry = *at;
  if (entry)
    *at = entry->next;
  pthread_mutex_unlock(&peers->mutex);
  free(entry);
}

/* nng, before a pipe carries anything and after it has ended. */
static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *context) {
  const struct watch *watch = context;
  if (event == NNG_PIPE_EV_REM_POST) {
    forget(watch->peers, pipe);
    return;
  }
  X509 *certificate;
  struct peer peer = tls_engine_peer(pipe, &certificate) ? peer_of(certificate) : peer_trusted;
  X509_free(certificate);
  bool welcome = watch->is_bus ? peer_may_listen(&peer) : peer.trusted || peer.role != ROLE_COUNT;
  if (welcome) {
    add(watch->peers, pipe, watch->is_bus, &peer);
    return;
  }
  log_event(LOG_WARNING, "peer_refused", LOG_C("name", peer.name), LOG_C("on", watch->is_bus ? "events" : "verbs"),
            LOG_C("reason", peer.role == ROLE_COUNT ? "its certificate names no role"
                                                    : "its certificate does not grant all events"));
  nng_pipe_close(pipe);
}

struct peers *peers_new(struct str revoked_file) {
  struct peers *peers = heap_new(sizeof *peers);
  pthread_mutex_init(&peers->mutex, NULL);
  peers->revoked_file = heap_text_of(revoked_file.at, revoked_file.length);
  peers->bus = (struct watch){peers, true};
  peers->verbs = (struct watch){peers, false};
  return peers;
}

void peers_watch(struct peers *peers, nng_socket socket, bool is_bus) {
  struct watch *watch = is_bus ? &peers->bus : &peers->verbs;
  nng_pipe_notify(socket, NNG_PIPE_EV_ADD_PRE, on_pipe, watch);
  nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, on_pipe, watch);
}

struct peer peers_sender(struct peers *peers, nng_msg *message) {
  struct peer peer = {.role = ROLE_COUNT};
  pthread_mutex_lock(&peers->mutex);
  const struct entry *entry = *find(peers, nng_pipe_id(nng_msg_get_pipe(message)));
  if (entry)
    peer = entry->peer;
  pthread_mutex_unlock(&peers->mutex);
  return peer;
}

bool peers_have(struct peers *peers, const struct peer_address *address) {
  bool found = false;
  pthread_mutex_lock(&peers->mutex);
  for (size_t i = 0; i < BUCKETS && !found; i++)
    for (const struct entry *entry = peers->buckets[i]; entry && !found; entry = entry->next)
      found = memcmp(&entry->address, address, sizeof *address) == 0;
  pthread_mutex_unlock(&peers->mutex);
  return found;
}

/* -- ended and revoked certificates -- */

static X509_CRL *read_revoked(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file)
    return NULL;
  X509_CRL *list = PEM_read_X509_CRL(file, NULL, NULL, NULL);
  fclose(file);
  return list;
}

static bool is_revoked(X509_CRL *list, const struct peer *peer) {
  X509_REVOKED *found = NULL;
  ASN1_INTEGER *serial = ASN1_INTEGER_new();
  bool set = serial && ASN1_STRING_set(serial, peer->serial, (int)peer->serial_bytes);
  bool revoked = set && X509_CRL_get0_by_serial(list, &found, serial) == 1;
  ASN1_INTEGER_free(serial);
  return revoked;
}

/* Who has been closed has no role, and is not looked at again. */
static void close_entry(struct entry *entry, const char *event) {
  log_event(LOG_WARNING, event, LOG_C("name", entry->peer.name));
  entry->peer = (struct peer){.role = ROLE_COUNT};
  nng_pipe_close(entry->pipe);
}

static void close_revoked(struct peers *peers, X509_CRL *list) {
  pthread_mutex_lock(&peers->mutex);
  for (size_t i = 0; i < BUCKETS; i++)
    for (struct entry *entry = peers->buckets[i]; entry; entry = entry->next)
      if (entry->peer.role < ROLE_COUNT && is_revoked(list, &entry->peer))
        close_entry(entry, "peer_revoked");
  pthread_mutex_unlock(&peers->mutex);
}

/* It dials again, with what its file has by then. */
static void close_ended(struct peers *peers, int64_t now_ms) {
  pthread_mutex_lock(&peers->mutex);
  for (size_t i = 0; i < BUCKETS; i++)
    for (struct entry *entry = peers->buckets[i]; entry; entry = entry->next)
      if (entry->peer.role < ROLE_COUNT && entry->peer.ends_ms && entry->peer.ends_ms <= now_ms)
        close_entry(entry, "peer_certificate_ended");
  pthread_mutex_unlock(&peers->mutex);
}

void peers_recheck(struct peers *peers, int64_t now_ms) {
  struct stat now;
  close_ended(peers, now_ms);
  if (stat(peers->revoked_file, &now) != 0 ||
      (now.st_ino == peers->revoked.st_ino && now.st_mtim.tv_sec == peers->revoked.st_mtim.tv_sec &&
       now.st_mtim.tv_nsec == peers->revoked.st_mtim.tv_nsec))
    return;
  X509_CRL *list = read_revoked(peers->revoked_file);
  if (!list) {
    log_event(LOG_WARNING, "revoked_list_unreadable", LOG_C("file", peers->revoked_file));
    return; /* handshakes fail until it is mended */
  }
  peers->revoked = now;
  close_revoked(peers, list);
  X509_CRL_free(list);
}
