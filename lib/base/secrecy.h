/* For processes that hold secrets: what is in their memory and environment stays out of reach of others. */
#ifndef BASE_SECRECY_H
#define BASE_SECRECY_H

#include "base/arena.h"
#include "base/str.h"

/* No core dump is written, and no other process of the same user may trace this one or read its memory or its
 * /proc/PID/environ (PR_SET_DUMPABLE, proc(5)). Call it first in main(). */
void secrecy_begin(void);

/* The variable's value; in the environment, which stays in memory and is shown by the kernel, only zeros are left.
 * Absent when it is not set. Call before threads. */
struct str secrecy_take_variable(struct arena *arena, const char *name);

#endif
