/* Each kind of work stands in the database with the time when it is due. What has been due for long and is held by no
 * lease, nobody takes: the process that should is not running, or cannot. */
#include "store/claims/troubles.h"

#include "base/shell.h"
#include "store/webhooks/hook_removal.h"

#define LONG "5 minutes"
#define VERY_LONG "6 hours"

enum { LISTED_MAX = 100, ATTEMPTS_UNTIL_TOLD = 10 }; /* ten take some minutes */

/* A lease that was given back lately, or is held, shows that somebody is at it. */
static struct result select_untaken(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select p.name as project, p.system, t.what, epoch_ms(t.since) as since_ms "
      "from adapter_due t join project p on p.id = t.project_id join credential c on c.name = p.credential "
      "where p.state = 'active' and (t.what <> 'writes' or p.writes_held is null) and t.since < now() - interval '" LONG
      "' "
      "and (c.blocked_until is null or c.blocked_until < now() - interval '" LONG "') "
      "and not exists (select from lease l where l.resource = t.lease and l.until > now() - "
      "interval '" LONG "') "
      "and $2::bigint in (0, p.id) order by t.since, p.name limit $1::bigint",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

static struct result select_unplanned(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(call->db,
                  "select p.name as project, epoch_ms(min(q.queued_at)) as since_ms "
                  "from plannable r join plan_queue q on q.mapping_id = r.mapping_id join project p on p.id = "
                  "r.project_id where q.queued_at < now() - interval '" LONG
                  "' and not exists (select from plan_queue c where "
                  "c.claimed_until > now() - interval '" LONG "') "
                  "and $2::bigint in (0, p.id) group by p.name order by 2, 1 limit $1::bigint",
                  PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

static struct result select_unstarted(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(call->db,
                  "select p.name as project, epoch_ms(p.next_sync_at) as since_ms "
                  "from project p where p.state = 'active' and p.direction <> 'disabled' and p.next_sync_at < now() - "
                  "interval '" LONG "' and not exists (select from session s where s.project_id = p.id and s.state = "
                  "'running') and $2::bigint in (0, p.id) order by p.next_sync_at, p.name limit $1::bigint",
                  PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

/* Nothing of it is left, and it stays. */
static struct result select_unended(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select p.name as project, epoch_ms(s.started_at) as since_ms from session s join project p on p.id = "
      "s.project_id "
      "where s.state = 'running' and s.pull_done and p.state = 'active' and s.started_at < now() - interval '" LONG "' "
      "and not exists (select from adapter_due a where a.project_id = p.id) and not exists (select from lease l where "
      "l.resource = any(array['pull:' || p.id, 'fetch:' || p.id, 'deliver:' || p.id, 'push:' || p.credential]) and "
      "l.until > now() - interval '" LONG
      "') and not exists (select from intent n where n.project_id = p.id and n.state in "
      "('prepared', 'sending', 'unknown')) and not exists (select from plannable r where r.project_id = p.id) "
      "and not exists (select from fetch_queue f where f.project_id = p.id and f.attempts < 3) and $2::bigint in (0, "
      "p.id) order by 2, 1 limit "
      "$1::bigint",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

/* It goes on as long as something comes of it: what it counts, or writes that are done. */
static struct result select_endless(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select p.name as project, s.id, s.error, epoch_ms(s.started_at) as since_ms "
      "from session s join project p on p.id = s.project_id where s.state = 'running' and s.started_at < "
      "now() - interval '" VERY_LONG "' and not exists (select from intent n where n.project_id = "
      "s.project_id and n.state = 'done' and n.done_at > now() - interval '1 hour') and not exists (select "
      "from external_item e where e.project_id = s.project_id and e.observed_at > now() - interval '1 hour') "
      "and $2::bigint in (0, p.id) order by s.started_at, p.name limit $1::bigint",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

/* The tracker is asked again and again, and never gives what is asked for: a page of a list, say. Single items are
 * parked by themselves in that case, and writes after some hours; these go on being tried. */
static struct result select_unanswered(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(call->db,
                  "select p.name as project, t.what, t.attempts, t.error, epoch_ms(t.since) as since_ms from ("
                  "select s.project_id, 'polls' as what, p.pull_attempts as attempts, s.error, s.started_at as since "
                  "from session s "
                  "join project p on p.id = s.project_id where s.state = 'running' and not s.pull_done "
                  "union all select project_id, 'scans of ids', attempts, reason, started_at from project_scan "
                  "union all select n.project_id, 'attempts at a write', n.attempts, n.reason, n.created_at from "
                  "intent n where n.state in ('prepared', 'sending', 'unknown') and n.attempts >= $2) t "
                  "join project p on p.id = t.project_id where p.state = 'active' and t.attempts >= $2::bigint and "
                  "$3::bigint in (0, p.id) "
                  "order by t.since, p.name limit $1::bigint",
                  PARAMS(p_i64(LISTED_MAX), p_i64(ATTEMPTS_UNTIL_TOLD), p_i64(project_id)), out);
}

/* -- in words -- */

struct troubles {
  struct arena *arena;
  struct trouble *at;
  size_t count, capacity;
};

static void add(struct troubles *all, const struct rows *rows, size_t row, struct str what, struct str next_step) {
  all->at = arena_room(all->arena, all->at, all->count, &all->capacity, sizeof *all->at);
  all->at[all->count++] = (struct trouble){.project = rows_str(rows, row, "project"),
                                           .what = what,
                                           .since_ms = rows_i64(rows, row, "since_ms"),
                                           .next_step = next_step};
}

static void add_untaken(struct troubles *all, const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct str system = rows_str(rows, i, "system"), what = rows_str(rows, i, "what");
    add(all, rows, i,
        str_format(all->arena, "nobody takes what is due (%.*s): is tandem-adapter-%.*s running?", STR_FMT(what),
                   STR_FMT(system)),
        str_format(all->arena, "look at log/adapter-%.*s.log in the state directory; tandem up starts what is missing",
                   STR_FMT(system)));
  }
}

static void add_all(struct troubles *all, const struct rows *rows, const char *what, const char *role) {
  for (size_t i = 0; i < rows->count; i++)
    add(all, rows, i, str_of(what),
        str_format(all->arena, "look at log/%s.log in the state directory; tandem up starts what is missing", role));
}

static void add_endless(struct troubles *all, const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct str error = rows_str(rows, i, "error"), word = shell_word(all->arena, rows_str(rows, i, "project"));
    add(all, rows, i,
        str_format(all->arena, "session %lld does not end, and nothing has come of it for an hour%s%.*s",
                   (long long)rows_i64(rows, i, "id"), error.length ? ": " : "", STR_FMT(error)),
        str_format(all->arena, "tandem projects pause %.*s ends it; then tandem projects resume %.*s", STR_FMT(word),
                   STR_FMT(word)));
  }
}

static void add_unanswered(struct troubles *all, const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct str error = rows_str(rows, i, "error"), what = rows_str(rows, i, "what");
    add(all, rows, i,
        str_format(all->arena, "%lld %.*s in a row have failed, the last one with: %.*s",
                   (long long)rows_i64(rows, i, "attempts"), STR_FMT(what), STR_FMT(error)),
        STR("is the tracker well, and is it reached from here? tandem goes on trying by itself"));
  }
}

/* Of no project that there is: the words tell which one it was. */
static void add_left(struct troubles *all, const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct str project = rows_str(rows, i, "project"), reason = rows_str(rows, i, "reason");
    add(all, rows, i,
        str_format(all->arena, "its webhook is still there, and sends to %.*s: %.*s", STR_FMT(rows_str(rows, i, "url")),
                   STR_FMT(reason.length ? reason : STR("nobody has taken it away yet"))),
        str_format(all->arena, "take it away in the settings of %.*s, then: tandem webhooks forget %.*s",
                   STR_FMT(rows_str(rows, i, "remote")), STR_FMT(shell_word(all->arena, project))));
    all->at[all->count - 1].project = str_format(all->arena, "%.*s (removed)", STR_FMT(project));
  }
}

static void add_full_disk(struct troubles *all) {
  int64_t since_ms = db_disk_full_since_ms();
  if (since_ms == 0)
    return;
  all->at = arena_room(all->arena, all->at, all->count, &all->capacity, sizeof *all->at);
  all->at[all->count++] =
      (struct trouble){.what = STR("nothing can be written: the database's disk is full"),
                       .since_ms = since_ms,
                       .next_step = STR("make room on it; tandem goes on by itself, nothing is lost")};
}

struct result troubles_list(struct call *call, int64_t project_id, struct status *out) {
  struct troubles all = {.arena = call->arena};
  struct rows rows;
  add_full_disk(&all);
  TRY(select_untaken(call, project_id, &rows));
  add_untaken(&all, &rows);
  TRY(select_unplanned(call, project_id, &rows));
  add_all(&all, &rows, "nobody compares what has changed: is tandem-conflict running?", "conflict");
  TRY(select_unstarted(call, project_id, &rows));
  add_all(&all, &rows, "nobody starts the poll that is due: is tandem-scheduler running?", "scheduler");
  TRY(select_unended(call, project_id, &rows));
  add_all(&all, &rows, "nobody ends the session that has nothing left: is tandem-scheduler running?", "scheduler");
  TRY(select_endless(call, project_id, &rows));
  add_endless(&all, &rows);
  TRY(select_unanswered(call, project_id, &rows));
  add_unanswered(&all, &rows);
  if (project_id == 0) {
    TRY(hook_removal_left(call, LISTED_MAX, &rows));
    add_left(&all, &rows);
  }
  out->troubles.at = all.at;
  out->troubles.count = all.count;
  return RESULT_DONE;
}
