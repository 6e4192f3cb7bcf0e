/* Connecting, waking, working, ending. */
#include "service/service.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/backoff.h"

struct runner {
  const struct service *service;
  struct service_context context;
  pthread_mutex_t mutex;
  pthread_cond_t woken;
  uint64_t wakes; /* how often somebody rang */
};

static void wake(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  runner->wakes++;
  pthread_cond_broadcast(&runner->woken);
  pthread_mutex_unlock(&runner->mutex);
}

/* Until somebody rings after `seen`, or `wait_ms` have passed. */
static void wait_for_wake(struct runner *runner, uint64_t seen, int64_t wait_ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += wait_ms % 1000 * 1000000;
  until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_mutex_lock(&runner->mutex);
  while (runner->wakes == seen)
    if (pthread_cond_timedwait(&runner->woken, &runner->mutex, &until) != 0)
      break;
  pthread_mutex_unlock(&runner->mutex);
}

static uint64_t wakes_so_far(struct runner *runner) {
  pthread_mutex_lock(&runner->mutex);
  uint64_t wakes = runner->wakes;
  pthread_mutex_unlock(&runner->mutex);
  return wakes;
}

static void *work_forever(void *argument) {
  struct runner *runner = argument;
  struct service_context context = runner->context;
  struct arena arena = {0};
  struct backoff backoff = backoff_start(100, 15000);
  context.arena = &arena;
  for (;;) {
    uint64_t seen = wakes_so_far(runner);
    int64_t wait_ms = 1000;
    struct result result = runner->service->work(&context, &wait_ms);
    arena_reset(&arena);
    if (result_ok(&result)) {
      backoff = backoff_start(100, 15000);
      if (wait_ms > 0)
        wait_for_wake(runner, seen, wait_ms);
      continue;
    }
    log_event(result.code == RESULT_BUG ? LOG_ERROR : LOG_WARNING, "round_failed", LOG_RESULT(&result));
    if (result.code == RESULT_BUG)
      _exit(70);
    clock_sleep_ms(backoff_next(&backoff, result.retry_after_ms));
  }
  return NULL;
}

static void on_event(void *context, enum event_id id, const struct stored_event *event) {
  struct runner *runner = context;
  if (runner->service->wakes(id, event))
    wake(runner);
}

static void on_connected(void *context) {
  wake(context);
}

static struct result connect_runner(struct runner *runner, struct arena *arena) {
  const char *home = getenv("TANDEM_HOME");
  TRY(endpoint_find(arena, str_of(home ? home : "."), runner->service->role, &runner->context.endpoint));
  runner->context.name = str_format(arena, "%s-%d", runner->service->role, (int)getpid());
  TRY(rpc_open(&runner->context.endpoint, runner->context.name, &runner->context.rpc));
  if (runner->service->start)
    TRY(runner->service->start(&runner->context));
  struct bus_options options = {.endpoint = &runner->context.endpoint,
                                .rpc = runner->context.rpc,
                                .after = BUS_FROM_NOW,
                                .doorbells = true,
                                .on_event = on_event,
                                .on_connected = on_connected,
                                .context = runner};
  struct bus *bus;
  return bus_open(&options, &bus);
}

static struct result start_workers(struct runner *runner) {
  for (int i = 0; i < runner->service->workers; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work_forever, runner) != 0)
      return result_error(RESULT_RETRY, "cannot start a thread");
    pthread_detach(thread);
  }
  return RESULT_DONE;
}

int service_main(const struct service *service, void *state) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  log_start(service->role);

  static struct runner only; /* one process, one runner */
  static struct arena arena;
  struct runner *runner = &only;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&runner->mutex, NULL);
  pthread_cond_init(&runner->woken, &attributes);
  runner->service = service;
  runner->context.state = state;

  struct result result = connect_runner(runner, &arena);
  if (result_ok(&result))
    result = start_workers(runner);
  if (!result_ok(&result)) {
    log_event(LOG_ERROR, "cannot_start", LOG_RESULT(&result));
    return 1;
  }
  log_event(LOG_INFO, "started", LOG_I64("pid", getpid()));
  int number;
  sigwait(&signals, &number);
  log_event(LOG_INFO, "stopping", LOG_I64("signal", number));
  _exit(0); /* sockets are never closed: nng_close can hang under traffic */
}
