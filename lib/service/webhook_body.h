/* The bodies of webhooks while they come in, from anybody: each is bounded, and so are all together. Private to
 * lib/service. */
#ifndef SERVICE_WEBHOOK_BODY_H
#define SERVICE_WEBHOOK_BODY_H

#include <stdatomic.h>

#include "base/str.h"

enum { WEBHOOK_BYTES_MAX = 25 * 1024 * 1024 }; /* GitHub's largest delivery */

/* Of all connections of a receiver. Bodies up to WEBHOOK_BODY_SMALL_BYTES, as nearly all are, are not counted: whoever
 * holds the rest keeps no delivery of the usual size away. */
enum { WEBHOOK_BODY_SMALL_BYTES = 256 * 1024, WEBHOOK_BODIES_BYTES_MAX = 64 * 1024 * 1024 };

struct webhook_bodies {
  atomic_llong bytes; /* begins as 0 */
};

enum webhook_body_state { WEBHOOK_BODY_WHOLE, WEBHOOK_BODY_TOO_LARGE, WEBHOOK_BODY_NO_ROOM };

struct webhook_body;

/* The caller's to webhook_body_free(), which gives back its share of `all`; `all` has to outlive it. */
struct webhook_body *webhook_body_new(struct webhook_bodies *all);
void webhook_body_free(struct webhook_body *body);

/* Copies what has come. After WEBHOOK_BYTES_MAX, or where all have too much, nothing is kept any more. */
void webhook_body_take(struct webhook_body *body, struct str bytes);

enum webhook_body_state webhook_body_state(const struct webhook_body *body);

/* What was taken, valid as long as the body; empty unless it is whole. */
struct str webhook_body_text(const struct webhook_body *body);

#endif
