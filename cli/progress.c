/* The live progress line, and waiting for a session. */
#include "cli/progress.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/report.h"
#include "service/bus.h"

enum { ASK_LEAST_MS = 200, ASK_MOST_MS = 1000, PATIENCE_MS = 60000, LINE_COLUMNS_MAX = 500 };

/* Rung by the bus's thread. */
struct bell {
  pthread_mutex_t mutex;
  pthread_cond_t moved;
  bool rung;
};
static void on_event(void *context, enum event_id id, const struct stored_event *event) {
  (void)event;
  struct bell *bell = context;
  if (id == EVENT_HEARTBEAT)
    return;
  pthread_mutex_lock(&bell->mutex);
  bell->rung = true;
  pthread_cond_signal(&bell->moved);
  pthread_mutex_unlock(&bell->mutex);
}

static void wait_for_bell(struct bell *bell, int64_t most_ms) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  int64_t nanoseconds = until.tv_nsec + most_ms * 1000000;
  until.tv_sec += (time_t)(nanoseconds / 1000000000);
  until.tv_nsec = (long)(nanoseconds % 1000000000);
  pthread_mutex_lock(&bell->mutex);
  int status = 0;
  while (!bell->rung && status == 0)
    status = pthread_cond_timedwait(&bell->moved, &bell->mutex, &until);
  bell->rung = false;
  pthread_mutex_unlock(&bell->mutex);
}

/* The bus lives as long as the process, and so does its bell. Without events the session is asked for all the same. */
static struct bell *hang_bell(struct invocation *call) {
  static struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
  static struct bus *bus;
  const struct bus_options options = {.endpoint = &call->endpoint,
                                      .rpc = call->rpc,
                                      .after = BUS_FROM_NOW,
                                      .doorbells = true,
                                      .on_event = on_event,
                                      .context = &bell};
  if (!bus) {
    struct result result = bus_open(&options, &bus);
    if (!result_ok(&result))
      output_note(call->output, "No live events (%s); asking every second instead.", result.message);
  }
  return &bell;
}

/* -- the line -- */

static size_t terminal_columns(const struct output *output) {
  struct winsize size;
  if (ioctl(fileno(output->messages), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col < LINE_COLUMNS_MAX ? size.ws_col : LINE_COLUMNS_MAX;
}

/* At most `columns` characters, whole ones. */
static struct str cut(struct str text, size_t columns) {
  size_t shown = 0, i = 0;
  while (i < text.length && shown < columns) {
    i++;
    while (i < text.length && ((unsigned char)text.at[i] & 0xC0) == 0x80)
      i++;
    shown++;
  }
  return str_slice(text, 0, i);
}

static void show_line(const struct output *output, const struct session *session) {
  if (!output->live)
    return;
  struct arena arena = {0};
  struct str line = output_clean_line(&arena, report_progress(&arena, session, clock_now_ms()));
  fprintf(output->messages, "\r%.*s\033[K", STR_FMT(cut(line, terminal_columns(output) - 1)));
  fflush(output->messages);
  arena_free(&arena);
}

static void erase_line(const struct output *output) {
  if (!output->live)
    return;
  fputs("\r\033[K", output->messages);
  fflush(output->messages);
}

/* -- waiting -- */

static struct result ask(struct invocation *call, struct arena *arena, int64_t id, struct session *out) {
  struct session_id request = {id};
  return rpc_call(call->rpc, arena, VERB_SESSION_GET, &request, out, RPC_TIMEOUT_MS);
}

static struct result wait_loop(struct invocation *call, int64_t id, struct session *out) {
  struct bell *bell = hang_bell(call);
  struct arena scratch = {0};
  int64_t answered_ms = clock_mono_ms();
  for (;;) {
    struct session session = {0};
    int64_t asked_ms = clock_mono_ms();
    struct result result = ask(call, &scratch, id, &session);
    if (result_ok(&result)) {
      answered_ms = clock_mono_ms();
      if (!str_is(session.state, "running"))
        break;
      show_line(call->output, &session);
    } else if (result.code != RESULT_RETRY || clock_mono_ms() - answered_ms > PATIENCE_MS) {
      return arena_free(&scratch), result;
    }
    arena_reset(&scratch);
    wait_for_bell(bell, ASK_MOST_MS);
    int64_t since_ms = clock_mono_ms() - asked_ms;
    if (since_ms < ASK_LEAST_MS)
      clock_sleep_ms(ASK_LEAST_MS - since_ms);
  }
  arena_free(&scratch);
  return ask(call, call->arena, id, out);
}

struct result progress_wait(struct invocation *call, int64_t id, struct session *out) {
  TRY(client_open(call));
  struct result result = wait_loop(call, id, out);
  erase_line(call->output);
  return result;
}
