/* Private to lib/sync: libgit2, started once a process, on first use, from any thread. */
#ifndef SYNC_LIBGIT_H
#define SYNC_LIBGIT_H

void libgit_start(void);

#endif
