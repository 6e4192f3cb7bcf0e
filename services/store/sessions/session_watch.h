/* What is told of a session to whoever watches: metrics, and a span that what it pulls belongs to. */
#ifndef STORE_SESSION_WATCH_H
#define STORE_SESSION_WATCH_H

#include "store/store.h"

/* The traceparent of a session that begins, kept with it until its end; absent when it is not recorded. */
struct str session_watch_begin(struct arena *arena);

/* It has ended: a row of `... returning SESSION_WATCHED`, of session s and its project p. */
#define SESSION_WATCHED                                                                                 \
  "s.id, p.name as project, p.system, s.mode, s.trigger, s.state, s.traceparent, s.seen, s.api_calls, " \
  "epoch_ms(s.started_at) as started_ms, epoch_ms(s.finished_at) - epoch_ms(s.started_at) as took_ms"
void session_watch_end(struct call *call, const struct rows *rows, size_t row);

#endif
