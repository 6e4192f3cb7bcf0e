/* run/up.pid: locked by the one `tandem up` of a state directory, with its process id inside. */
#ifndef UP_LOCK_H
#define UP_LOCK_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Takes the lock and writes our process id; the descriptor holds the lock until all copies of it are closed.
 * RESULT_STALE: another one runs, `out_pid` says which. */
struct result lock_take(const char *path, int *out_file, pid_t *out_pid) MUST_USE;

/* After a fork: the lock's file names us. */
void lock_write_pid(int file);

/* Who holds the lock; 0 = nobody. Asking never keeps anybody from taking it. */
pid_t lock_holder(const char *path);

#endif
