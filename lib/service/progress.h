/* Whether the threads that do a process's work still move. A move is a finished round, or an answer of the store; who
 * waits for work need not move. What does not move is ended by the supervisor, and its work is claimed by another. */
#ifndef SERVICE_PROGRESS_H
#define SERVICE_PROGRESS_H

#include "base/result.h"

/* From now on this thread has to move; threads join once and never leave. */
void progress_join(void);

/* This thread moved; nothing in a thread that has not joined. `idle`: until its next move it waits for work. */
void progress_note(bool idle);

/* RESULT_BUG when a thread that is not idle has not moved for 15 minutes. */
struct result progress_check(void) MUST_USE;

#endif
