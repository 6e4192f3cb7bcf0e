/* One pipe at a time, and when it was last heard. */
#include "service/pipe_watch.h"

#include "base/clock.h"
#include "base/log.h"

static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *context) {
  struct pipe_watch *watch = context;
  int id = nng_pipe_id(pipe);
  if (event == NNG_PIPE_EV_ADD_POST) {
    pipe_watch_heard(watch);
    atomic_store(&watch->pipe, id);
  } else {
    atomic_compare_exchange_strong(&watch->pipe, &id, 0);
  }
}

void pipe_watch_start(struct pipe_watch *watch, nng_socket socket) {
  atomic_init(&watch->pipe, 0);
  atomic_init(&watch->heard_ms, clock_mono_ms());
  nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, on_pipe, watch);
  nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, on_pipe, watch);
}

void pipe_watch_heard(struct pipe_watch *watch) {
  atomic_store(&watch->heard_ms, clock_mono_ms());
}

void pipe_watch_check(struct pipe_watch *watch, int64_t now_ms) {
  int64_t silent_ms = now_ms - atomic_load(&watch->heard_ms);
  nng_pipe pipe = {.id = (uint32_t)atomic_load(&watch->pipe)};
  if (pipe.id == 0 || silent_ms < PIPE_SILENCE_MS)
    return;
  log_event(LOG_WARNING, "store_is_silent", LOG_I64("silent_ms", silent_ms), LOG_C("next", "connecting anew"));
  nng_pipe_close(pipe);
}
