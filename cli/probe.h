/* Testing a credential before anything is stored: the adapter's own program does it, found beside this one, because
 * only an adapter knows its system. It reads {base_url, remote, credential_kind, credential, options} on stdin and
 * prints either a description or {code, message}. The secret goes through the pipe, never through an argument or the
 * environment. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "cli/invocation.h"
#include "cli/tracker.h"
#include "proto/nouns.h"

struct probe_request {
  struct str base_url, remote; /* remote absent: only the account is tested */
  struct str credential_kind, credential;
  struct str options; /* the connector's own settings, JSON; absent = none */
};

/* RESULT_AUTH, RESULT_GONE, RESULT_RETRY, RESULT_REJECTED as the adapter says, with what to do about it; RESULT_BUG
 * when the adapter's program is missing or does not answer. */
struct result probe_remote(struct invocation *call, const struct tracker *tracker, const struct probe_request *request,
                           struct remote_description *out) MUST_USE;

#endif
