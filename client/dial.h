/* A TCP connection whose every wait has a deadline and can be cancelled. Private to wire. */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include <poll.h>
#include <sys/types.h>

#include "base/result.h"
#include "base/str.h"

enum { HOST_BYTES = 256 };

struct address {
  bool tls;
  char host[HOST_BYTES], port[8]; /* the host without the brackets of IPv6 */
};

/* "tls+tcp://HOST:PORT", or "tcp://" where `insecure`. REJECTED says what is wrong with it. */
struct result address_parse(struct str url, bool insecure, struct address *out) MUST_USE;

struct stream {
  int fd; /* -1 = not connected */
  int cancel_fd;
};

/* Tries all addresses of the host, in their order. RETRY: nobody there, not in time, or cancelled. Looking the name up
 * cannot be cancelled. */
struct result stream_dial(struct stream *stream, const struct address *address, int64_t deadline_ms) MUST_USE;

/* Until it can be read (POLLIN) or written (POLLOUT). RETRY: not in time, or cancelled. */
struct result stream_wait(struct stream *stream, short events, int64_t deadline_ms) MUST_USE;

/* As recv() and send() without SIGPIPE; -1: wait first; 0: the connection is gone. */
ssize_t stream_receive(struct stream *stream, void *at, size_t room);
ssize_t stream_send(struct stream *stream, const void *at, size_t length);

#endif
