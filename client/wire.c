/* Framing over a stream of bytes, with and without TLS. */
#include "client/wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/heap.h"
#include "client/dial.h"
#include "client/wire_tls.h"
#include "proto/verbs.h"

enum { GREETING_BYTES = 8, LENGTH_BYTES = 8, PROTOCOL_PUB = 0x20, PROTOCOL_REP = 0x31 };

struct wire {
  struct stream stream;
  SSL *ssl; /* NULL without TLS */
};

static struct result cut_off(void) {
  return result_error(RESULT_RETRY, "the store closed the connection");
}

/* What to do after OpenSSL returned `returned`: wait and go on (OK), or give up. */
static struct result after_ssl(struct wire *wire, int returned, int64_t deadline_ms) {
  int error = SSL_get_error(wire->ssl, returned);
  if (error == SSL_ERROR_WANT_READ)
    return stream_wait(&wire->stream, POLLIN, deadline_ms);
  if (error == SSL_ERROR_WANT_WRITE)
    return stream_wait(&wire->stream, POLLOUT, deadline_ms);
  return wire_tls_failure(wire->ssl, error);
}

static struct result shake_hands(struct wire *wire, int64_t deadline_ms) {
  for (;;) {
    ERR_clear_error();
    int returned = SSL_do_handshake(wire->ssl);
    if (returned == 1)
      return RESULT_DONE;
    TRY(after_ssl(wire, returned, deadline_ms));
  }
}

/* Some bytes into `at`, at least one. */
static struct result receive_some(struct wire *wire, char *at, size_t room, int64_t deadline_ms, size_t *out) {
  for (;;) {
    if (!wire->ssl) {
      ssize_t count = stream_receive(&wire->stream, at, room);
      if (count > 0)
        return *out = (size_t)count, RESULT_DONE;
      if (count == 0)
        return cut_off();
      TRY(stream_wait(&wire->stream, POLLIN, deadline_ms));
      continue;
    }
    ERR_clear_error();
    int returned = SSL_read_ex(wire->ssl, at, room, out);
    if (returned == 1)
      return RESULT_DONE;
    TRY(after_ssl(wire, returned, deadline_ms));
  }
}

static struct result receive_all(struct wire *wire, char *at, size_t length, int64_t deadline_ms) {
  for (size_t done = 0, some = 0; done < length; done += some)
    TRY(receive_some(wire, at + done, length - done, deadline_ms, &some));
  return RESULT_DONE;
}

static struct result send_some(struct wire *wire, const char *at, size_t length, int64_t deadline_ms, size_t *out) {
  for (;;) {
    if (!wire->ssl) {
      ssize_t count = stream_send(&wire->stream, at, length);
      if (count > 0)
        return *out = (size_t)count, RESULT_DONE;
      if (count == 0)
        return cut_off();
      TRY(stream_wait(&wire->stream, POLLOUT, deadline_ms));
      continue;
    }
    ERR_clear_error();
    int returned = SSL_write_ex(wire->ssl, at, length, out);
    if (returned == 1)
      return RESULT_DONE;
    TRY(after_ssl(wire, returned, deadline_ms));
  }
}

static struct result send_all(struct wire *wire, const char *at, size_t length, int64_t deadline_ms) {
  for (size_t done = 0, some = 0; done < length; done += some)
    TRY(send_some(wire, at + done, length - done, deadline_ms, &some));
  return RESULT_DONE;
}

/* Both sides say at once who they are. */
static struct result greet(struct wire *wire, enum wire_protocol protocol, int64_t deadline_ms) {
  const char ours[GREETING_BYTES] = {0, 'S', 'P', 0, 0, (char)protocol, 0, 0};
  const char expected[GREETING_BYTES] = {0, 'S', 'P', 0, 0, protocol == WIRE_SUB ? PROTOCOL_PUB : PROTOCOL_REP, 0, 0};
  char theirs[GREETING_BYTES];
  TRY(send_all(wire, ours, sizeof ours, deadline_ms));
  TRY(receive_all(wire, theirs, sizeof theirs, deadline_ms));
  if (memcmp(theirs, expected, sizeof theirs) != 0)
    return result_error(RESULT_REJECTED, "what answers there is not tandem's %s: is the URL right?",
                        protocol == WIRE_SUB ? "bus" : "store");
  return RESULT_DONE;
}

static struct result set_up(struct wire *wire, const struct wire_options *options, const struct address *address,
                            enum wire_protocol protocol, int64_t deadline_ms) {
  TRY(stream_dial(&wire->stream, address, deadline_ms));
  if (address->tls) {
    TRY(wire_tls_new(options, address->host, &wire->stream, &wire->ssl));
    TRY(shake_hands(wire, deadline_ms));
  }
  return greet(wire, protocol, deadline_ms);
}

struct result wire_check_url(struct str url, bool insecure) {
  struct address address;
  return address_parse(url, insecure, &address);
}

struct result wire_open(const struct wire_options *options, struct str url, enum wire_protocol protocol,
                        int64_t deadline_ms, struct wire **out) {
  struct address address;
  TRY(address_parse(url, options->insecure, &address));
  struct wire *wire = heap_new(sizeof *wire);
  wire->stream = (struct stream){.fd = -1, .cancel_fd = options->cancel_fd};
  struct result result = set_up(wire, options, &address, protocol, deadline_ms);
  if (!result_ok(&result)) {
    wire_close(wire);
    return result_context(result, "%.*s", STR_FMT(url));
  }
  *out = wire;
  return RESULT_DONE;
}

struct result wire_send(struct wire *wire, struct str frame, int64_t deadline_ms) {
  char length[LENGTH_BYTES];
  for (int i = 0; i < LENGTH_BYTES; i++)
    length[i] = (char)((uint64_t)frame.length >> (8 * (LENGTH_BYTES - 1 - i)));
  TRY(send_all(wire, length, sizeof length, deadline_ms));
  return send_all(wire, frame.at, frame.length, deadline_ms);
}

struct result wire_receive(struct wire *wire, struct arena *arena, int64_t deadline_ms, struct str *out) {
  unsigned char header[LENGTH_BYTES];
  uint64_t length = 0;
  TRY(receive_all(wire, (char *)header, sizeof header, deadline_ms));
  for (int i = 0; i < LENGTH_BYTES; i++)
    length = length << 8 | header[i];
  if (length > WIRE_MESSAGE_BYTES_MAX)
    return result_error(RESULT_RETRY, "a message of %llu bytes came, which is none of tandem's",
                        (unsigned long long)length);
  char *at = arena_alloc(arena, length + 1);
  TRY(receive_all(wire, at, length, deadline_ms));
  *out = (struct str){at, length};
  return RESULT_DONE;
}

void wire_close(struct wire *wire) {
  if (!wire)
    return;
  if (wire->ssl && SSL_is_init_finished(wire->ssl))
    SSL_shutdown(wire->ssl);
  SSL_free(wire->ssl);
  ERR_clear_error();
  if (wire->stream.fd >= 0)
    close(wire->stream.fd);
  free(wire);
}
