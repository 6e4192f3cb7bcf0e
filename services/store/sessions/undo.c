/* Verbs of undoing a session: to begin, what would be done, what was done; and the batches in between. */
#include "store/sessions/undo.h"

#include "base/fault.h"
#include "base/shell.h"
#include "store/planning/plans.h"
#include "store/projects/projects.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"

enum { LINES_A_PAGE = 200 };
static const int64_t newest = INT64_MAX;

/* -- beginning -- */

/* An undo has a paused project go on, and that would send what a plan holds back. */
static struct result check_plan(struct call *call, const struct undone *undone) {
  struct str plan;
  TRY(plans_holding(call, undone->project_id, &plan));
  if (str_is_absent(plan))
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "plan %.*s of a dry run waits, and an undo would send what it holds back. First `tandem apply "
                      "%.*s`, or drop it: `tandem projects resume %.*s`",
                      STR_FMT(plan), STR_FMT(plan), STR_FMT(shell_word(call->arena, undone->project)));
}

static struct result check_undone(struct call *call, const struct undone *undone) {
  int64_t running;
  long long id = undone->id;
  if (str_is(undone->mode, "dry_run"))
    return result_error(RESULT_REJECTED, "session %lld was a dry run: there is nothing to undo", id);
  if (str_is(undone->project_state, "removed"))
    return result_error(RESULT_REJECTED, "the project of session %lld was removed: connect it again first", id);
  if (str_is(undone->project_state, "failed"))
    return result_error(RESULT_REJECTED, "project %.*s has stopped; mend it first: `tandem status` says how",
                        STR_FMT(undone->project));
  TRY(sessions_running(call, undone->project_id, &running));
  if (running == undone->id)
    return result_error(RESULT_RETRY, "session %lld is running; it can be undone when it has finished", id);
  if (running)
    return result_error(RESULT_RETRY, "session %lld is running; the undo can start when it has finished",
                        (long long)running);
  return check_plan(call, undone);
}

struct result store_session_undo(struct call *call, const void *request, void *reply) {
  const struct session_undo *undo = request;
  struct session_id *answer = reply;
  struct undone undone;
  struct project *project;
  size_t count;
  if (undo->actor.length == 0)
    return result_error(RESULT_REJECTED, "an undo needs to say whose it is");
  TRY(undo_load(call, undo->id, &undone));
  TRY(check_undone(call, &undone));
  TRY(projects_of(call, &undone.project_id, 1, &project, &count));
  TRY(sessions_start_undo(call, project, undone.id, undo->actor, &answer->id));
  return journal_audit(call, undo->actor, "session.undo", str_format(call->arena, "session/%lld", (long long)undone.id),
                       str_format(call->arena, "{\"session\":%lld}", (long long)answer->id));
}

/* -- going on -- */

static size_t steps_of_item(const struct undo_page *page, size_t at) {
  size_t count = 1;
  while (at + count < page->count && page->steps[at + count].item_id == page->steps[at].item_id)
    count++;
  return count;
}

static struct result do_page(struct call *call, const struct undoing *undoing, int64_t cursor, bool *out_more) {
  struct undone undone;
  struct undo_page page;
  TRY(undo_load(call, undoing->undone_id, &undone));
  TRY(undo_look(call, &undone, cursor, &page));
  for (size_t at = 0, count; at < page.count; at += count) {
    count = steps_of_item(&page, at);
    TRY(undo_item(call, undoing, &page.steps[at], count));
  }
  *out_more = page.next > 0;
  fault_point("store.undo_batch");
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return db_query(call->db, "update session set undo_cursor = nullif($2::bigint, 0) where id = $1::bigint",
                  PARAMS(p_i64(undoing->session_id), p_i64(page.next)), NULL);
}

/* A batch that fails for good takes back its own changes and events, and ends the session. */
static struct result do_page_or_give_up(struct call *call, const struct undoing *undoing, int64_t cursor,
                                        bool *out_more) {
  size_t events = call->outbox->count;
  TRY(db_part_begin(call->db));
  struct result result = db_part_end(call->db, do_page(call, undoing, cursor, out_more));
  if (result_ok(&result) || result.code == RESULT_RETRY)
    return result;
  struct str why = str_copy(call->arena, str_of(result.message));
  call->outbox->count = events;
  *out_more = false;
  return sessions_give_up_undo(call, undoing->session_id, why);
}

struct result undo_go_on(struct call *call, bool *out_more) {
  struct rows rows;
  *out_more = false;
  TRY(db_query(call->db,
               "select u.id, u.project_id, u.undoes, u.undo_cursor, u.actor, p.name from session u join project p on "
               "p.id = u.project_id where u.state = 'running' and u.undo_cursor is not null order by u.id",
               NO_PARAMS, &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  struct undoing undoing = {.session_id = rows_i64(&rows, 0, "id"),
                            .project_id = rows_i64(&rows, 0, "project_id"),
                            .undone_id = rows_i64(&rows, 0, "undoes"),
                            .project = rows_str(&rows, 0, "name"),
                            .actor = rows_str(&rows, 0, "actor")};
  TRY(do_page_or_give_up(call, &undoing, rows_i64(&rows, 0, "undo_cursor"), out_more));
  *out_more |= rows.count > 1;
  return RESULT_DONE;
}

/* -- telling -- */

static struct values one_value(struct arena *arena, const struct value *value) {
  struct value *copy = ARENA_NEW(arena, struct value);
  *copy = *value;
  return (struct values){copy, value->name.length ? 1 : 0};
}

static struct str comment_key(struct call *call, bool is_comment, int64_t id) {
  return is_comment ? key_text(call->arena, STR("comment"), 0, id) : (struct str){0};
}

static struct result tell_preview(struct call *call, const struct undone *undone, int64_t after,
                                  struct session_undone *out) {
  struct undo_page page;
  TRY(undo_look(call, undone, after ? after : newest, &page));
  struct undone_line *lines = ARENA_ARRAY(call->arena, struct undone_line, page.count);
  for (size_t i = 0; i < page.count; i++) {
    const struct undo_step *step = &page.steps[i];
    lines[i] = (struct undone_line){.ticket = key_text(call->arena, STR("ticket"), step->number, 0),
                                    .comment = comment_key(call, step->is_comment, step->item_id),
                                    .external_key = step->external_key,
                                    .title = step->title,
                                    .action = str_of(step->action),
                                    .field = step->field,
                                    .outcome = str_of(step->outcome),
                                    .reason = step->reason,
                                    .before = one_value(call->arena, &step->now),
                                    .after = one_value(call->arena, &step->before)};
  }
  out->lines.at = lines;
  out->lines.count = page.count;
  out->next = page.next;
  out->more = page.next > 0;
  return RESULT_DONE;
}

/* A write outside has its own fate, and so has a restored value where the other side moved meanwhile. */
static struct result select_done(struct call *call, int64_t session_id, int64_t after, struct rows *out) {
  return db_query(
      call->db,
      "select u.id, u.action, u.field, u.before, u.after, i.kind, i.id as item_id, coalesce(t.number, i.number) as "
      "number, coalesce(t.fields, i.fields) ->> 'title' as title, e.external_key, "
      "case when u.outcome <> 'done' then u.outcome when n.state in ('prepared', 'sending', 'unknown') then 'waiting' "
      "when n.state <> 'done' then 'kept' when c.id is not null then 'conflict' else 'done' end as outcome, "
      "case when u.outcome <> 'done' then u.reason when n.state is distinct from 'done' and n.id is not null then "
      "n.reason when c.id is not null then 'restored here; the other side has another value since: conflict ' || c.id "
      "end as reason from undo_item u join item i on i.id = u.item_id left join item t on t.id = i.parent_id "
      "left join mapping m on m.id = u.mapping_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) left join intent n on n.id = u.intent_id left join lateral (select id "
      "from conflict where item_id = u.item_id and field = u.field and freezes and state in ('open', 'decided') order "
      "by id limit 1) c on u.action = 'restore' where u.session_id = $1::bigint and u.id > $2::bigint order by u.id "
      "limit $3::bigint",
      PARAMS(p_i64(session_id), p_i64(after), p_i64(LINES_A_PAGE + 1)), out);
}

static struct result tell_done(struct call *call, int64_t session_id, int64_t after, struct session_undone *out) {
  struct rows rows;
  TRY(select_done(call, session_id, after, &rows));
  static const char *const texts[] = {"before", "after", NULL};
  size_t count = rows_fitting(&rows, LINES_A_PAGE, texts);
  out->more = rows.count > count;
  struct undone_line *lines = ARENA_ARRAY(call->arena, struct undone_line, count);
  for (size_t i = 0; i < count; i++) {
    bool is_comment = str_is(rows_str(&rows, i, "kind"), "comment");
    lines[i] = (struct undone_line){.ticket = key_text(call->arena, STR("ticket"), rows_i64(&rows, i, "number"), 0),
                                    .comment = comment_key(call, is_comment, rows_i64(&rows, i, "item_id")),
                                    .external_key = rows_str(&rows, i, "external_key"),
                                    .title = rows_str(&rows, i, "title"),
                                    .action = rows_str(&rows, i, "action"),
                                    .field = rows_str(&rows, i, "field"),
                                    .outcome = rows_str(&rows, i, "outcome"),
                                    .reason = rows_str(&rows, i, "reason")};
    TRY(rows_values(call->arena, &rows, i, "before", &lines[i].before));
    TRY(rows_values(call->arena, &rows, i, "after", &lines[i].after));
    out->next = rows_i64(&rows, i, "id");
  }
  out->lines.at = lines;
  out->lines.count = count;
  return RESULT_DONE;
}

struct result store_session_undone(struct call *call, const void *request, void *reply) {
  const struct undone_query *query = request;
  struct session_undone *out = reply;
  struct session_id id = {query->id};
  struct undone undone;
  TRY(store_session_get(call, &id, &out->session));
  TRY(undo_load(call, query->id, &undone));
  if (query->preview)
    return tell_preview(call, &undone, query->after, out);
  if (!undone.is_undo)
    return result_error(RESULT_REJECTED, "session %lld is no undo; `tandem sessions undo %lld --dry-run` shows one",
                        (long long)query->id, (long long)query->id);
  return tell_done(call, query->id, query->after, out);
}
