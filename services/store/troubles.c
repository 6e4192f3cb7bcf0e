/* Each kind of work stands in the database with the time when it is due. What has been due for long and is held by no
 * lease, nobody takes: the process that should is not running, or cannot. */
#include "store/troubles.h"

#define LONG "5 minutes"
#define VERY_LONG "6 hours"

/* For the adapter: what it would claim now. */
#define ADAPTER_DUE                                                                                                    \
  "select p.id, 'writes' as what, min(greatest(n.next_attempt_at, c.blocked_until)) as since, 'push:' || "             \
  "p.credential "                                                                                                      \
  "as lease from intent n join project p on p.id = n.project_id join credential c on c.name = p.credential "           \
  "where n.state in ('prepared', 'sending', 'unknown') and n.next_attempt_at <= now() group by p.id "                  \
  "union all select p.id, 'webhook deliveries', min(d.received_at), 'deliver:' || p.id from delivery d join project "  \
  "p "                                                                                                                 \
  "on p.id = d.project_id where d.state = 'pending' group by p.id "                                                    \
  "union all select p.id, 'single looks', min(f.next_at), 'fetch:' || p.id from fetch_queue f join project p on "      \
  "p.id = f.project_id where f.next_at <= now() group by p.id "                                                        \
  "union all select p.id, 'a pull', greatest(min(s.started_at), p.pull_next_at), 'pull:' || p.id from session s join " \
  "project p on p.id = s.project_id where s.state = 'running' and not s.pull_done group by p.id "                      \
  "union all select p.id, 'a removed project''s webhook', h.due_at, 'hook:' || p.id from project_hook h join project " \
  "p on p.id = h.project_id where p.state = 'removed' and h.state = 'active' "

/* A lease that was given back lately, or is held, shows that somebody is at it. */
static struct result select_untaken(struct call *call, struct rows *out) {
  return db_query(
      call->db,
      "select p.name as project, p.system, t.what, (extract(epoch from t.since) * 1000)::bigint as since_ms "
      "from (" ADAPTER_DUE ") t join project p on p.id = t.id join credential c on c.name = p.credential "
      "where p.state in ('active', 'removed') and t.since < now() - interval '" LONG "' "
      "and (c.blocked_until is null or c.blocked_until < now() - interval '" LONG "') "
      "and not exists (select from lease l where l.resource = t.lease and l.until > now()) "
      "order by t.since, p.name",
      NO_PARAMS, out);
}

static struct result select_unplanned(struct call *call, struct rows *out) {
  return db_query(call->db,
                  "select p.name as project, (extract(epoch from min(q.queued_at)) * 1000)::bigint as since_ms "
                  "from plannable r join plan_queue q on q.mapping_id = r.mapping_id join project p on p.id = "
                  "r.project_id where q.queued_at < now() - interval '" LONG "' and q.claimed_until < now() "
                  "group by p.name order by 2, 1",
                  NO_PARAMS, out);
}

static struct result select_unstarted(struct call *call, struct rows *out) {
  return db_query(call->db,
                  "select p.name as project, (extract(epoch from p.next_sync_at) * 1000)::bigint as since_ms "
                  "from project p where p.state = 'active' and p.direction <> 'disabled' and p.next_sync_at < now() - "
                  "interval '" LONG "' and not exists (select from session s where s.project_id = p.id and s.state = "
                  "'running') order by p.next_sync_at, p.name",
                  NO_PARAMS, out);
}

/* It goes on as long as something comes of it: what it counts, or writes that are done. */
static struct result select_endless(struct call *call, struct rows *out) {
  return db_query(
      call->db,
      "select p.name as project, s.id, s.error, (extract(epoch from s.started_at) * 1000)::bigint as since_ms "
      "from session s join project p on p.id = s.project_id where s.state = 'running' and s.started_at < "
      "now() - interval '" VERY_LONG "' and not exists (select from intent n where n.project_id = "
      "s.project_id and n.state = 'done' and n.done_at > now() - interval '1 hour') and not exists (select "
      "from external_item e where e.project_id = s.project_id and e.observed_at > now() - interval '1 hour') "
      "order by s.started_at, p.name",
      NO_PARAMS, out);
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
    struct str error = rows_str(rows, i, "error"), project = rows_str(rows, i, "project");
    add(all, rows, i,
        str_format(all->arena, "session %lld does not end, and nothing has come of it for an hour%s%.*s",
                   (long long)rows_i64(rows, i, "id"), error.length ? ": " : "", STR_FMT(error)),
        str_format(all->arena, "tandem projects pause %.*s ends it; then tandem projects resume %.*s", STR_FMT(project),
                   STR_FMT(project)));
  }
}

struct result troubles_list(struct call *call, struct status *out) {
  struct troubles all = {.arena = call->arena};
  struct rows rows;
  TRY(select_untaken(call, &rows));
  add_untaken(&all, &rows);
  TRY(select_unplanned(call, &rows));
  add_all(&all, &rows, "nobody compares what has changed: is tandem-conflict running?", "conflict");
  TRY(select_unstarted(call, &rows));
  add_all(&all, &rows, "nobody starts the poll that is due: is tandem-scheduler running?", "scheduler");
  TRY(select_endless(call, &rows));
  add_endless(&all, &rows);
  out->troubles.at = all.at;
  out->troubles.count = all.count;
  return RESULT_DONE;
}
