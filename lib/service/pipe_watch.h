/* A dialler's connection that may be dead without anybody having said so: the other host vanished, or nng 1.5.2 missed
 * the end (a TLS connection that is cut right after its handshake leaves a pipe that never ends and is never dialled
 * again). Whoever expects something to be heard closes it after a silence, and the dialler makes a new one. Private to
 * lib/service. */
#ifndef SERVICE_PIPE_WATCH_H
#define SERVICE_PIPE_WATCH_H

#include <nng/nng.h>
#include <stdatomic.h>
#include <stdint.h>

enum { PIPE_SILENCE_MS = 10000 };

struct pipe_watch {
  atomic_int pipe; /* its id, 0 while there is none */
  atomic_llong heard_ms;
};

/* Follows the pipes of a socket with one dialler. Before it dials; `watch` lives as long as the socket. */
void pipe_watch_start(struct pipe_watch *watch, nng_socket socket);

/* Something came in. */
void pipe_watch_heard(struct pipe_watch *watch);

/* Called when what was expected did not come: closes the pipe if nothing has been heard for PIPE_SILENCE_MS at `now_ms`
 * (clock_mono_ms()). What waits for an answer is sent again by nng. */
void pipe_watch_check(struct pipe_watch *watch, int64_t now_ms);

#endif
