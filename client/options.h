/* Options of applications that were built with an older header. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "base/result.h"

#include <stddef.h>

/* Copies the options, whose first member is their size, into ours; members that they do not have yet are zero.
 * REJECTED: not initialised, or of a newer header. */
struct result options_take(void *own, size_t own_bytes, const void *given) MUST_USE;

#endif
