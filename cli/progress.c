/* The live progress line, and waiting for a session. */
#include "cli/progress.h"

#include <sys/ioctl.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/report.h"

enum { ASK_LEAST_MS = 200, ASK_MOST_MS = 1000, PATIENCE_MS = 60000, STILL_MS = 15000, LINE_COLUMNS_MAX = 500 };

/* Until anything moves in the store, a second at most. */
static void wait_for_move(struct invocation *call, struct arena *arena, int64_t *position) {
  static const struct str any[] = {{"plan", 4}, {"work", 4}, {"session", 7}};
  struct bell_wait request = {.after = *position, .most_ms = ASK_MOST_MS};
  struct bell_answer answer = {0};
  request.bells.at = any;
  request.bells.count = sizeof any / sizeof any[0];
  int64_t asked_ms = clock_mono_ms();
  struct result result = rpc_call(call->rpc, arena, VERB_WAIT, &request, &answer, RPC_TIMEOUT_MS);
  if (result_ok(&result))
    *position = answer.position;
  else if (clock_mono_ms() - asked_ms < ASK_MOST_MS)
    clock_sleep_ms(ASK_MOST_MS);
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

/* Whether a session gets on: a tracker that is away should not look like a program that hangs. */
struct headway {
  int64_t done, moved_ms;
  bool told;
};

static void watch_headway(const struct output *output, struct arena *arena, struct headway *headway,
                          const struct session *session) {
  int64_t now_ms = clock_mono_ms(), done = session->seen + session->imported + session->updated + session->created +
                                           session->pushed - session->waiting - session->unplanned;
  if (done != headway->done || headway->moved_ms == 0) {
    headway->done = done;
    headway->moved_ms = now_ms;
  }
  if (headway->told || now_ms - headway->moved_ms < STILL_MS)
    return;
  headway->told = true;
  erase_line(output);
  output_note(output,
              "%.*s has not moved for %d s: %s. It goes on by itself, and goes "
              "on too when Ctrl-C ends this waiting. How it stands: tandem status",
              STR_FMT(session->project), STILL_MS / 1000,
              session->error.length ? output_clean_line(arena, session->error).at
                                    : "its tracker may be away, or asks for a rest");
}

static struct result wait_loop(struct invocation *call, int64_t id, struct session *out) {
  int64_t position = 0;
  struct arena scratch = {0};
  struct headway headway = {0};
  int64_t answered_ms = clock_mono_ms();
  for (;;) {
    struct session session = {0};
    int64_t asked_ms = clock_mono_ms();
    struct result result = ask(call, &scratch, id, &session);
    if (result_ok(&result)) {
      answered_ms = clock_mono_ms();
      if (!str_is(session.state, "running"))
        break;
      watch_headway(call->output, &scratch, &headway, &session);
      show_line(call->output, &session);
    } else if (result.code != RESULT_RETRY || clock_mono_ms() - answered_ms > PATIENCE_MS) {
      return arena_free(&scratch), result;
    }
    arena_reset(&scratch);
    wait_for_move(call, &scratch, &position);
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
