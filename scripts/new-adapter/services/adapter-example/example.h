/* What the files of this adapter share: the connection, calls to Example, translation. Nothing outside this folder
 * includes it, except tests. Sources: [Example's documents]. */
#ifndef ADAPTER_EXAMPLE_EXAMPLE_H
#define ADAPTER_EXAMPLE_EXAMPLE_H

#include "adapter-example/connector.h"
#include "base/json.h"

enum {
  EXAMPLE_TIMEOUT_MS = 30 * 1000,
  EXAMPLE_SETTLE_MS = 60 * 1000, /* how long a list may lag behind a write */
};

struct connection {
  struct arena arena; /* what lives as long as the connection */
  struct http *http;
  int64_t (*now_ms)(void);
  struct str api; /* base_url without a slash at the end */
  struct str remote;
  struct str token;
  struct usage usage;
};

/* The answer of an operation that nobody has written yet; the contract tests skip what meets it. */
struct result example_not_written(const char *operation) MUST_USE;

/* -- calls.c -- */

struct example_answer {
  int64_t status; /* 2xx, or 304 */
  struct str body, etag;
};

/* Reads `path` below the API's address. OK: 2xx, or 304 when the etag still holds. GONE, AUTH, RETRY, REJECTED as the
 * status says. */
struct result example_get(struct connection *c, struct arena *arena, struct str path, struct str etag,
                          struct example_answer *out) MUST_USE;

/* -- read.c: pure -- */

/* RESULT_REJECTED when a member that was asked for is missing. */
struct result example_read_ticket(struct arena *arena, const cJSON *ticket, struct observation *out) MUST_USE;

/* -- the operations -- */

struct result example_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                           struct pull_page *out) MUST_USE;
struct result example_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                            bool *not_modified, struct observation *out) MUST_USE;
struct result example_push(struct connection *c, struct arena *arena, const struct push *push,
                           struct observation *out) MUST_USE;
struct result example_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                           struct observation *out) MUST_USE;
enum webhook_verdict example_verify(const struct webhook_request *request, struct str secret);
struct result example_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                                struct list *out) MUST_USE;
struct result example_describe(struct connection *c, struct arena *arena, struct remote_description *out) MUST_USE;

#endif
