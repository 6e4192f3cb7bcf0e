/* Loaded into the simulation's PostgreSQL (LD_PRELOAD, ld.so(8)): its clock, and with it now(), is the simulation's.
 * TANDEM_SIMULATED_CLOCK names the file that tells it: eight bytes, milliseconds since the epoch; 0: the real time. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *simulated_ms;

__attribute__((constructor)) static void find_clock(void) {
  const char *path = getenv("TANDEM_SIMULATED_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return;
  void *memory = mmap(NULL, sizeof *simulated_ms, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED)
    simulated_ms = memory;
}

int gettimeofday(struct timeval *restrict out, void *restrict unused) {
  struct timespec now;
  int64_t ms = simulated_ms ? atomic_load(simulated_ms) : 0;
  (void)unused;
  clock_gettime(CLOCK_REALTIME, &now);
  *out = ms ? (struct timeval){ms / 1000, ms % 1000 * 1000} : (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
