/* stream_dial() without a network. */
#include "peer.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/dial.h"

struct result __wrap_stream_dial(struct stream *stream, const struct address *address, int64_t deadline_ms);

static int dialled = -1;

int peer_new(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    abort();
  if (dialled >= 0)
    close(dialled);
  dialled = ends[0];
  return ends[1];
}

struct result __wrap_stream_dial(struct stream *stream, const struct address *address, int64_t deadline_ms) {
  (void)address;
  (void)deadline_ms;
  if (dialled < 0)
    return result_error(RESULT_RETRY, "nobody there");
  stream->fd = dialled;
  dialled = -1;
  return RESULT_DONE;
}
