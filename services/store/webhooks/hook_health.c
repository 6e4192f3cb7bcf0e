/* Reading a webhook's health, and saying in a word what is wrong with it and what mends it. */
#include "store/webhooks/hook_health.h"

#include "base/clock.h"
#include "base/shell.h"
#include "store/webhooks/hooks.h"

enum { HOUR_MS = 3600 * 1000, LATELY_MS = 24 * HOUR_MS };

/* What the words are chosen by, besides the health itself. */
struct basis {
  struct str state, reason; /* of project_hook */
  bool pulls, has_secret, untimely;
  int64_t due_ms; /* the next look at it */
};

struct result hook_health_select(struct call *call, const int64_t *project_ids, size_t count, struct rows *out) {
  return db_query(
      call->db,
      "select p.id, coalesce(h.state, 'unknown') as state, h.reason, h.error, h.attempts, h.url, "
      "epoch_ms(h.checked_at) as checked_ms, epoch_ms(h.due_at) as due_ms, "
      "epoch_ms(h.expires_at) as expires_ms, epoch_ms(h.repaired_at) as repaired_ms, "
      "epoch_ms(h.last_delivery_at) as delivery_ms, epoch_ms(h.last_failed_at) as failed_ms, "
      "epoch_ms(h.refused_at) as refused_ms, epoch_ms(h.last_missed_at) as missed_ms, h.refused, h.refused_untimely, "
      "h.told, h.missed, "
      "coalesce(h.poll_s, p.poll_interval_s) as poll_s, epoch_ms(s.done_at) as scan_ms, s.reason as scan_error, "
      "case when s.done_at is not null then epoch_ms(s.next_at) end as next_scan_ms, "
      "f.failed, f.given_up, epoch_ms(p.full_sync_at) as full_ms, "
      "p.direction in ('pull', 'bidirectional') as pulls, p.webhook_credential is not null as has_secret "
      "from unnest($1::bigint[]) u(id) join project p on p.id = u.id left join project_hook h on h.project_id = p.id "
      "left join project_scan s on s.project_id = p.id cross join lateral (select count(*) filter (where asked < 5) as "
      "failed, count(*) filter (where asked >= 5) as given_up from failed_delivery where project_id = p.id) f",
      PARAMS(p_i64s(call->arena, project_ids, count)), out);
}

static void read_health(const struct rows *rows, size_t row, struct hook_health *out, struct basis *basis) {
  *out = (struct hook_health){
      .url = rows_str(rows, row, "url"),
      .active = str_is(rows_str(rows, row, "state"), "active"),
      .checked_at_ms = rows_i64(rows, row, "checked_ms"),
      .failed_checks = rows_i64(rows, row, "attempts"),
      .check_error = rows_str(rows, row, "error"),
      .expires_at_ms = rows_i64(rows, row, "expires_ms"),
      .repaired_at_ms = rows_i64(rows, row, "repaired_ms"),
      .last_delivery_ms = rows_i64(rows, row, "delivery_ms"),
      .last_failed_ms = rows_i64(rows, row, "failed_ms"),
      .failed = rows_i64(rows, row, "failed"),
      .given_up = rows_i64(rows, row, "given_up"),
      .refused = rows_i64(rows, row, "refused"),
      .refused_at_ms = rows_i64(rows, row, "refused_ms"),
      .told = rows_i64(rows, row, "told"),
      .missed = rows_i64(rows, row, "missed"),
      .last_missed_ms = rows_i64(rows, row, "missed_ms"),
      .poll_s = rows_i64(rows, row, "poll_s"),
      .id_scan_ms = rows_i64(rows, row, "scan_ms"),
      .next_id_scan_ms = rows_i64(rows, row, "next_scan_ms"),
      .full_scan_ms = rows_i64(rows, row, "full_ms"),
      .scan_error = rows_str(rows, row, "scan_error"),
  };
  *basis = (struct basis){.state = rows_str(rows, row, "state"),
                          .reason = rows_str(rows, row, "reason"),
                          .pulls = rows_bool(rows, row, "pulls"),
                          .has_secret = rows_bool(rows, row, "has_secret"),
                          .untimely = rows_bool(rows, row, "refused_untimely"),
                          .due_ms = rows_i64(rows, row, "due_ms")};
}

/* -- in words -- */

static bool is_lately(int64_t at_ms, int64_t now_ms) {
  return at_ms > 0 && now_ms - at_ms < LATELY_MS;
}

static void say(struct hook_health *health, const char *state, struct str reason, struct str next_step) {
  health->state = str_of(state);
  health->reason = reason;
  health->next_step = next_step;
}

/* One that nobody registered here may be set up by hand: then deliveries come. */
static void say_there_is_none(struct arena *arena, const struct project *project, const struct basis *basis,
                              struct hook_health *health) {
  struct str check = str_format(arena, "tandem webhooks check %.*s", STR_FMT(shell_word(arena, project->name)));
  if (str_is(basis->state, "refused"))
    say(health, "none", basis->reason, check);
  else if (str_is(project->system, "webhook"))
    say(health, "none",
        basis->has_secret ? STR("none has come for a day") : STR("it has no secret that webhooks could be signed with"),
        str_format(arena, "tandem connect webhook --name %.*s --webhook-secret-file FILE",
                   STR_FMT(shell_word(arena, project->name))));
  else if (health->check_error.length)
    say(health, "none", health->check_error, check);
  else
    say(health, "none",
        STR("tandem was not told where trackers reach it: set webhooks.url (TANDEM_WEBHOOK_URL), then start it again"),
        STR("tandem down, then tandem up"));
}

static void say_what_is_refused(struct arena *arena, const struct project *project, const struct basis *basis,
                                struct hook_health *health) {
  if (basis->untimely)
    say(health, "refusing",
        STR("deliveries are signed rightly, but their time is not the time here: the clock of this machine is wrong, "
            "or somebody sends old ones again"),
        STR("timedatectl set-ntp true"));
  else
    say(health, "refusing",
        STR("deliveries come with a wrong signature: the tracker has another secret, or they are forged"),
        str_format(arena, "tandem webhooks rotate %.*s", STR_FMT(shell_word(arena, project->name))));
}

/* What was given up is not lost: whatever it told of is found without it. */
static struct str failing_words(struct arena *arena, const struct hook_health *health) {
  static const char *const instead = "polls and scans find what they tell of";
  long long asked = health->failed, given_up = health->given_up;
  if (given_up == 0)
    return str_format(arena, "the tracker could not deliver %lld of its webhooks, and is asked for them again", asked);
  if (asked == 0)
    return str_format(arena,
                      "the tracker could not deliver %lld of its webhooks, not even when it was asked five times: %s",
                      given_up, instead);
  return str_format(arena,
                    "the tracker could not deliver %lld of its webhooks: it is asked again for %lld, and %lld were "
                    "given up: %s",
                    asked + given_up, asked, given_up, instead);
}

static struct str unchecked_words(struct arena *arena, const struct hook_health *health) {
  return str_format(arena, "%lld checks of it in a row have failed, the last one with: %.*s",
                    (long long)health->failed_checks, STR_FMT(health->check_error));
}

/* It may go on sending, and be switched off or end without anybody's notice. */
static bool is_left_alone(const struct project *project, const struct basis *basis, const struct hook_health *health,
                          int64_t now_ms) {
  return health->active && str_is(project->state, "active") && basis->due_ms > 0 && now_ms - basis->due_ms > HOUR_MS;
}

static void say_it_is_left_alone(struct hook_health *health) {
  say(health, "unwatched",
      STR("no adapter looks at it any more: none of them is told where trackers reach it (webhooks.url, "
          "TANDEM_WEBHOOK_URL), or none runs"),
      STR("set webhooks.url, then: tandem down, and tandem up"));
}

static void say_what_is(struct arena *arena, const struct project *project, const struct basis *basis, int64_t now_ms,
                        struct hook_health *health) {
  struct str check = str_format(arena, "tandem webhooks check %.*s", STR_FMT(shell_word(arena, project->name)));
  bool comes = is_lately(health->last_delivery_ms, now_ms);
  if (!basis->pulls)
    say(health, "off", STR("nothing is pulled from there"), (struct str){0});
  else if (is_lately(health->refused_at_ms, now_ms) && health->refused_at_ms > health->last_delivery_ms)
    say_what_is_refused(arena, project, basis, health);
  else if (health->active && health->expires_at_ms > 0 && health->expires_at_ms <= now_ms)
    say(health, "expired",
        str_format(arena, "it has ended there, and could not be renewed%s%.*s", health->check_error.length ? ": " : "",
                   STR_FMT(health->check_error)),
        check);
  else if (health->failed_checks >= HOOK_FAILURES_UNTIL_TOLD) /* until one succeeds, nothing is asked for again */
    say(health, "unchecked", unchecked_words(arena, health), check);
  else if (is_left_alone(project, basis, health, now_ms))
    say_it_is_left_alone(health);
  else if (health->failed + health->given_up > 0)
    say(health, "failing", failing_words(arena, health), check);
  else if (!health->active && !comes)
    say_there_is_none(arena, project, basis, health);
  else if (is_lately(health->last_missed_ms, now_ms) && health->last_missed_ms > health->last_delivery_ms)
    say(health, "missing", STR("changes were found that no webhook told of"), check);
  else /* the reason: it works, but tandem may not see to it */
    say(health, "working", health->active ? (struct str){0} : basis->reason, (struct str){0});
}

void hook_health_read(struct arena *arena, const struct rows *rows, size_t row, const struct project *project,
                      struct hook_health *out) {
  struct basis basis;
  read_health(rows, row, out, &basis);
  say_what_is(arena, project, &basis, clock_now_ms(), out);
}
