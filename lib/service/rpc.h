/* Asking the store: verbs over nng req/rep, TLS with client certificates. A call blocks its thread until the reply is
 * there or the deadline passes; a request that nng repeats after a broken connection is done once (proto/verbs.h). */
#ifndef SERVICE_RPC_H
#define SERVICE_RPC_H

#include "base/result.h"
#include "proto/verbs.h"

struct rpc;

/* Where the store is and who we are; files are PEM. With `insecure` plain tcp:// is allowed (an administrator's
 * choice). */
struct endpoint {
  struct str store_url;                 /* tls+tcp://host:port, verbs */
  struct str events_url;                /* tls+tcp://host:port, events */
  struct str ca_file, certificate_file; /* certificate and key in one file */
  struct str revoked_file;              /* certificates that are refused (a CRL); may be missing */
  bool insecure;
};

/* Reads TANDEM_STORE_URL, TANDEM_EVENTS_URL, TANDEM_TLS_CA, TANDEM_TLS_CERT, TANDEM_TLS_REVOKED, else the files that
 * `tandem up` wrote below `home` (run/endpoint.json, tls/). `role` chooses the certificate: "cli", "store", ...
 * RESULT_RETRY: nothing is running. */
struct result endpoint_find(struct arena *arena, struct str home, const char *role, struct endpoint *out) MUST_USE;

/* The same for the store itself: TANDEM_STORE_LISTEN and TANDEM_EVENTS_LISTEN say where it listens (0.0.0.0, say),
 * where they are set; the URLs are what others dial, and their host is what its certificate has to say. */
struct result endpoint_find_own(struct arena *arena, struct str home, struct endpoint *out) MUST_USE;

/* Dials in the background: it does not matter who starts first. `client` names this process, "conflict-4711". */
struct result rpc_open(const struct endpoint *endpoint, struct str client, struct rpc **out) MUST_USE;

/* Calls verb `id` with `request` (its request record), fills `reply` (its reply record; NULL to ignore). Strings in the
 * reply live in `arena`. The store's refusal comes back as its code and message; no answer within `timeout_ms` is
 * RETRY, also of a write that may have been done: what tandem's own services ask for may be asked again. Any number of
 * threads may call at once. */
struct result rpc_call(struct rpc *rpc, struct arena *arena, enum verb_id id, const void *request, void *reply,
                       int64_t timeout_ms) MUST_USE;

/* The same in two halves, so that the caller may work while the store does: every start that succeeds has its finish,
 * which waits. The request is borrowed until rpc_start() returns. */
struct rpc_pending;
struct result rpc_start(struct rpc *rpc, enum verb_id id, const void *request, int64_t timeout_ms,
                        struct rpc_pending **out) MUST_USE;
struct result rpc_finish(struct rpc_pending *pending, struct arena *arena, void *reply) MUST_USE;

enum { RPC_TIMEOUT_MS = 15000 };

#endif
