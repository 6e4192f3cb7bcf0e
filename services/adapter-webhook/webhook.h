/* What the files of this adapter share: the connection, calls, translation. Nothing outside this folder includes it,
 * except tests. Sources: Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), The Idempotency-Key HTTP Header
 * Field (draft-ietf-httpapi-idempotency-key-header), RFC 6901 (JSON Pointer), RFC 6570 (URI Template). */
#ifndef ADAPTER_WEBHOOK_WEBHOOK_H
#define ADAPTER_WEBHOOK_WEBHOOK_H

#include "adapter-webhook/connector.h"
#include "adapter-webhook/schema.h"
#include "adapter-webhook/template.h"
#include "service/connector_fetch.h"

enum {
  WEBHOOK_TIMEOUT_MS = 30 * 1000,
  WEBHOOK_SETTLE_MS = 60 * 1000,
  WEBHOOK_WINDOW_MS = 5 * 60 * 1000, /* how old a signature may be */
  WEBHOOK_SIGNATURE_BYTES = 48,      /* "v1,", 44 characters of Base64, NUL */
  WEBHOOK_KEY_BYTES_MAX = 256,       /* of a secret */
  WEBHOOK_ITEMS_MAX = 1000,          /* of one page or delivery */
};

/* -- connection -- */

struct connection {
  struct arena arena; /* what lives as long as the connection */
  struct http *http;
  int64_t (*now_ms)(void);
  struct str api;    /* base_url without a slash at the end */
  struct str remote; /* the project there; "" = not said */
  struct str token;  /* absent = no Authorization */
  struct str secret; /* absent = requests are not signed */
  struct schema schema;
  struct usage usage;
};

/* The half of the mapping for "ticket" or "comment". */
const struct schema_item *webhook_item(const struct schema *schema, struct str kind);

/* -- signature.c -- */

/* "v1," and the Base64 of the HMAC-SHA256 over "ID.TIMESTAMP.BODY". A secret that starts with "whsec_" is Base64, any
 * other one is its own bytes. False when the secret is no key: empty, too long, not Base64. */
bool webhook_signature(struct str secret, struct str id, struct str timestamp, struct str body,
                       char out[WEBHOOK_SIGNATURE_BYTES]);
enum webhook_verdict webhook_verify(const struct webhook_request *request, struct str secret);

/* -- calls.c -- */

struct webhook_call {
  const char *method;
  struct str path; /* below base_url, expanded; or a link of the tracker's own */
  struct str body; /* absent = none */
  struct str key;  /* of a write: Idempotency-Key and webhook-id */
  struct str etag; /* If-None-Match; then 304 is fine */
};

struct webhook_answer {
  int64_t status; /* 2xx, or 304 */
  struct str body, etag;
  int64_t date_ms; /* the tracker's clock, 0 = not said */
};

/* OK: a 2xx or 304. A read never ends UNCERTAIN. */
struct result webhook_call(struct connection *c, struct arena *arena, const struct webhook_call *call,
                           struct webhook_answer *out) MUST_USE;

/* A GET, and the node at `path` of its answer: `*out_tree` is the caller's, NULL after a 304. GONE when a null stands
 * there, or the place is past the end of an array; RETRY when the answer is another one than expected. */
struct result webhook_look(struct connection *c, struct arena *arena, const struct webhook_call *call,
                           const struct pointer *path, struct webhook_answer *answer, cJSON **out_tree,
                           const cJSON **out) MUST_USE;

/* -- errors.c -- */

/* What another status means; a limit also blocks the credential in c->usage. */
struct result webhook_error(struct connection *c, const struct webhook_call *call,
                            const struct http_response *response) MUST_USE;

/* -- read.c: pure -- */

/* One ticket or comment. REJECTED names the member that is missing or of another type. A mapped field whose member is
 * missing is never read as empty, unless it is `optional`: a delivery may show a part only. */
struct result webhook_read(struct arena *arena, const struct schema *schema, const struct schema_item *item,
                           const cJSON *node, struct observation *out) MUST_USE;

/* Only what tells which one it is: kind, id, key, ticket. */
struct result webhook_read_id(struct arena *arena, const struct schema_item *item, const cJSON *node,
                              struct observation *out) MUST_USE;

/* A text, number or boolean as text; "" for null. MISSING and other types are told apart. */
enum pointer_found webhook_text(struct arena *arena, const struct pointer *pointer, const cJSON *node, bool *is_scalar,
                                struct str *out);

/* RFC 3339, or seconds or milliseconds since 1970; 0 = none. */
int64_t webhook_moment_ms(struct arena *arena, const struct pointer *pointer, const cJSON *node);

/* -- write.c: pure -- */

/* The body of a write; the caller owns `*out`. `fresh`: the target's fields, for sets that are sent whole; NULL when
 * they are not known. */
struct result webhook_write(struct arena *arena, const struct schema_item *item, const struct payload *payload,
                            bool create, const struct values *fresh, cJSON **out) MUST_USE;

/* Whether the payload changes a set that has to be sent whole: then the present one must be known. */
bool webhook_needs_fresh(const struct schema_item *item, const struct payload *payload);

/* -- the operations -- */

struct result webhook_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                           struct pull_page *out) MUST_USE;
struct result webhook_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                            bool *not_modified, struct observation *out) MUST_USE;

/* By id; RESULT_GONE when there is none. The item must have `get`. */
struct result webhook_get(struct connection *c, struct arena *arena, const struct schema_item *item, struct str id,
                          struct str ticket, struct observation *out) MUST_USE;
struct result webhook_push(struct connection *c, struct arena *arena, const struct push *push,
                           struct observation *out) MUST_USE;
struct result webhook_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                           struct observation *out) MUST_USE;
struct result webhook_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                                struct list *out) MUST_USE;
struct result webhook_describe(struct connection *c, struct arena *arena, struct remote_description *out) MUST_USE;

#endif
