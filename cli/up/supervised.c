/* Starting a process, and starting it again. */
#include "cli/up/supervised.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/up/files.h"

enum {
  BACKOFF_FIRST_MS = 200,
  BACKOFF_MOST_MS = 10000,
  LIVED_LONG_MS = 30000, /* after that a death is a new story */
};

struct supervised supervised_new(struct process_spec spec) {
  return (struct supervised){.spec = spec, .backoff = backoff_start(BACKOFF_FIRST_MS, BACKOFF_MOST_MS)};
}

bool supervised_runs(const struct supervised *process) {
  return process && process->pid != 0;
}

static void put_off(struct supervised *process, int64_t now_ms, int64_t *out_wait_ms) {
  *out_wait_ms = backoff_next(&process->backoff, 0);
  process->start_at_ms = now_ms + *out_wait_ms;
}

void supervised_start(struct supervised *process) {
  int64_t now_ms = clock_mono_ms(), wait_ms;
  struct result result = process_spawn(&process->spec, &process->pid);
  process->started_ms = process->heard_ms = now_ms;
  process->ready = false;
  if (result_ok(&result)) {
    log_event(LOG_INFO, "service_started", LOG_C("name", process->spec.name), LOG_I64("pid", process->pid));
    return;
  }
  put_off(process, now_ms, &wait_ms);
  log_event(LOG_ERROR, "service_not_started", LOG_C("name", process->spec.name), LOG_RESULT(&result),
            LOG_I64("again_in_ms", wait_ms));
}

bool supervised_is_due(const struct supervised *process, int64_t now_ms) {
  return !supervised_runs(process) && process->start_at_ms <= now_ms;
}

void supervised_note_death(struct supervised *process, int status) {
  char end[PROCESS_END_BYTES];
  struct arena scratch = {0};
  int64_t now_ms = clock_mono_ms(), wait_ms;
  if (now_ms - process->started_ms > LIVED_LONG_MS)
    process->backoff = backoff_start(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
  put_off(process, now_ms, &wait_ms);
  process_describe_end(status, end);
  struct str last = process->spec.log_path ? files_last_line(&scratch, process->spec.log_path, "") : (struct str){0};
  log_event(LOG_ERROR, "service_died", LOG_C("name", process->spec.name), LOG_I64("pid", process->pid),
            LOG_C("end", end), LOG_I64("again_in_ms", wait_ms), LOG_STR("last_line", last));
  process->pid = 0;
  process->ready = false;
  arena_free(&scratch);
}
