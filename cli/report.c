/* The report of a session. */
#include "cli/report.h"

#include "base/shell.h"
#include "cli/format.h"

#define COUNTED(arena, count, singular, plural) STR_FMT(format_counted((arena), (count), (singular), (plural)))

static int64_t took_ms(const struct session *session, int64_t now_ms) {
  return (session->finished_at_ms ? session->finished_at_ms : now_ms) - session->started_at_ms;
}

static const char *started_by(struct str trigger) {
  return str_is(trigger, "person")    ? "asked for by a person"
         : str_is(trigger, "webhook") ? "after a webhook"
         : str_is(trigger, "first")   ? "the first one"
                                      : "on schedule";
}

static struct str mode_of(struct arena *arena, const struct session *session) {
  return session->undoes ? str_format(arena, "undo of session %lld", (long long)session->undoes) : session->mode;
}

static void append_heading(struct str_builder *text, const struct session *session, int64_t now_ms) {
  const char *how = str_is(session->state, "completed") ? "finished in"
                    : str_is(session->state, "failed")  ? "failed after"
                                                        : "running for";
  str_append_format(text, "Session %lld of %.*s %s %.*s (%.*s, %s).\n", (long long)session->id,
                    STR_FMT(session->project), how, STR_FMT(format_duration(text->arena, took_ms(session, now_ms))),
                    STR_FMT(mode_of(text->arena, session)), started_by(session->trigger));
}

/* What is counted as here and outside is finished, ticket by ticket; of a session that failed the rest is told. */
static void append_rest(struct str_builder *text, const struct session *session) {
  struct arena *arena = text->arena;
  if (!str_is(session->state, "failed"))
    return;
  if (session->waiting || session->unplanned)
    str_append_format(text, "  not begun  %.*s; %.*s still to be compared\n",
                      COUNTED(arena, session->waiting, "write", "writes"),
                      COUNTED(arena, session->unplanned, "ticket or comment", "tickets or comments"));
  if (session->uncertain)
    str_append_format(text, "  uncertain  %.*s that may have arrived: looked for before anything is sent again\n",
                      COUNTED(arena, session->uncertain, "write", "writes"));
}

static void append_counts(struct str_builder *text, const struct session *session) {
  struct arena *arena = text->arena;
  str_append_format(text, "  here       %.*s created, %.*s updated\n", STR_FMT(format_count(arena, session->imported)),
                    STR_FMT(format_count(arena, session->updated)));
  str_append_format(text, "  outside    %.*s created, %.*s updated", STR_FMT(format_count(arena, session->created)),
                    STR_FMT(format_count(arena, session->pushed)));
  if (session->waiting && !str_is(session->state, "failed"))
    str_append_format(text, ", %.*s still to do", STR_FMT(format_count(arena, session->waiting)));
  str_append_format(text, "\n  looked at  %.*s, %.*s unchanged\n",
                    COUNTED(arena, session->seen, "ticket or comment", "tickets and comments"),
                    STR_FMT(format_count(arena, session->unchanged)));
  str_append_format(text, "  conflicts  %.*s\n", STR_FMT(format_count(arena, session->conflicts)));
  if (session->parked)
    str_append_format(text, "  parked     %.*s\n", COUNTED(arena, session->parked, "write", "writes"));
}

static void append_cost(struct str_builder *text, const struct session *session, const struct project_status *status,
                        int64_t now_ms) {
  struct arena *arena = text->arena;
  str_append_format(text, "  API        %.*s", COUNTED(arena, session->api_calls, "call", "calls"));
  if (status && status->quota_limit) {
    str_append_format(text, "; %.*s of %.*s left", STR_FMT(format_count(arena, status->quota_remaining)),
                      STR_FMT(format_count(arena, status->quota_limit)));
    if (status->quota_reset_ms > now_ms)
      str_append_format(text, ", all again %.*s", STR_FMT(format_ago(arena, status->quota_reset_ms, now_ms)));
  }
  str_append_c(text, "\n");
}

static void append_step(struct str_builder *steps, struct str step) {
  str_append_format(steps, "  - %.*s\n", STR_FMT(step));
}

static struct str next_steps(struct arena *arena, const struct session *session, const struct project_status *status,
                             int64_t now_ms) {
  struct str_builder steps = {.arena = arena};
  if (session->error.length)
    append_step(&steps, session->error);
  if (status && str_is(status->project.state, "failed") && !str_equal(status->project.state_reason, session->error))
    append_step(&steps, status->project.state_reason);
  int64_t open = status ? status->open_conflicts : session->conflicts;
  if (open)
    append_step(&steps, str_format(arena, "Decide %.*s: tandem conflicts list --project %.*s",
                                   COUNTED(arena, open, "conflict", "conflicts"),
                                   STR_FMT(shell_word(arena, session->project))));
  if (session->parked)
    append_step(&steps, STR("See what could not be written, why, and what puts it back: tandem status"));
  if (status && status->blocked_until_ms > now_ms)
    append_step(&steps, str_format(arena, "The tracker asked for a rest; writing goes on by itself %.*s.",
                                   STR_FMT(format_ago(arena, status->blocked_until_ms, now_ms))));
  if (str_is(session->state, "completed") && session->imported)
    append_step(&steps, str_format(arena, "Look at what came in: tandem ticket list --project %.*s",
                                   STR_FMT(shell_word(arena, session->project))));
  return str_built(&steps);
}

struct str report_render(struct arena *arena, const struct session *session, const struct project_status *status,
                         int64_t now_ms) {
  struct str_builder text = {.arena = arena};
  append_heading(&text, session, now_ms);
  append_counts(&text, session);
  append_rest(&text, session);
  append_cost(&text, session, status, now_ms);
  struct str steps = next_steps(arena, session, status, now_ms);
  if (steps.length)
    str_append_format(&text, "Next\n%.*s", STR_FMT(steps));
  return str_built(&text);
}

/* How long the writes that wait will take at the pace seen so far; 0 = nothing to go by. */
static int64_t remaining_ms(const struct session *session, int64_t now_ms) {
  int64_t done = session->created + session->pushed;
  return done > 0 && session->waiting > 0 ? took_ms(session, now_ms) * session->waiting / done : 0;
}

struct str report_progress(struct arena *arena, const struct session *session, int64_t rests_until_ms, int64_t now_ms) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%.*s: %.*s", STR_FMT(session->project),
                    STR_FMT(session->phase.length ? session->phase : session->state));
  const struct {
    int64_t count;
    const char *what;
  } parts[] = {{session->seen, "seen"},
               {session->imported, "imported"},
               {session->updated, "updated"},
               {session->created + session->pushed, "written"},
               {session->waiting, "to write"}};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    if (parts[i].count)
      str_append_format(&text, " · %.*s %s", STR_FMT(format_count(arena, parts[i].count)), parts[i].what);
  int64_t left_ms = remaining_ms(session, now_ms);
  if (rests_until_ms > now_ms)
    str_append_format(&text, " · rests until %.*s", STR_FMT(format_moment(arena, rests_until_ms)));
  else if (left_ms >= 2000)
    str_append_format(&text, ", about %.*s", STR_FMT(format_duration(arena, left_ms)));
  str_append_format(&text, " · %.*s", STR_FMT(format_duration(arena, took_ms(session, now_ms))));
  return str_built(&text);
}
