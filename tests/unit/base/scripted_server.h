/* A TCP server on the loopback address that does one scripted step a request, for tests of the HTTP client. */
#ifndef TESTS_UNIT_BASE_SCRIPTED_SERVER_H
#define TESTS_UNIT_BASE_SCRIPTED_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum step_end { KEEP, CLOSE, RESET, HANG, BLURT };

struct step {
  const char *answer; /* NULL = say nothing */
  enum step_end end;  /* BLURT: answer before reading, then close */
};

struct server {
  pthread_t thread;
  int listener, port;
  const struct step *steps; /* one more than there are requests */
  size_t answer_bytes;      /* of an answer with NULs in it; 0 = up to the first */
  atomic_int requests, connections;
  char last[8192]; /* the last request; read it only when the call has ended */
};

struct server *server_start(const struct step *steps);

/* Waits for its connections to end: close the client first. */
void server_stop(struct server *server);

#endif
