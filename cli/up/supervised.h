/* One process that is kept running: when it was started, when it is started again, what it told. Moments are
 * monotonic. */
#ifndef UP_SUPERVISED_H
#define UP_SUPERVISED_H

#include "cli/up/process.h"
#include "service/backoff.h"

struct supervised {
  struct process_spec spec;
  struct backoff backoff;
  int64_t started_ms, start_at_ms;
  int64_t heard_ms; /* when it last told something, or was started */
  pid_t pid;        /* 0 = not running */
  bool ready;       /* it said so since it was started */
};

struct supervised supervised_new(struct process_spec spec);

/* False for NULL, too. */
bool supervised_runs(const struct supervised *process);

bool supervised_is_due(const struct supervised *process, int64_t now_ms);

/* Starts it; one that cannot be started is due again later. */
void supervised_start(struct supervised *process);

/* It ended with `wait_status`, and is due again soon; the more often, the later. */
void supervised_note_death(struct supervised *process, int wait_status);

#endif
