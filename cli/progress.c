/* The live progress line, and waiting for a session. */
#include "cli/progress.h"

#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/shell.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/report.h"
#include "cli/sessions.h"

enum { ASK_LEAST_MS = 200, ASK_MOST_MS = 1000, PATIENCE_MS = 60000, STILL_MS = 15000, LINE_COLUMNS_MAX = 500 };

/* A rest is looked for when nothing has moved for a moment, and now and then from then on. */
enum { QUIET_MS = 2000, REST_ASK_MS = 5000, REST_WORTH_TELLING_MS = 15000, REST_MOVED_MS = 60000 };

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

static void show_line(const struct output *output, const struct session *session, int64_t rests_until_ms) {
  if (!output->live)
    return;
  struct arena arena = {0};
  struct str line = output_clean_line(&arena, report_progress(&arena, session, rests_until_ms, clock_now_ms()));
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

/* Whether a session gets on: a tracker that is away, or rests, should not look like a program that hangs. */
struct headway {
  int64_t done, moved_ms, asked_ms;            /* monotonic */
  int64_t rests_until_ms, told_rests_until_ms; /* by the calendar; 0 = none */
  bool doubted, told_still;
};

static void tell_rest(const struct output *output, struct arena *arena, struct headway *headway, struct str project) {
  int64_t now_ms = clock_now_ms(), until_ms = headway->rests_until_ms;
  if (until_ms < now_ms + REST_WORTH_TELLING_MS || until_ms < headway->told_rests_until_ms + REST_MOVED_MS)
    return;
  headway->told_rests_until_ms = until_ms;
  erase_line(output);
  output_note(output,
              "%.*s rests until %.*s, %.*s: %s. It goes on by itself then, and goes on too when Ctrl-C ends this "
              "waiting.",
              STR_FMT(project), STR_FMT(format_moment(arena, until_ms)), STR_FMT(format_ago(arena, until_ms, now_ms)),
              headway->doubted ? "its tracker has refused the credential, and is asked again then"
                               : "its tracker takes no more calls before");
}

static void tell_stillness(const struct output *output, struct arena *arena, struct headway *headway,
                           const struct session *session) {
  headway->told_still = true;
  erase_line(output);
  output_note(output,
              "%.*s has not moved for %d s: %s. It goes on by itself, and goes "
              "on too when Ctrl-C ends this waiting. How it stands: tandem status %.*s",
              STR_FMT(session->project), STILL_MS / 1000,
              session->error.length ? output_clean_line(arena, session->error).at
                                    : "its tracker may be away, or asks for a rest",
              STR_FMT(shell_word(arena, session->project)));
}

static void ask_for_rest(struct invocation *call, struct headway *headway, struct str project) {
  struct project_status status;
  headway->asked_ms = clock_mono_ms();
  if (!sessions_project_status(call, project, &status))
    return;
  headway->doubted = status.doubted_until_ms >= status.blocked_until_ms;
  headway->rests_until_ms = status.blocked_until_ms > clock_now_ms() ? status.blocked_until_ms : 0;
}

static void watch_headway(struct invocation *call, struct arena *arena, struct headway *headway,
                          const struct session *session) {
  int64_t now_ms = clock_mono_ms(), done = session->seen + session->imported + session->updated + session->created +
                                           session->pushed - session->waiting - session->unplanned;
  if (done != headway->done || headway->moved_ms == 0) {
    headway->done = done;
    headway->moved_ms = now_ms;
    headway->rests_until_ms = 0;
  }
  if (now_ms - headway->moved_ms < QUIET_MS)
    return;
  if (now_ms - headway->asked_ms >= REST_ASK_MS)
    ask_for_rest(call, headway, session->project);
  if (headway->rests_until_ms)
    tell_rest(call->output, arena, headway, session->project);
  else if (!headway->told_still && now_ms - headway->moved_ms >= STILL_MS)
    tell_stillness(call->output, arena, headway, session);
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
      watch_headway(call, &scratch, &headway, &session);
      show_line(call->output, &session, headway.rests_until_ms);
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
