/* The loop: start what is due, wait for a signal, look who died. */
#include "cli/up/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/up/supervised.h"

enum {
  DATABASE_POLL_MS = 50,
  IDLE_MS = 60000,
  STOP_SERVICES_MS = 10000,
  STOP_DATABASE_MS = 60000,
  STOP_STEP_MS = 20,
  KEEP_EVERY_MS = 3600 * 1000,
};

struct supervisor {
  const struct postgres *postgres;
  struct supervised *database, *services; /* database: NULL when it is somebody else's */
  size_t service_count;
  bool database_answered; /* once; later the services ride over its absence themselves */
  const struct supervisor_options *options;
  int signals;
  int64_t keep_at_ms, alive_at_ms; /* monotonic */
  bool told_ready;
  char status[NOTIFY_STATUS_BYTES];
};

static void ask_database(struct supervisor *supervisor) {
  const struct supervised *database = supervisor->database;
  if (!database || supervisor->database_answered || !supervised_runs(database) ||
      !postgres_answers(supervisor->postgres))
    return;
  supervisor->database_answered = true;
  log_event(LOG_INFO, "database_ready", LOG_I64("ms", clock_mono_ms() - database->started_ms));
}

static void start_due(struct supervisor *supervisor) {
  int64_t now_ms = clock_mono_ms();
  if (supervisor->database && supervised_is_due(supervisor->database, now_ms)) {
    postgres_clean_up(supervisor->postgres);
    supervised_start(supervisor->database);
  }
  ask_database(supervisor);
  for (size_t i = 0; i < supervisor->service_count && supervisor->database_answered; i++)
    if (supervised_is_due(&supervisor->services[i], now_ms))
      supervised_start(&supervisor->services[i]);
}

static struct supervised *find_process(struct supervisor *supervisor, pid_t pid) {
  if (supervisor->database && supervisor->database->pid == pid)
    return supervisor->database;
  for (size_t i = 0; i < supervisor->service_count; i++)
    if (supervisor->services[i].pid == pid)
      return &supervisor->services[i];
  return NULL; /* an orphan: in a container we are process 1 */
}

static void reap(struct supervisor *supervisor, bool stopping) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    struct supervised *process = find_process(supervisor, pid);
    if (process && stopping)
      process->pid = 0;
    else if (process)
      supervised_note_death(process, status);
  }
}

/* -- what the services tell, and what is told of them -- */

static void hear(struct supervisor *supervisor) {
  struct told told;
  while (told_next(supervisor->options->told, &told)) {
    struct supervised *process = find_process(supervisor, told.pid);
    if (!process)
      continue;
    process->heard_ms = clock_mono_ms();
    process->ready = process->ready || told.ready;
  }
}

/* It is started again like one that died. */
static void end_frozen(const struct supervisor *supervisor) {
  int64_t now_ms = clock_mono_ms();
  for (size_t i = 0; i < supervisor->service_count; i++) {
    struct supervised *process = &supervisor->services[i];
    if (!supervised_runs(process) || now_ms - process->heard_ms <= supervisor->options->watchdog_ms)
      continue;
    log_event(LOG_ERROR, "service_frozen", LOG_C("name", process->spec.name), LOG_I64("pid", process->pid),
              LOG_I64("silent_ms", now_ms - process->heard_ms));
    process->heard_ms = now_ms; /* asked for once */
    kill(process->pid, SIGKILL);
  }
}

static void describe(const struct supervisor *supervisor, size_t ready, const char *waited_for,
                     char out[NOTIFY_STATUS_BYTES]) {
  if (!supervisor->database_answered)
    snprintf(out, NOTIFY_STATUS_BYTES, "Waiting for PostgreSQL");
  else if (waited_for)
    snprintf(out, NOTIFY_STATUS_BYTES, "%zu of %zu services are ready; waiting for %s", ready,
             supervisor->service_count, waited_for);
  else
    snprintf(out, NOTIFY_STATUS_BYTES, "Ready: all %zu services run", supervisor->service_count);
}

static void tell(struct supervisor *supervisor) {
  const struct notifier *notifier = supervisor->options->notifier;
  char status[NOTIFY_STATUS_BYTES];
  const char *waited_for = NULL;
  size_t ready = 0;
  for (size_t i = 0; i < supervisor->service_count; i++)
    if (supervised_runs(&supervisor->services[i]) && supervisor->services[i].ready)
      ready++;
    else if (!waited_for)
      waited_for = supervisor->services[i].spec.name;
  describe(supervisor, ready, waited_for, status);
  if (strcmp(status, supervisor->status) != 0 && notify_status(notifier, status))
    memcpy(supervisor->status, status, sizeof status);
  if (!waited_for && supervisor->database_answered && !supervisor->told_ready && notify_ready(notifier)) {
    log_event(LOG_INFO, "all_ready", LOG_I64("services", (int64_t)ready));
    supervisor->told_ready = true;
  }
  if (notifier->watchdog_ms && clock_mono_ms() >= supervisor->alive_at_ms) {
    notify_alive(notifier);
    supervisor->alive_at_ms = clock_mono_ms() + notifier->watchdog_ms;
  }
}

/* -- the loop -- */

static int earlier(int wait_ms, const struct supervised *process, int64_t now_ms) {
  int64_t left_ms = supervised_runs(process) ? wait_ms : process->start_at_ms - now_ms;
  return left_ms < 0 ? 0 : left_ms < wait_ms ? (int)left_ms : wait_ms;
}

/* So that nobody is frozen for much longer than is allowed, and nobody thinks it of us. */
static int watch_wait_ms(const struct supervisor *supervisor) {
  int64_t wait_ms = supervisor->options->watchdog_ms / 4, own_ms = supervisor->options->notifier->watchdog_ms;
  wait_ms = own_ms && own_ms < wait_ms ? own_ms : wait_ms;
  return wait_ms < 1 ? 1 : wait_ms < IDLE_MS ? (int)wait_ms : IDLE_MS;
}

static int next_wait_ms(const struct supervisor *supervisor) {
  int64_t now_ms = clock_mono_ms();
  int wait_ms = supervisor->database_answered ? watch_wait_ms(supervisor) : DATABASE_POLL_MS;
  if (supervisor->database)
    wait_ms = earlier(wait_ms, supervisor->database, now_ms);
  for (size_t i = 0; i < supervisor->service_count && supervisor->database_answered; i++)
    wait_ms = earlier(wait_ms, &supervisor->services[i], now_ms);
  return wait_ms;
}

/* The signal that ends us, or 0 after anything else or nothing. */
static int wait_for_signal(const struct supervisor *supervisor, int wait_ms) {
  struct pollfd poll_files[] = {{.fd = supervisor->signals, .events = POLLIN},
                                {.fd = supervisor->options->told->file, .events = POLLIN}};
  struct signalfd_siginfo signal;
  int ending = 0;
  poll(poll_files, 2, wait_ms);
  while (read(supervisor->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
      ending = (int)signal.ssi_signo;
  return ending;
}

static bool any_running(const struct supervised *processes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (supervised_runs(&processes[i]))
      return true;
  return false;
}

static void signal_all(const struct supervised *processes, size_t count, int number) {
  for (size_t i = 0; i < count; i++)
    if (supervised_runs(&processes[i]))
      kill(processes[i].pid, number);
}

/* Asks with `gentle`, waits, then with `hard`, which ends everybody. */
static void stop(struct supervisor *supervisor, struct supervised *processes, size_t count, int gentle, int hard,
                 int64_t patience_ms) {
  int64_t until_ms = clock_mono_ms() + patience_ms;
  bool asked_hard = false;
  signal_all(processes, count, gentle);
  while (any_running(processes, count)) {
    if (!asked_hard && clock_mono_ms() > until_ms) {
      log_event(LOG_WARNING, "stopping_hard", LOG_C("first", processes[0].spec.name));
      signal_all(processes, count, hard);
      asked_hard = true;
    }
    wait_for_signal(supervisor, STOP_STEP_MS);
    hear(supervisor);
    reap(supervisor, true);
  }
}

static void stop_all(struct supervisor *supervisor, int number) {
  log_event(LOG_INFO, "stopping", LOG_I64("signal", number));
  notify_stopping(supervisor->options->notifier);
  stop(supervisor, supervisor->services, supervisor->service_count, SIGTERM, SIGKILL, STOP_SERVICES_MS);
  if (supervisor->database)
    stop(supervisor, supervisor->database, 1, SIGINT, SIGQUIT, STOP_DATABASE_MS);
  log_event(LOG_INFO, "stopped");
}

static struct result open_signals(int *out) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  int file = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (file < 0)
    return result_error(RESULT_RETRY, "cannot wait for signals: %s", strerror(errno));
  *out = file;
  return RESULT_DONE;
}

static void keep(struct supervisor *supervisor, const struct supervisor_options *options) {
  int64_t now_ms = clock_mono_ms();
  if (!options->keep || now_ms < supervisor->keep_at_ms)
    return;
  options->keep(options->context);
  supervisor->keep_at_ms = now_ms + KEEP_EVERY_MS;
}

struct result supervisor_run(const struct supervisor_options *options) {
  struct arena arena = {0};
  struct supervised database;
  struct supervisor supervisor = {
      .postgres = options->postgres, .service_count = options->service_count, .options = options};
  int ending;
  TRY(open_signals(&supervisor.signals));
  supervisor.database_answered = options->postgres == NULL;
  if (options->postgres) {
    database = supervised_new(postgres_spec(&arena, options->postgres));
    supervisor.database = &database;
  }
  supervisor.services = ARENA_ARRAY(&arena, struct supervised, options->service_count);
  for (size_t i = 0; i < options->service_count; i++)
    supervisor.services[i] = supervised_new(options->services[i]);
  do {
    start_due(&supervisor);
    keep(&supervisor, options);
    ending = wait_for_signal(&supervisor, next_wait_ms(&supervisor));
    reap(&supervisor, false);
    hear(&supervisor);
    end_frozen(&supervisor);
    tell(&supervisor);
  } while (!ending);
  stop_all(&supervisor, ending);
  close(supervisor.signals);
  arena_free(&arena);
  return RESULT_DONE;
}
