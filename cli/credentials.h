/* Stored credentials, as the commands on them see them. */
#ifndef CLI_CREDENTIALS_H
#define CLI_CREDENTIALS_H

#include "cli/client.h"

/* All, or the one called `name`, with the data keys. */
struct result credentials_ask(struct invocation *call, struct str name, struct credential_list *out) MUST_USE;

#endif
