/* A JetStream stream that holds the event log: message n of the stream is event n of the log, as long as nobody else
 * publishes to it. The server checks that with every message (Nats-Expected-Last-Sequence), so an event can neither be
 * there twice nor be left out, however many bridges run and whatever is still on its way from a dead one.
 *
 * A connection that fails is closed and made anew; there is nothing to keep: where to go on is asked of the stream. */
#ifndef BRIDGE_NATS_STREAM_H
#define BRIDGE_NATS_STREAM_H

#include "base/settings.h"
#include "bridge-nats/message.h"

struct stream;

/* Connects to the first server that answers and finds the stream, or makes it: file storage, the last 30 days.
 * RESULT_RETRY: none answers. RESULT_AUTH: the server does not take us. RESULT_REJECTED: what a person has to mend. */
struct result stream_open(const struct settings *settings, struct stream **out) MUST_USE;
void stream_close(struct stream *stream);

/* Whether the connection still stands: a server that was started anew may have lost what it had not synced. */
bool stream_is_open(struct stream *stream);

/* Where the stream ends. */
struct stream_end {
  int64_t sequence;    /* of the last message that was ever in it; 0 = there was none */
  struct str event_id; /* of that message; absent when the stream does not hold it any more */
};
struct result stream_find_end(struct stream *stream, struct arena *arena, struct stream_end *out) MUST_USE;

/* Publishes all, in order and several at a time, and returns when the server has stored them. RESULT_STALE: the stream
 * does not end where the first message goes on: look again. RESULT_RETRY: the server is away, slow or full; some may be
 * stored. After any failure the stream is to be closed. */
struct result stream_publish(struct stream *stream, const struct message *messages, size_t count) MUST_USE;

#endif
