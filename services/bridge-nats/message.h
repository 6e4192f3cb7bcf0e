/* An event as a NATS message: the binary mode of CloudEvents' NATS protocol binding, attributes as headers, the data as
 * the payload (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/nats-protocol-binding.md). */
#ifndef BRIDGE_NATS_MESSAGE_H
#define BRIDGE_NATS_MESSAGE_H

#include "base/result.h"
#include "proto/verbs.h"

struct message_header {
  const char *name;
  struct str value; /* printable US-ASCII, followed by a NUL */
};

enum { MESSAGE_HEADERS_MAX = 16 };

/* Event n of the log becomes message n of the stream. */
struct message {
  int64_t sequence;   /* of the event, and so of the message in the stream */
  struct str subject; /* "tandem.v1.TicketCreated.rocket", followed by a NUL */
  struct str payload; /* JSON; the event's own memory */
  struct message_header headers[MESSAGE_HEADERS_MAX];
  size_t header_count;
};

/* The headers that JetStream reads (ADR-13 and the PubAck of ADR-22 of nats-architecture-and-design). */
#define MESSAGE_ID "Nats-Msg-Id"
#define MESSAGE_EXPECTED_STREAM "Nats-Expected-Stream"
#define MESSAGE_EXPECTED_LAST "Nats-Expected-Last-Sequence"
#define MESSAGE_EVENT_ID "ce-id"
#define MESSAGE_SEQUENCE "ce-sequence"

/* The first word of the subject is the stream's name, the last one the project's; "_" where an event names none. What a
 * subject's word cannot have is percent-encoded. RESULT_REJECTED: the data is not JSON. */
struct result message_of(struct arena *arena, struct str stream, const struct stored_event *event,
                         struct message *out) MUST_USE;

#endif
