/* Addresses, connecting, waiting. */
#include "client/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { ADDRESS_MS = 2000 }; /* for one SYN to be lost and sent again */

static struct result not_an_address(struct str url) {
  return result_error(RESULT_REJECTED, "\"%.*s\" is not an address such as tls+tcp://tandem.example.com:7701",
                      STR_FMT(url));
}

struct result address_parse(struct str url, bool insecure, struct address *out) {
  struct address address = {.tls = str_starts_with(url, "tls+tcp://")};
  if (!address.tls && !str_starts_with(url, "tcp://"))
    return not_an_address(url);
  if (!address.tls && !insecure)
    return result_error(RESULT_REJECTED,
                        "%.*s is not encrypted: use tls+tcp://, or set allow_insecure_bus where the network is trusted",
                        STR_FMT(url));
  struct str rest = str_slice(url, (size_t)str_find(url, "://") + 3, url.length);
  const char *colon = rest.length ? memrchr(rest.at, ':', rest.length) : NULL;
  if (!colon)
    return not_an_address(url);
  struct str host = str_slice(rest, 0, (size_t)(colon - rest.at));
  struct str port = str_slice(rest, host.length + 1, rest.length);
  if (str_starts_with(host, "[") && str_ends_with(host, "]"))
    host = str_slice(host, 1, host.length - 1);
  int64_t number;
  if (host.length == 0 || host.length >= sizeof address.host || port.length >= sizeof address.port ||
      !str_to_i64(port, &number) || number < 1 || number > 65535)
    return not_an_address(url);
  memcpy(address.host, host.at, host.length);
  memcpy(address.port, port.at, port.length);
  *out = address;
  return RESULT_DONE;
}

struct result stream_wait(struct stream *stream, short events, int64_t deadline_ms) {
  struct pollfd polled[] = {{.fd = stream->fd, .events = events}, {.fd = stream->cancel_fd, .events = POLLIN}};
  for (;;) {
    int64_t left_ms = deadline_ms - clock_mono_ms();
    int ready = poll(polled, 2, left_ms <= 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms);
    if (ready < 0 && errno != EINTR)
      return result_error(RESULT_BUG, "poll: %s", strerror(errno));
    if (ready > 0 && polled[1].revents)
      return result_error(RESULT_RETRY, "closed");
    if (ready > 0)
      return RESULT_DONE;
    if (left_ms <= 0)
      return result_error(RESULT_RETRY, "no answer in time");
  }
}

ssize_t stream_receive(struct stream *stream, void *at, size_t room) {
  ssize_t count = recv(stream->fd, at, room, 0);
  return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
}

ssize_t stream_send(struct stream *stream, const void *at, size_t length) {
  ssize_t count = send(stream->fd, at, length, MSG_NOSIGNAL);
  return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
}

static void tune(int fd) {
  int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
}

static struct result connect_to(struct stream *stream, const struct addrinfo *info, int64_t deadline_ms) {
  int error = 0;
  socklen_t length = sizeof error;
  stream->fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
  if (stream->fd < 0)
    return result_error(RESULT_RETRY, "socket: %s", strerror(errno));
  tune(stream->fd);
  if (connect(stream->fd, info->ai_addr, info->ai_addrlen) == 0)
    return RESULT_DONE;
  if (errno != EINPROGRESS)
    return result_error(RESULT_RETRY, "%s", strerror(errno));
  TRY(stream_wait(stream, POLLOUT, deadline_ms));
  getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error ? result_error(RESULT_RETRY, "%s; does the store run there?", strerror(error)) : RESULT_DONE;
}

/* An address that swallows everything leaves time for the others: of two families one often leads nowhere. */
static int64_t share_of(const struct addrinfo *info, int64_t deadline_ms) {
  int64_t now_ms = clock_mono_ms(), half_ms = (deadline_ms - now_ms) / 2;
  return info->ai_next ? now_ms + (half_ms < ADDRESS_MS ? half_ms : ADDRESS_MS) : deadline_ms;
}

struct result stream_dial(struct stream *stream, const struct address *address, int64_t deadline_ms) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
  int status = getaddrinfo(address->host, address->port, &hints, &found);
  if (status)
    return result_error(RESULT_RETRY, "%s: %s", address->host, gai_strerror(status));
  struct result result = result_error(RESULT_RETRY, "%s has no address", address->host);
  for (const struct addrinfo *info = found; info && !result_ok(&result); info = info->ai_next) {
    result = connect_to(stream, info, share_of(info, deadline_ms));
    if (!result_ok(&result) && stream->fd >= 0) {
      close(stream->fd);
      stream->fd = -1;
    }
  }
  freeaddrinfo(found);
  return result;
}
