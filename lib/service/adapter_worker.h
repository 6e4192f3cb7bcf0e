/* One worker of an adapter: its HTTP client and open connections, and the kinds of work. Private to the skeleton.
 */
#ifndef SERVICE_ADAPTER_WORKER_H
#define SERVICE_ADAPTER_WORKER_H

#include "service/connector.h"
#include "service/rpc.h"
#include "service/service.h"

enum { CONNECTIONS_MAX = 8 };

/* The right to renew the credential of one connection. */
struct worker_renewal {
  struct credential_renewal renewal;
  struct rpc *rpc;
  struct str credential, resource, worker;
  struct lease lease;
  int64_t generation; /* of the secret that the connection knows */
};

struct open_connection {
  int64_t project_id, version;
  struct connection *connection;
  struct worker_renewal renewal;
  bool unproven;      /* its secret replaces another one and has not worked yet */
  struct arena arena; /* what the connection was opened with */
};

struct worker {
  const struct connector *connector;
  struct http *http;
  struct rpc *rpc;
  struct str name; /* of the process */
  struct open_connection open[CONNECTIONS_MAX];
};

/* Claims and does one piece of work; `*wait_ms` as in service.h. */
struct result worker_round(struct worker *worker, struct service_context *context, int64_t *wait_ms) MUST_USE;

/* An HTTP client as the settings say (TANDEM_ALLOW_HOSTS, TANDEM_HTTP_CA_FILE). */
struct http *worker_http(const char *system);

/* The open connection of the work's project, opened anew when its settings or its credential changed. */
struct result worker_connect(struct worker *worker, const struct work *work, struct connection **out) MUST_USE;

/* What a refusal of the credential means: RETRY when the secret was replaced after the connection was opened, since the
 * new one has not been tried, and when it replaces one that is still good, which is then used again. Any other outcome
 * stands. After a refusal the next work connects anew. */
struct result worker_doubt_auth(struct worker *worker, const struct connection *connection,
                                struct result outcome) MUST_USE;

/* The tracker has answered calls of this connection: a secret that replaces another one works. Failing is no harm. */
void worker_prove_auth(struct worker *worker, const struct connection *connection);

/* After a failure: what the calls cost; with `close` the next one connects anew. */
void worker_leave(struct worker *worker, const struct project *project, bool close, struct usage *out_usage);

/* Whether webhooks can be registered: an address is set, and the connector can. */
bool worker_sees_to_hooks(const struct connector *connector);

/* Has the tracker send the project's webhooks here and repeat those that did not arrive; or takes the webhook away. */
struct result worker_hook(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) MUST_USE;

/* Cleans an observation's fields and hashes them, so that every observation of the same content has the same hash. */
void worker_canonical(struct arena *arena, struct observation *observation);

/* Whether it has more than CONTENT_BYTES_MAX. */
bool worker_is_too_long(const struct observation *seen);

/* One item looked at afresh. */
struct look {
  struct external_ref ref; /* with an etag: `not_modified` may come back */
  bool done;
  bool untried;         /* what stopped one before would have stopped it, too */
  struct result result; /* REJECTED, GONE: of this item alone; any other failure: of all that follow, too */
  bool not_modified;
  struct observation seen; /* canonical */
};

/* Looks at the items that are not `done`: as few calls as the tracker allows. */
void worker_look(struct worker *worker, struct arena *arena, struct connection *connection, struct look *looks,
                 size_t count);

/* Writes outside for the project of `work`, one after another but for creations of tickets, which share calls. */
struct result worker_push(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) MUST_USE;

#endif
