/* What is outside of a ticket that has just become private. */
#ifndef CLI_RETRACT_H
#define CLI_RETRACT_H

#include "cli/invocation.h"

/* Tells what is outside though it may not be any more, and the command that takes it back; nothing when there is none.
 */
struct result retract_hint(struct invocation *call, struct str key) MUST_USE;

#endif
