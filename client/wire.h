/* One connection to the store: TCP, TLS, and the scalability protocols' framing (docs/bus.md). It needs no nng: that
 * library's sockets cannot be closed safely in somebody else's process (ADR 19). Not for several threads at once. */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include "base/result.h"
#include "base/str.h"

enum wire_protocol { WIRE_SUB = 0x21, WIRE_REQ = 0x30 };

struct wire_options {
  struct str ca_file, certificate_file, revoked_file; /* as tls_context_open(); end in NUL */
  bool insecure;                                      /* tcp:// may be used */
  int cancel_fd; /* readable: every wait ends with RETRY; -1 = none. It stays the caller's */
};

struct wire;

/* Connects, shakes hands, greets, all before `deadline_ms` (of clock_mono_ms()). RETRY: nobody there, or not in time;
 * AUTH: a certificate is refused; REJECTED: the URL or a file cannot be used. */
struct result wire_open(const struct wire_options *options, struct str url, enum wire_protocol protocol,
                        int64_t deadline_ms, struct wire **out) MUST_USE;

/* After a failure of either the connection is of no more use. RETRY: cut off, cancelled or not in time; AUTH: our
 * certificate is refused, which with TLS 1.3 shows here. */
struct result wire_send(struct wire *wire, struct str frame, int64_t deadline_ms) MUST_USE;

/* One frame into the arena. */
struct result wire_receive(struct wire *wire, struct arena *arena, int64_t deadline_ms, struct str *out) MUST_USE;

void wire_close(struct wire *wire);

/* The same checks that wire_open() begins with. */
struct result wire_check_url(struct str url, bool insecure) MUST_USE;

#endif
