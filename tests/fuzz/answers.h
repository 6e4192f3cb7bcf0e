/* A connector against a tracker that answers anything: the whole way from bytes to observations, errors and limits too.
 *
 * An input is one byte that chooses the call, then the answers in their order, separated by the byte 0x1e. An answer is
 * a status, headers a line each, an empty line, and the body. When no answers are left, nothing answers any more. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "service/connector.h"

/* How the connection is opened, and what is asked for. */
struct answers_case {
  const struct connector *connector;
  struct project project;
  struct str credential_kind, credential;
  struct str ticket_id, comment_id; /* external ids of a ticket and a comment in it */
  struct str done;                  /* the tracker's word for it */
};

/* Makes the call; what comes back must be what connector.h promises. */
void answers_try(const struct answers_case *fixed, const uint8_t *data, size_t size);

#endif
