/* Reading a page of projects: each statement is about all of them at once, and its rows are brought to the project of
 * their id. */
#include "store/projects/status_page.h"

#include <stdlib.h>

#include "base/shell.h"
#include "store/projects/projects.h"
#include "store/security/credentials.h"
#include "store/sessions/sessions.h"
#include "store/webhooks/hook_health.h"

enum { PROJECTS_MAX = 10000 };

/* Where the project with an id stands in the page. */
struct place {
  int64_t id;
  struct project_status *status;
};

struct page {
  struct arena *arena;
  struct project_status *at;
  int64_t *ids; /* in the order of `at` */
  struct place *places;
  size_t count;
};

static int compare_places(const void *a, const void *b) {
  const struct place *one = a, *other = b;
  return (one->id > other->id) - (one->id < other->id);
}

/* NULL: it is on another page. */
static struct project_status *place_of(const struct page *page, const struct rows *rows, size_t row) {
  const struct place wanted = {.id = rows_i64(rows, row, "id")};
  const struct place *found = bsearch(&wanted, page->places, page->count, sizeof wanted, compare_places);
  return found ? found->status : NULL;
}

static struct page make_page(struct arena *arena, const struct project *projects, size_t count) {
  struct page page = {.arena = arena,
                      .at = ARENA_ARRAY(arena, struct project_status, count),
                      .ids = ARENA_ARRAY(arena, int64_t, count),
                      .places = ARENA_ARRAY(arena, struct place, count),
                      .count = count};
  for (size_t i = 0; i < count; i++) {
    page.at[i] = (struct project_status){.project = projects[i]};
    page.ids[i] = projects[i].id;
    page.places[i] = (struct place){projects[i].id, &page.at[i]};
  }
  if (count)
    qsort(page.places, count, sizeof *page.places, compare_places);
  return page;
}

/* -- what a project and its credential have in them -- */

static struct result select_basics(struct call *call, const struct page *page, struct rows *out) {
  return db_query(
      call->db,
      "select p.id, p.gone_paused, p.writes_held, epoch_ms(p.writes_held_until) as held_ms, epoch_ms(p.last_sync_at) "
      "as last_ms, "
      "epoch_ms(p.next_sync_at) as next_ms, "
      "c.api_calls, c.quota_limit, c.quota_remaining, c.kind, epoch_ms(c.expires_at) as expires_ms, "
      "epoch_ms(c.quota_reset) as reset_ms, epoch_ms(c.blocked_until) as blocked_ms, epoch_ms(c.doubted_until) as "
      "doubted_ms, m.tickets, m.comments "
      "from unnest($1::bigint[]) u(id) join project p on p.id = u.id left join credential c on c.name = p.credential "
      "cross join lateral (select count(*) filter (where kind = 'ticket') as tickets, count(*) filter (where kind = "
      "'comment') as comments from mapping where project_id = p.id and item_id is not null) m",
      PARAMS(p_i64s(call->arena, page->ids, page->count)), out);
}

static struct str next_step(struct arena *arena, const struct project *project, bool is_to_confirm, struct str mend) {
  if (str_is(project->state, "active"))
    return (struct str){0};
  struct str resume = str_format(arena, "tandem projects resume %.*s", STR_FMT(shell_word(arena, project->name)));
  if (is_to_confirm)
    return str_format(arena, "look there first; if it is right: %.*s", STR_FMT(resume));
  return str_is(project->state, "failed")
             ? str_format(arena, "%.*s (with a new credential: %.*s, or tandem connect %.*s --name %.*s)",
                          STR_FMT(resume), STR_FMT(mend), STR_FMT(project->system),
                          STR_FMT(shell_word(arena, project->name)))
             : resume;
}

static void read_basics(struct arena *arena, const struct rows *rows, size_t row, struct project_status *out) {
  struct str mend = credentials_mend(arena, out->project.credential, rows_str(rows, row, "kind"));
  out->next_step = next_step(arena, &out->project, rows_bool(rows, row, "gone_paused"), mend);
  out->credential_mend = mend;
  out->credential_expires_ms = rows_i64(rows, row, "expires_ms");
  out->tickets = rows_i64(rows, row, "tickets");
  out->comments = rows_i64(rows, row, "comments");
  out->last_sync_ms = rows_i64(rows, row, "last_ms");
  out->next_sync_ms = rows_i64(rows, row, "next_ms");
  out->api_calls = rows_i64(rows, row, "api_calls");
  out->quota_limit = rows_i64(rows, row, "quota_limit");
  out->quota_remaining = rows_i64(rows, row, "quota_remaining");
  out->quota_reset_ms = rows_i64(rows, row, "reset_ms");
  out->writes_held = rows_str(rows, row, "writes_held");
  out->writes_held_until_ms = rows_i64(rows, row, "held_ms");
  out->doubted_until_ms = rows_i64(rows, row, "doubted_ms");
  out->blocked_until_ms = rows_i64(rows, row, "blocked_ms");
}

static struct result add_basics(struct call *call, const struct page *page) {
  struct rows rows;
  TRY(select_basics(call, page, &rows));
  for (size_t i = 0; i < rows.count; i++)
    read_basics(page->arena, &rows, i, place_of(page, &rows, i));
  return RESULT_DONE;
}

/* -- what waits -- */

/* Of all projects, or of one: it costs what waits. A lag is what tandem has still to do by itself: what is parked or
 * gone does not count. */
static struct result select_waiting(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select t.id, count(*) filter (where what = 'plan') as unplanned, count(*) filter (where what in ('fetch', "
      "'unread')) as fetches, count(*) filter (where what = 'write') as writes, count(*) filter (where what = "
      "'delivery') as deliveries, count(*) filter (where what = 'poison') as poison, count(*) filter (where what in "
      "('parked', 'unread')) as parked, count(*) filter (where what = 'conflict') as conflicts, "
      "epoch_ms(min(since) filter (where what = 'conflict')) as oldest_ms, ceil(extract(epoch from now() - min(since) "
      "filter (where what not in ('parked', 'unread', 'poison', 'conflict'))) * 1000)::bigint as lag_ms from ("
      "select q.project_id as id, 'plan' as what, case when m.state in ('creating', 'linked') then q.queued_at end as "
      "since from "
      "plan_queue q cross join lateral (select m.state from mapping m where m.id = q.mapping_id and m.state in "
      "('creating', 'linked', 'parked') offset 0) m where ($1::bigint = 0 or q.project_id = $1) "
      "union all select f.project_id, case when f.refused and m.state is null then 'unread' else 'fetch' end, "
      "case when f.reason <> 'gone' and m.state is distinct from 'parked' then f.queued_at end from fetch_queue f "
      "left join lateral (select m.state from mapping m where (m.project_id, m.kind, m.external_id) = (f.project_id, "
      "f.kind, f.external_id) offset 0) m on true where ($1::bigint = 0 or f.project_id = $1) "
      "union all select project_id, 'write', created_at from intent where state in ('prepared', 'sending', 'unknown') "
      "and ($1::bigint = 0 or project_id = $1) "
      "union all select project_id, 'delivery', received_at from delivery where state = 'pending' and ($1::bigint = 0 "
      "or project_id = $1) "
      "union all select project_id, 'poison', null from delivery where state = 'poison' and ($1::bigint = 0 or "
      "project_id = $1) "
      "union all select project_id, 'parked', null from intent where state = 'parked' and ($1::bigint = 0 or "
      "project_id = $1) "
      "union all select project_id, 'parked', null from mapping where state = 'parked' and ($1::bigint = 0 or "
      "project_id = $1) "
      "union all select project_id, 'conflict', created_at from conflict where state in ('open', 'decided') and "
      "($1::bigint = 0 or project_id = $1)) t group by t.id",
      PARAMS(p_i64(project_id)), out);
}

static void read_waiting(const struct rows *rows, size_t row, struct project_status *out) {
  out->open_conflicts = rows_i64(rows, row, "conflicts");
  out->oldest_conflict_ms = rows_i64(rows, row, "oldest_ms");
  out->parked = rows_i64(rows, row, "parked");
  out->waiting = rows_i64(rows, row, "writes");
  out->unplanned = rows_i64(rows, row, "unplanned");
  out->fetches = rows_i64(rows, row, "fetches");
  out->deliveries = rows_i64(rows, row, "deliveries");
  out->poison = rows_i64(rows, row, "poison");
  out->lag_ms = rows_i64(rows, row, "lag_ms");
}

static struct result add_waiting(struct call *call, const struct page *page) {
  struct rows rows;
  TRY(select_waiting(call, page->count == 1 ? page->ids[0] : 0, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct project_status *status = place_of(page, &rows, i);
    if (status)
      read_waiting(&rows, i, status);
  }
  return RESULT_DONE;
}

/* -- sessions and webhooks -- */

static struct result select_last_sessions(struct call *call, const struct page *page, struct rows *out) {
  return db_query(call->db,
                  "select " SESSION_COLUMNS ", p.id as project_id from unnest($1::bigint[]) u(id) join project p on "
                  "p.id = u.id cross join lateral (select * from session where project_id = p.id order by id desc "
                  "limit 1) s",
                  PARAMS(p_i64s(call->arena, page->ids, page->count)), out);
}

static struct result add_last_sessions(struct call *call, const struct page *page) {
  struct rows rows;
  TRY(select_last_sessions(call, page, &rows));
  struct session *sessions = ARENA_ARRAY(page->arena, struct session, rows.count);
  for (size_t i = 0; i < rows.count; i++) {
    const struct place wanted = {.id = rows_i64(&rows, i, "project_id")};
    const struct place *found = bsearch(&wanted, page->places, page->count, sizeof wanted, compare_places);
    sessions[i] = sessions_row(&rows, i);
    found->status->last_session.at = &sessions[i];
    found->status->last_session.count = 1;
  }
  return RESULT_DONE;
}

static struct result add_webhooks(struct call *call, const struct page *page) {
  struct rows rows;
  TRY(hook_health_select(call, page->ids, page->count, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct project_status *status = place_of(page, &rows, i);
    hook_health_read(page->arena, &rows, i, &status->project, &status->webhook);
  }
  return RESULT_DONE;
}

/* -- the page -- */

static struct str given(struct str text) {
  return text.length ? text : (struct str){0};
}

struct result status_page_read(struct call *call, const struct status_query *query, struct status *status) {
  const struct projects_page wanted = {.name = given(query->project),
                                       .after = given(query->after),
                                       .limit = query->limit > 0 && query->limit < PROJECTS_MAX ? query->limit
                                                                                                : PROJECTS_MAX,
                                       .bytes = WIRE_PAGE_BYTES};
  struct project *projects;
  size_t count;
  TRY(projects_page(call, &wanted, &projects, &count, &status->more));
  struct page page = make_page(call->arena, projects, count);
  status->projects.at = page.at;
  status->projects.count = count;
  if (count == 0)
    return RESULT_DONE;
  TRY(add_basics(call, &page));
  TRY(add_waiting(call, &page));
  TRY(add_last_sessions(call, &page));
  TRY(add_webhooks(call, &page));
  return status_pace_estimate(call, page.at, count, status->now_ms);
}
