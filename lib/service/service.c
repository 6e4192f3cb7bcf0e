/* Connecting, waking, working, ending. */
#include "service/service.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/secrecy.h"
#include "service/backoff.h"
#include "service/health.h"
#include "service/notify.h"
#include "service/progress.h"
#include "service/telemetry.h"

struct runner {
  const struct service *service;
  struct service_context context;
  pthread_mutex_t mutex;
  pthread_cond_t woken;
  pthread_cond_t idling;
  uint64_t wakes; /* how often a bell rang */
  int idle;       /* workers that wait for one */
  bool ending;    /* no round is begun any more */
  int ended;      /* workers that have seen it */
};

enum { WAIT_TIMEOUT_MS = 15000, WAIT_AGAIN_MS = 200, READY_TIMEOUT_MS = 2000, END_WITHIN_MS = 5000 };

static const struct metric rounds = {
    "tandem_rounds_total", METRIC_COUNTER, {"result"}, "Rounds of work by how they ended."};

static void wake(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  runner->wakes++;
  pthread_cond_broadcast(&runner->woken);
  pthread_mutex_unlock(&runner->mutex);
}

/* Until a bell rings after `seen`, or `wait_ms` have passed. */
static void wait_for_wake(struct runner *runner, uint64_t seen, int64_t wait_ms) {
  struct timespec until = clock_deadline(wait_ms);
  pthread_mutex_lock(&runner->mutex);
  runner->idle++;
  pthread_cond_signal(&runner->idling);
  while (runner->wakes == seen)
    if (pthread_cond_timedwait(&runner->woken, &runner->mutex, &until) != 0)
      break;
  runner->idle--;
  pthread_mutex_unlock(&runner->mutex);
}

/* After a failure: bells do not make it shorter, the end does. */
static void rest(struct runner *runner, int64_t rest_ms) {
  struct timespec until = clock_deadline(rest_ms);
  pthread_mutex_lock(&runner->mutex);
  while (!runner->ending)
    if (pthread_cond_timedwait(&runner->woken, &runner->mutex, &until) != 0)
      break;
  pthread_mutex_unlock(&runner->mutex);
}

static void wait_until_idle(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  while (runner->idle == 0)
    pthread_cond_wait(&runner->idling, &runner->mutex);
  pthread_mutex_unlock(&runner->mutex);
}

static uint64_t wakes_so_far(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  uint64_t wakes = runner->wakes;
  pthread_mutex_unlock(&runner->mutex);
  return wakes;
}

/* Between two rounds a worker holds nothing. The last one that stays here tells the main thread, which waits for it. */
static void stay_if_ending(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  bool stays = runner->ending, is_last = stays && ++runner->ended == runner->service->workers;
  pthread_mutex_unlock(&runner->mutex);
  if (is_last)
    kill(getpid(), SIGTERM);
  if (!stays)
    return;
  for (;;)
    pause();
}

static void *work_forever(void *argument) {
  struct runner *runner = argument;
  struct service_context context = runner->context;
  struct arena arena = {0};
  struct backoff backoff = backoff_start(100, 15000);
  context.arena = &arena;
  progress_join();
  for (;;) {
    stay_if_ending(runner);
    uint64_t seen = wakes_so_far(runner);
    int64_t wait_ms = 1000;
    struct result result = runner->service->work(&context, &wait_ms);
    arena_reset(&arena);
    metric_add(&rounds, METRIC_VALUES(result_code_name(result.code)), 1);
    progress_note(true);
    if (result_ok(&result)) {
      backoff = backoff_start(100, 15000);
      if (wait_ms > 0)
        wait_for_wake(runner, seen, wait_ms);
      progress_note(false);
      continue;
    }
    log_event(result.code == RESULT_BUG ? LOG_ERROR : LOG_WARNING, "round_failed", LOG_RESULT(&result));
    if (result.code == RESULT_BUG)
      _exit(70);
    rest(runner, backoff_next(&backoff, result.retry_after_ms));
    progress_note(false);
  }
  return NULL;
}

/* While a worker is idle, one request waits in the store for a bell; the position in each answer makes that what rings
 * between two of them is not missed. */
static void *listen_forever(void *argument) {
  struct runner *runner = argument;
  struct arena arena = {0};
  struct str names[BELL_COUNT];
  struct bell_wait request = {.system = str_of(runner->service->system), .bells.at = names};
  for (int bell = 0; bell < BELL_COUNT; bell++)
    if (runner->service->bells & 1U << bell)
      names[request.bells.count++] = str_of(bell_names[bell]);
  for (;; arena_reset(&arena)) {
    struct bell_answer answer = {0};
    wait_until_idle(runner);
    struct result result = rpc_call(runner->context.rpc, &arena, VERB_WAIT, &request, &answer, WAIT_TIMEOUT_MS);
    if (!result_ok(&result))
      clock_sleep_ms(WAIT_AGAIN_MS);
    else
      request.after = answer.position;
    if (answer.rung)
      wake(runner);
  }
  return NULL;
}

/* -- health -- */

static struct result alive(void *context) {
  (void)context;
  return progress_check();
}

/* Work is asked for, and brought, to the store: without it there is none. */
static struct result ready(void *context) {
  struct runner *runner = context;
  struct arena arena = {0};
  struct empty request = {0};
  struct hello hello = {0};
  struct result result = rpc_call(runner->context.rpc, &arena, VERB_HELLO, &request, &hello, READY_TIMEOUT_MS);
  arena_free(&arena);
  TRY(result);
  return runner->service->ready ? runner->service->ready(&runner->context) : RESULT_DONE;
}

static struct result serve_health(struct runner *runner) {
  static struct health health = {.alive = alive, .ready = ready};
  health.role = runner->service->role;
  health.context = runner;
  return health_start(&health);
}

static bool can_take_work(void *context, char status[NOTIFY_STATUS_BYTES]) {
  struct result result = ready(context);
  if (result_ok(&result))
    snprintf(status, NOTIFY_STATUS_BYTES, "Ready: the store answers");
  else
    snprintf(status, NOTIFY_STATUS_BYTES, "Waiting: %.200s", result.message);
  return result_ok(&result);
}

/* -- starting -- */

static struct result connect_runner(struct runner *runner, struct arena *arena) {
  const char *home = getenv("TANDEM_HOME");
  TRY(endpoint_find(arena, str_of(home ? home : "."), runner->service->role, &runner->context.endpoint));
  runner->context.name = str_format(arena, "%s-%d", runner->service->role, (int)getpid());
  TRY(rpc_open(&runner->context.endpoint, runner->context.name, &runner->context.rpc));
  return runner->service->start ? runner->service->start(&runner->context) : RESULT_DONE;
}

static struct result start_thread(void *(*run)(void *), struct runner *runner) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, runner) != 0)
    return result_error(RESULT_RETRY, "cannot start a thread");
  pthread_detach(thread);
  return RESULT_DONE;
}

static struct result start_workers(struct runner *runner) {
  for (int i = 0; i < runner->service->workers; i++)
    TRY(start_thread(work_forever, runner));
  return start_thread(listen_forever, runner);
}

/* Rounds that are under way may end, so that nothing stays leased; who is in a hurry sends the signal again. */
static void end(struct runner *runner, const sigset_t *signals) {
  int64_t most_ms = environment_i64("TANDEM_END_WITHIN_MS", END_WITHIN_MS);
  const struct timespec most = {.tv_sec = most_ms / 1000, .tv_nsec = most_ms % 1000 * 1000000};
  pthread_mutex_lock(&runner->mutex);
  runner->ending = true;
  pthread_mutex_unlock(&runner->mutex);
  wake(runner);
  sigtimedwait(signals, NULL, &most);
}

static struct runner *new_runner(const struct service *service, void *state) {
  static struct runner only; /* one process, one runner */
  pthread_mutex_init(&only.mutex, NULL);
  clock_condition_init(&only.woken);
  clock_condition_init(&only.idling);
  only.service = service;
  only.context.state = state;
  return &only;
}

/* Work last: what cannot be watched does not begin any. */
static struct result start(struct runner *runner) {
  static struct arena arena; /* as long as the process */
  TRY(telemetry_start(runner->service->role));
  TRY(connect_runner(runner, &arena));
  TRY(serve_health(runner));
  return start_workers(runner);
}

int service_main(const struct service *service, void *state) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  secrecy_begin(); /* each has at least the key of its certificate */
  log_start(service->role);
  const struct notifier notifier = notify_open();
  struct runner *runner = new_runner(service, state);
  struct result result = start(runner);
  if (!result_ok(&result)) {
    log_event(LOG_ERROR, "cannot_start", LOG_RESULT(&result));
    _exit(1); /* not exit(): there may be threads in OpenSSL, which it would take down under them */
  }
  log_event(LOG_INFO, "started", LOG_I64("pid", getpid()));
  const struct notify_source source = {.alive = alive, .ready = can_take_work, .context = runner};
  int number = notify_until_signal(&notifier, &signals, &source);
  log_event(LOG_INFO, "stopping", LOG_I64("signal", number));
  end(runner, &signals);
  telemetry_end();
  _exit(0); /* sockets are never closed: nng_close can hang under traffic */
}
