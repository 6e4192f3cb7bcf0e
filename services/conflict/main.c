/* tandem-conflict: what.
 *
 * In:   mappings whose sides moved (plan.claim), in batches, with both sides, the shadow and the settings.
 * Out:  decisions (plan.commit): local changes, writes to be sent, conflicts (ConflictDetected, ConflictResolved).
 * Owns: nothing. A decision holds only while its inputs are what it saw, so any number may run. */
#include "conflict/work.h"

int main(void) {
  static const struct service service = {
      .role = "conflict", .workers = 1, .work = conflict_work, .bells = 1U << BELL_PLAN | 1U << BELL_SESSION};
  return service_main(&service, NULL);
}
