/* What the files of writing outside share: asking the gate, the lease before a send, the receipt. Private to the
 * skeleton. */
#ifndef SERVICE_ADAPTER_PUSH_H
#define SERVICE_ADAPTER_PUSH_H

#include "service/adapter_worker.h"

/* Asks whether this write may go out, and what of it. `fresh`: its target as just fetched, or NULL. */
struct result push_ask(struct worker *worker, struct arena *arena, const struct work *work, const struct intent *intent,
                       struct observation *fresh, struct push_go *out) MUST_USE;

/* Whoever slept since `asked_ms` (monotonic), when the lease was renewed for `lease_ms`, may have lost it: then nothing
 * is sent, and the next holder finds out. STALE. */
struct result push_check_lease(int64_t asked_ms, int64_t lease_ms) MUST_USE;

/* The rest would fare no better. */
bool push_stops(const struct result *outcome);

/* Reports the outcome, with what came back when it is OK. */
struct result push_send_receipt(struct worker *worker, struct arena *arena, struct connection *connection,
                                struct push_receipt *receipt, const struct result *outcome,
                                struct observation *returned) MUST_USE;

struct external_ref push_target(const struct intent *intent);

/* A write whose outcome is unknown is looked for. */
struct result push_probe(struct worker *worker, struct arena *arena, struct connection *connection,
                         const struct work *work, const struct intent *intent) MUST_USE;

/* Sends `count` writes at once; more than one only where the connector takes several of their kind. `looks`: their
 * targets as just fetched, empty for creations. `*stop`: nothing more goes out for now. */
struct result push_run(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work, const struct intent *at, struct look *looks, size_t count,
                       bool *stop) MUST_USE;

#endif
