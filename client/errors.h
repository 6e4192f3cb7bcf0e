/* Our results as the public codes and errors. */
#ifndef CLIENT_ERRORS_H
#define CLIENT_ERRORS_H

#include "base/result.h"
#include "tandem/tandem.h"

/* The result's code; fills `error` unless it is NULL. */
enum tandem_code error_from(struct result result, struct tandem_error *error);

/* The same, for a code that results have none of. */
enum tandem_code error_timeout(struct tandem_error *error, const char *message);

#endif
