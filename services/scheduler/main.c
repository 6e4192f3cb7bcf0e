/* tandem-scheduler: when.
 *
 * In:   bells: a session may have ended, a project was configured.
 * Out:  schedule.tick, which starts what is due and ends what has nothing left (SyncStarted, SyncCompleted).
 * Owns: nothing. When each project is due stands in the store, so any number of schedulers may run. */
#include "scheduler/work.h"

int main(void) {
  static const struct service service = {
      .role = "scheduler", .workers = 1, .work = scheduler_work, .bells = 1U << BELL_SESSION};
  return service_main(&service, NULL);
}
