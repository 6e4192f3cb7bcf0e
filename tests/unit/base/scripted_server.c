/* The scripted server: one thread accepts, one serves each connection. */
#include "scripted_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
  struct server *server;
  pthread_t thread;
  int peer;
};
enum { CONNECTIONS_MAX = 8 };

static void read_request(struct server *server, int peer, bool *gone) {
  size_t length = 0, wanted = 0;
  while (length < sizeof server->last - 1) {
    ssize_t got = recv(peer, server->last + length, sizeof server->last - 1 - length, 0);
    *gone = got <= 0;
    if (*gone)
      return;
    length += (size_t)got;
    server->last[length] = '\0';
    const char *end = strstr(server->last, "\r\n\r\n"), *size = strcasestr(server->last, "content-length:");
    wanted = end ? (size_t)(end - server->last) + 4 + (size && size < end ? strtoul(size + 15, NULL, 10) : 0) : 0;
    if (wanted && length >= wanted)
      return;
  }
}

static void end_connection(int peer, enum step_end end) {
  char byte;
  struct linger now = {1, 0};
  if (end == RESET)
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (end == HANG)
    recv(peer, &byte, 1, 0);
  close(peer);
}

/* A send that a signal interrupts, and be it SIGCONT, has sent a part. */
static void send_all(int peer, const char *bytes, size_t count) {
  while (count) {
    ssize_t sent = send(peer, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR)
      return;
    bytes += sent > 0 ? sent : 0;
    count -= sent > 0 ? (size_t)sent : 0;
  }
}

static void *serve(void *context) {
  struct connection *connection = context;
  struct server *server = connection->server;
  for (;;) {
    bool gone = false;
    const struct step *step = &server->steps[atomic_load(&server->requests)];
    if (step->end != BLURT)
      read_request(server, connection->peer, &gone);
    if (gone)
      break;
    step = &server->steps[atomic_fetch_add(&server->requests, 1)];
    if (step->answer)
      send_all(connection->peer, step->answer, server->answer_bytes ? server->answer_bytes : strlen(step->answer));
    if (step->end != KEEP)
      return end_connection(connection->peer, step->end), NULL;
  }
  close(connection->peer);
  return NULL;
}

static void *run_server(void *context) {
  struct server *server = context;
  struct connection connections[CONNECTIONS_MAX];
  int count = 0;
  for (int peer; count < CONNECTIONS_MAX && (peer = accept(server->listener, NULL, NULL)) >= 0; count++) {
    connections[count] = (struct connection){.server = server, .peer = peer};
    atomic_fetch_add(&server->connections, 1);
    pthread_create(&connections[count].thread, NULL, serve, &connections[count]);
  }
  for (int i = 0; i < count; i++)
    pthread_join(connections[i].thread, NULL);
  return NULL;
}

struct server *server_start(const struct step *steps) {
  struct server *server = calloc(1, sizeof *server);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  server->steps = steps;
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server->listener, (struct sockaddr *)&address, sizeof address))
    abort();
  if (listen(server->listener, 16))
    abort();
  getsockname(server->listener, (struct sockaddr *)&address, &size);
  server->port = ntohs(address.sin_port);
  if (pthread_create(&server->thread, NULL, run_server, server))
    abort();
  return server;
}

void server_stop(struct server *server) {
  shutdown(server->listener, SHUT_RDWR);
  pthread_join(server->thread, NULL);
  close(server->listener);
  free(server);
}
