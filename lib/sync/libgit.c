/* Starting libgit2. */
#include "sync/libgit.h"

#include <git2.h>
#include <pthread.h>

#include "base/heap.h"

static void start(void) {
  if (git_libgit2_init() < 0)
    heap_exhausted(); /* unreached: it fails for lack of memory only */
}

void libgit_start(void) {
  static pthread_once_t started = PTHREAD_ONCE_INIT;
  pthread_once(&started, start);
}
