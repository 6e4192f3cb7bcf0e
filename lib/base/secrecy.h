/* For processes that hold secrets: what is in their memory and environment stays out of reach of others. */
#ifndef BASE_SECRECY_H
#define BASE_SECRECY_H

/* No core dump is written, and no other process of the same user may trace this one or read its memory or its
 * /proc/PID/environ (PR_SET_DUMPABLE, proc(5)). Call it first in main(). */
void secrecy_begin(void);

/* Leaves only zeros of the variable's value in the environment, which stays in memory and is shown by the kernel. Call
 * before threads. */
void secrecy_wipe_variable(const char *name);

#endif
