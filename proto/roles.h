/* Who may ask for what: the roles of processes, and what a certificate says of its holder. A role's rights are a column
 * of verb_table; nothing is allowed that does not stand there. */
#ifndef PROTO_ROLES_H
#define PROTO_ROLES_H

#include <stdbool.h>

#include "base/str.h"

/* In a certificate's subject: O=tandem, OU=role, CN=name. */
enum role {
  ROLE_STORE,
  ROLE_SCHEDULER,
  ROLE_CONFLICT,
  ROLE_ADAPTER, /* its name is "adapter-SYSTEM", and it gets that system's work only */
  ROLE_CLI,
  ROLE_BRIDGE,  /* its name is "bridge-SYSTEM"; it reads the event log and nothing else */
  ROLE_SERVICE, /* a program of the user's: what its certificate grants, of what may be granted */
  ROLE_COUNT,
};

extern const char *const role_names[ROLE_COUNT];

/* ROLE_COUNT when there is none of that name. */
enum role role_named(struct str name);

/* What a service's certificate grants, as URIs among its alternative names: "urn:tandem:verb:ticket.get",
 * "urn:tandem:event:tandem.v1.SyncError", "urn:tandem:event:all". */
#define GRANT_VERB "urn:tandem:verb:"
#define GRANT_EVENT "urn:tandem:event:"
#define GRANT_ALL "all"

#endif
