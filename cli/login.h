/* Logging in by OAuth: the adapter's program does it and says what the person has to do. */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include "cli/connect_credential.h"

/* Settings of the project that a login needs, from the command line; absent = none. */
struct str login_options(const struct invocation *call);

/* Shows the address and the code, and waits. The client id and secret come from the command line, the settings, or the
 * login before (`stored`, may be absent). */
struct result login_run(struct invocation *call, const struct tracker *tracker, struct str base_url, struct str options,
                        struct str stored, struct connect_credential *out) MUST_USE;

#endif
