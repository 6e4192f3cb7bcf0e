/* `tandem up` and `tandem down`. One process supervises; another one waits until the store answers and tells the
 * person: detached, the waiting one is the command itself; in the foreground it is a helper. */
#include "cli/up/up.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/exit_codes.h"
#include "cli/up/files.h"
#include "cli/up/lock.h"
#include "cli/up/prepare.h"
#include "cli/up/services.h"
#include "cli/up/supervisor.h"

enum { READY_WAIT_MS = 60000, READY_STEP_MS = 50, DOWN_WAIT_MS = 90000, DOWN_STEP_MS = 50, EXIT_BY_SIGNAL = 130 };

struct up {
  const struct up_options *options;
  struct arena *arena;
  struct prepared prepared;
  int lock_file;
  bool is_first; /* nothing has been made yet */
  struct notifier notifier;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
  (void)number;
  interrupted = 1;
}

static const char *home_path(struct up *up, const char *below) {
  return str_format(up->arena, "%.*s/%s", STR_FMT(up->options->settings->home), below).at;
}

static int complain(const struct result *result) {
  fprintf(stderr, "tandem: %s\n", result->message);
  return (int)exit_code_of(result->code);
}

/* Whether something listens where the store will. */
static bool port_answers(struct up *up) {
  struct str url = up->prepared.endpoints.store_url;
  struct str host = endpoints_host(up->arena, url);
  const char *port = strrchr(str_c(up->arena, url), ':') + 1;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host.at, port, &hints, &found) != 0)
    return false;
  int file = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool answers = file >= 0 && connect(file, found->ai_addr, found->ai_addrlen) == 0;
  if (file >= 0)
    close(file);
  freeaddrinfo(found);
  return answers;
}

static bool is_ready(struct up *up) {
  return up->options->is_ready ? up->options->is_ready(up->options) : port_answers(up);
}

/* Certificates that are about to end are made anew; every process takes them up with its next connection. */
static void renew_certificates(void *context) {
  const struct up *up = context;
  int64_t made = 0;
  struct result result = tls_files_make(&up->prepared.tls, &made);
  if (!result_ok(&result))
    log_event(LOG_ERROR, "certificates_not_renewed", LOG_RESULT(&result));
  else if (made)
    log_event(LOG_INFO, "certificates_renewed", LOG_I64("count", made));
}

static struct result supervise(struct up *up) {
  struct supervisor_options options = {.postgres = up->prepared.has_postgres ? &up->prepared.postgres : NULL,
                                       .services = up->prepared.services,
                                       .service_count = up->prepared.service_count,
                                       .told = &up->prepared.told,
                                       .watchdog_ms = services_watchdog_ms(),
                                       .notifier = &up->notifier,
                                       .keep = renew_certificates,
                                       .context = up};
  struct result result = supervisor_run(&options);
  if (up->prepared.has_postgres)
    postgres_forget(&up->prepared.postgres);
  return result;
}

/* In the child: a session of its own, no terminal, log/up.log. */
static int run_detached(struct up *up) {
  int log = files_open_log(home_path(up, "log/up.log")), nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  setsid();
  dup2(nothing, STDIN_FILENO);
  dup2(log >= 0 ? log : nothing, STDOUT_FILENO);
  dup2(log >= 0 ? log : nothing, STDERR_FILENO);
  if (chdir("/") != 0)
    return EXIT_CODE_GENERAL;
  lock_write_pid(up->lock_file);
  struct result result = supervise(up);
  if (!result_ok(&result))
    log_event(LOG_ERROR, "supervisor_failed", LOG_RESULT(&result));
  return (int)exit_code_of(result.code);
}

static void show_log(struct up *up, const char *name, const char *needle) {
  struct str line = files_last_line(up->arena, home_path(up, name), needle);
  if (!str_is_absent(line))
    fprintf(stderr, "  %s: %.*s\n", name, STR_FMT(line));
}

/* `supervisor` is 0 when it has ended by itself. */
static int give_up(struct up *up, pid_t supervisor, const char *why) {
  if (supervisor > 0)
    kill(supervisor, SIGTERM);
  while (supervisor > 0 && waitpid(supervisor, NULL, 0) < 0 && errno == EINTR)
    continue;
  fprintf(stderr, "tandem: %s. Everything is stopped again. Last lines of %s:\n", why, home_path(up, "log"));
  show_log(up, "log/up.log", "service_died");
  show_log(up, "log/postgres.log", "");
  show_log(up, "log/store.log", "");
  return interrupted ? EXIT_BY_SIGNAL : EXIT_CODE_UNREACHABLE;
}

/* "github, jira or linear" */
static void say_next(void) {
  fprintf(stderr, "Next: tandem connect ");
  for (size_t i = 0; i < TRACKER_COUNT; i++)
    fprintf(stderr, "%s%s", i == 0 ? "" : i + 1 < TRACKER_COUNT ? ", " : " or ", tracker_table[i]->system);
  fprintf(stderr, "\n");
}

static void say_ready(struct up *up, pid_t supervisor) {
  const struct up_endpoints *endpoints = &up->prepared.endpoints;
  if (up->options->quiet)
    return;
  fprintf(stderr, "tandem is up (process %d).\n  state     %.*s\n  store     %.*s\n  events    %.*s\n", (int)supervisor,
          STR_FMT(up->options->settings->home), STR_FMT(endpoints->store_url), STR_FMT(endpoints->events_url));
  for (size_t i = 0; i < TRACKER_COUNT; i++)
    fprintf(stderr, "  webhooks  %.*s (%s)\n", STR_FMT(endpoints->webhook_url[i]), tracker_table[i]->system);
  fprintf(stderr, "Stop it: tandem down\n");
  if (up->is_first)
    say_next();
}

/* Nobody should look at a silent terminal: a first start takes some seconds. */
static void say_beginning(struct up *up) {
  const struct settings *settings = up->options->settings;
  const char *version = home_path(up, "postgres/data/PG_VERSION");
  up->is_first = str_is_absent(settings->database_url.hidden) && access(version, F_OK) != 0;
  if (up->is_first && !up->options->quiet && !up->options->foreground)
    fprintf(stderr, "Making certificates and a private PostgreSQL in %.*s, this once …\n", STR_FMT(settings->home));
}

static int wait_until_ready(struct up *up, pid_t supervisor) {
  int64_t until_ms = clock_mono_ms() + READY_WAIT_MS;
  struct sigaction action = {.sa_handler = on_interrupt};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  while (!is_ready(up)) {
    if (interrupted)
      return give_up(up, supervisor, "interrupted");
    if (waitpid(supervisor, NULL, WNOHANG) == supervisor)
      return give_up(up, 0, "it ended while starting");
    if (clock_mono_ms() > until_ms)
      return give_up(up, supervisor, "it was not ready within 60 seconds");
    clock_sleep_ms(READY_STEP_MS);
  }
  say_ready(up, supervisor);
  return EXIT_CODE_OK;
}

static int start_detached(struct up *up) {
  fflush(NULL);
  pid_t supervisor = fork();
  if (supervisor < 0) {
    struct result result = result_error(RESULT_RETRY, "cannot start a process: %s", strerror(errno));
    return complain(&result);
  }
  if (supervisor == 0)
    _exit(run_detached(up));
  close(up->lock_file);
  return wait_until_ready(up, supervisor);
}

/* Tells when everything answers; dies with the supervisor. */
static void run_helper(struct up *up, pid_t supervisor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(up->lock_file);
  int64_t started_ms = clock_mono_ms();
  while (getppid() == supervisor && !is_ready(up))
    clock_sleep_ms(READY_STEP_MS);
  log_event(LOG_INFO, "ready", LOG_I64("ms", clock_mono_ms() - started_ms),
            LOG_STR("store_url", up->prepared.endpoints.store_url));
  _exit(0);
}

static int stay(struct up *up) {
  pid_t supervisor = getpid(), helper = fork();
  if (helper == 0)
    run_helper(up, supervisor);
  struct result result = supervise(up);
  return result_ok(&result) ? EXIT_CODE_OK : complain(&result);
}

static struct result prepare(struct up *up) {
  const struct settings *settings = up->options->settings;
  pid_t other;
  TRY(prepare_folders(up->arena, settings->home));
  TRY(lock_take(home_path(up, "run/up.pid"), &up->lock_file, &other));
  say_beginning(up);
  return prepare_all(up->arena, up->options, &up->prepared);
}

int up_main(const struct up_options *options) {
  static struct arena arena; /* the supervisor's, as long as the process */
  struct up up = {.options = options, .arena = &arena, .lock_file = -1};
  umask(0077);
  log_start("up");
  log_configure(options->settings->log_level, options->settings->log_format);
  up.notifier = notify_open();
  if (!options->foreground)
    up.notifier = (struct notifier){.file = -1}; /* who detaches is nobody's service */
  struct result result = prepare(&up);
  if (result.code == RESULT_STALE && !options->foreground) {
    complain(&result);
    return EXIT_CODE_OK; /* what was asked for is so */
  }
  if (!result_ok(&result)) {
    if (up.lock_file >= 0)
      close(up.lock_file);
    return complain(&result);
  }
  return options->foreground ? stay(&up) : start_detached(&up);
}

static int wait_until_gone(const char *path, bool quiet) {
  for (int64_t until_ms = clock_mono_ms() + DOWN_WAIT_MS; clock_mono_ms() < until_ms; clock_sleep_ms(DOWN_STEP_MS))
    if (lock_holder(path) == 0) {
      if (!quiet)
        fprintf(stderr, "tandem is stopped.\n");
      return EXIT_CODE_OK;
    }
  fprintf(stderr, "tandem: it does not end; see log/up.log, or kill process %d\n", (int)lock_holder(path));
  return EXIT_CODE_GENERAL;
}

int down_main(const struct up_options *options) {
  struct arena arena = {0};
  const char *path = str_format(&arena, "%.*s/run/up.pid", STR_FMT(options->settings->home)).at;
  pid_t holder = lock_holder(path);
  int exit_code = EXIT_CODE_OK;
  if (holder <= 0) {
    if (!options->quiet)
      fprintf(stderr, "tandem is not running in %.*s.\n", STR_FMT(options->settings->home));
  } else if (kill(holder, SIGTERM) != 0 && errno != ESRCH) {
    fprintf(stderr, "tandem: cannot stop process %d: %s\n", (int)holder, strerror(errno));
    exit_code = EXIT_CODE_GENERAL;
  } else {
    exit_code = wait_until_gone(path, options->quiet);
  }
  arena_free(&arena);
  return exit_code;
}

void up_status(struct arena *arena, struct str home, struct up_status *out) {
  struct up_endpoints endpoints = {0};
  pid_t holder = lock_holder(str_format(arena, "%.*s/run/up.pid", STR_FMT(home)).at);
  struct result result =
      endpoints_read(arena, str_format(arena, "%.*s/run/endpoint.json", STR_FMT(home)).at, &endpoints);
  *out = (struct up_status){.running = holder > 0, .pid = holder};
  if (!result_ok(&result))
    return;
  out->store_url = endpoints.store_url;
  out->events_url = endpoints.events_url;
}
