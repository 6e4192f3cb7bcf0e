/* Counting what is gone together, and stopping. */
#include "store/observing/gone_many.h"

#include "base/shell.h"
#include "store/sessions/sessions.h"

enum { FEW = 10, MANY = 50, PART = 10 };

/* How many of each, and of both together. */
struct tally {
  int64_t tickets, comments, items;
};

/* -- counting -- */

#define FIRST_MISSED "least(g.gone_at, g.told_at)"

/* `around`: what went an hour before this one or after it; `hours`: how much from each of them on. A comment that went
 * with its ticket is not counted beside it. */
static const char select_gone[] =
    "with this as (select g.project_id, " FIRST_MISSED " as at from mapping m join gone_item g on (g.project_id, "
    "g.kind, g.external_id) = (m.project_id, m.kind, m.external_id) where m.id = $1::bigint), "
    "around as (select g.kind, " FIRST_MISSED " as at, this.at as this_at, m.state = 'gone' as ended from this "
    "join project p on p.id = this.project_id "
    "join gone_item g on g.project_id = this.project_id and " FIRST_MISSED " > p.gone_confirmed_at "
    "and " FIRST_MISSED " between this.at - interval '1 hour' and this.at + interval '1 hour' "
    "cross join lateral (select m.state from mapping m where (m.project_id, m.kind, m.external_id) = (g.project_id, "
    "g.kind, g.external_id) and m.item_id is not null offset 0) m "
    "where not exists (select from external_item e join gone_item t on (t.project_id, t.kind, t.external_id) = "
    "(e.project_id, 'ticket', e.parent_external_id) where g.kind = 'comment' and (e.project_id, e.kind, "
    "e.external_id) = (g.project_id, g.kind, g.external_id))), "
    "hours as (select at, this_at, count(*) filter (where kind = 'ticket') over hour as tickets, "
    "count(*) filter (where kind = 'comment') over hour as comments from around "
    "window hour as (order by at range between current row and interval '1 hour' following)) "
    "select coalesce(max(tickets), 0) as tickets, coalesce(max(comments), 0) as comments, "
    "coalesce(max(tickets + comments), 0) as items, "
    "(select count(*) from around where ended and kind = 'ticket') as ended_tickets, "
    "(select count(*) from around where ended and kind = 'comment') as ended_comments "
    "from hours where at <= this_at";

/* The most that went within one hour, of all hours in which this one went: so it does not matter how late it is
 * believed or planned. `*ended`: of them, those whose mapping has ended by now. */
static struct result count_gone(struct call *call, int64_t mapping_id, struct tally *out, struct tally *ended) {
  struct rows rows;
  TRY(db_query(call->db, select_gone, PARAMS(p_i64(mapping_id)), &rows));
  *out = (struct tally){rows_i64(&rows, 0, "tickets"), rows_i64(&rows, 0, "comments"), rows_i64(&rows, 0, "items")};
  *ended = (struct tally){rows_i64(&rows, 0, "ended_tickets"), rows_i64(&rows, 0, "ended_comments"), 0};
  return RESULT_DONE;
}

/* What there was of it: kept in step now, or `ended`. */
static struct result count_known(struct call *call, int64_t project_id, const struct tally *ended, struct tally *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select count(*) filter (where kind = 'ticket') as tickets, count(*) filter (where kind = 'comment') as "
               "comments from mapping where project_id = $1::bigint and item_id is not null and external_id is not "
               "null and state <> 'gone'",
               PARAMS(p_i64(project_id)), &rows));
  out->tickets = rows_i64(&rows, 0, "tickets") + ended->tickets;
  out->comments = rows_i64(&rows, 0, "comments") + ended->comments;
  out->items = out->tickets + out->comments;
  return RESULT_DONE;
}

static bool is_large_part(int64_t gone, int64_t known) {
  return gone > FEW && gone * PART > known;
}

/* Like things are compared: many comments do not make it few tickets that are gone. */
static bool is_too_much(const struct tally *gone, const struct tally *known) {
  return gone->items > MANY || is_large_part(gone->tickets, known->tickets) ||
         is_large_part(gone->comments, known->comments) || is_large_part(gone->items, known->items);
}

/* -- stopping -- */

/* "14 of 15 tickets and 3 of 150 comments" */
static struct str in_words(struct arena *arena, const struct tally *gone, const struct tally *known) {
  struct str_builder text = {.arena = arena};
  if (gone->tickets)
    str_append_format(&text, "%lld of %lld tickets", (long long)gone->tickets, (long long)known->tickets);
  if (gone->comments)
    str_append_format(&text, "%s%lld of %lld comments", gone->tickets ? " and " : "", (long long)gone->comments,
                      (long long)known->comments);
  return str_built(&text);
}

static struct result stop(struct call *call, int64_t project_id, struct str what) {
  struct rows rows;
  TRY(db_query(call->db, "select name from project where id = $1::bigint", PARAMS(p_i64(project_id)), &rows));
  struct str name = rows_str(&rows, 0, "name");
  struct str reason = str_format(call->arena,
                                 "%.*s are gone there within an hour; nothing was decided about them. Look there "
                                 "first; if it is right: tandem projects resume %.*s",
                                 STR_FMT(what), STR_FMT(shell_word(call->arena, name)));
  TRY(sessions_fail_project(call, project_id, STR("gone"), reason));
  return db_query(call->db, "update project set gone_paused = true where id = $1::bigint", PARAMS(p_i64(project_id)),
                  NULL);
}

struct result gone_many_stop(struct call *call, int64_t project_id, int64_t mapping_id, bool *out_stopped) {
  struct tally gone, ended, known;
  struct str why;
  TRY(gone_many_stopped(call, project_id, &why));
  *out_stopped = !str_is_absent(why);
  if (*out_stopped)
    return RESULT_DONE;
  TRY(count_gone(call, mapping_id, &gone, &ended));
  if (gone.items <= FEW)
    return RESULT_DONE;
  TRY(count_known(call, project_id, &ended, &known));
  *out_stopped = is_too_much(&gone, &known);
  return *out_stopped ? stop(call, project_id, in_words(call->arena, &gone, &known)) : RESULT_DONE;
}

struct result gone_many_stopped(struct call *call, int64_t project_id, struct str *why) {
  struct rows rows;
  TRY(db_query(call->db, "select coalesce(state_reason, '') as why from project where id = $1::bigint and gone_paused",
               PARAMS(p_i64(project_id)), &rows));
  *why = rows.count ? rows_str(&rows, 0, "why") : (struct str){0};
  return RESULT_DONE;
}

struct result gone_many_confirm(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "update project set gone_paused = false, gone_confirmed_at = now() where id = $1::bigint and "
                  "gone_paused",
                  PARAMS(p_i64(project_id)), NULL);
}
