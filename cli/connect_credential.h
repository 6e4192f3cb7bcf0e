/* The credential that `connect` was given or asks for. */
#ifndef CLI_CONNECT_CREDENTIAL_H
#define CLI_CONNECT_CREDENTIAL_H

#include "cli/invocation.h"
#include "cli/tracker.h"

struct connect_credential {
  struct str kind;
  struct str secret;  /* JSON */
  int64_t expires_ms; /* 0 = not known */
  bool was_asked;     /* a part of it was typed just now */
};

/* From the options of one of the tracker's credential forms; on a terminal what is missing is asked for. `base_url`
 * tells whether the vendor runs the site. */
struct result connect_credential_read(struct invocation *call, const struct tracker *tracker, struct str base_url,
                                      struct connect_credential *out) MUST_USE;

/* The part of a stored credential that is secret: the one called `part`, or the only one there is (`part` absent).
 * RESULT_REJECTED names the choice. */
struct result connect_credential_part(struct invocation *call, const struct tracker *tracker, struct str kind,
                                      struct str part, const struct credential_part **out) MUST_USE;

#endif
