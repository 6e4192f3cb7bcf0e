/* What is told of a session to whoever watches: metrics, and a span that what it pulls belongs to. */
#ifndef STORE_SESSION_WATCH_H
#define STORE_SESSION_WATCH_H

#include "store/store.h"

/* The traceparent of a session that begins, kept with it until its end; absent when it is not recorded. */
struct str session_watch_begin(struct arena *arena);

/* It has ended, with its row as it is now. */
struct result session_watch_end(struct call *call, int64_t session_id) MUST_USE;

#endif
