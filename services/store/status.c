/* Verbs about the whole: hello and status. */
#include "base/clock.h"
#include "store/journal.h"
#include "store/migrate.h"
#include "store/projects.h"
#include "store/sessions.h"

#define MS(column) "(extract(epoch from " column ") * 1000)::bigint"

struct result store_hello(struct call *call, const void *request, void *reply) {
  (void)request;
  struct hello *hello = reply;
  struct rows rows;
  TRY(db_query(call->db, "select id, (select coalesce(max(sequence), 0) from event_log) as head from installation",
               NO_PARAMS, &rows));
  *hello = (struct hello){.installation = rows_str(&rows, 0, "id"),
                          .version = STR(TANDEM_VERSION),
                          .head = rows_i64(&rows, 0, "head"),
                          .schema = migrate_newest()};
  return RESULT_DONE;
}

static struct result read_project_status(struct call *call, const struct project *project, struct project_status *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select (select count(*) from mapping where project_id = p.id and kind = 'ticket' and item_id is not "
      "null) as tickets, (select count(*) from mapping where project_id = p.id and kind = 'comment' and item_id "
      "is not null) as comments, (select count(*) from conflict where project_id = p.id and state in ('open', "
      "'decided')) as conflicts, (select count(*) from intent where project_id = p.id and state in "
      "('prepared', 'sending', 'unknown')) as waiting, (select count(*) from intent where project_id = p.id "
      "and state = 'parked') as parked, (select count(*) from plan_queue q join mapping m on m.id = q.mapping_id where "
      "q.project_id = p.id and m.state "
      "<> 'gone') as "
      "unplanned, " MS("p.last_sync_at") " as last_ms, " MS(
          "p.next_sync_at") " as next_ms, c.quota_limit, "
                            "c.quota_remaining, " MS("c.quota_reset") " as reset_ms, " MS(
                                "c.blocked_until") " as blocked_ms "
                                                   "from project p join credential c on c.name = p.credential "
                                                   "where p.id = $1::bigint",
      PARAMS(p_i64(project->id)), &rows));
  *out = (struct project_status){
      .project = *project,
      .tickets = rows_i64(&rows, 0, "tickets"),
      .comments = rows_i64(&rows, 0, "comments"),
      .open_conflicts = rows_i64(&rows, 0, "conflicts"),
      .waiting = rows_i64(&rows, 0, "waiting"),
      .parked = rows_i64(&rows, 0, "parked"),
      .unplanned = rows_i64(&rows, 0, "unplanned"),
      .last_sync_ms = rows_i64(&rows, 0, "last_ms"),
      .next_sync_ms = rows_i64(&rows, 0, "next_ms"),
      .quota_limit = rows_i64(&rows, 0, "quota_limit"),
      .quota_remaining = rows_i64(&rows, 0, "quota_remaining"),
      .quota_reset_ms = rows_i64(&rows, 0, "reset_ms"),
      .blocked_until_ms = rows_i64(&rows, 0, "blocked_ms"),
  };
  struct session_query query = {.project = project->name, .limit = 1};
  struct session_list sessions = {0};
  TRY(store_session_list(call, &query, &sessions));
  out->last_session.at = sessions.sessions.at;
  out->last_session.count = sessions.sessions.count;
  return RESULT_DONE;
}

static struct result read_parked(struct call *call, struct status *status) {
  struct rows rows;
  TRY(db_query(call->db,
               "select n.id, p.name, i.kind, i.number, i.id as item_id, n.reason, " MS(
                   "n.done_at") " as since_ms "
                                "from intent n join project p on p.id = n.project_id join item i on i.id = n.item_id "
                                "where n.state = 'parked' order by n.id desc limit 50",
               NO_PARAMS, &rows));
  struct parked_write *parked = ARENA_ARRAY(call->arena, struct parked_write, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    parked[i] = (struct parked_write){
        .intent_id = rows_i64(&rows, i, "id"),
        .project = rows_str(&rows, i, "name"),
        .ticket = journal_key(call->arena, rows_str(&rows, i, "kind"), rows_i64(&rows, i, "number"),
                              rows_i64(&rows, i, "item_id")),
        .reason = rows_str(&rows, i, "reason"),
        .since_ms = rows_i64(&rows, i, "since_ms"),
    };
  status->parked.at = parked;
  status->parked.count = rows.count;
  return RESULT_DONE;
}

struct result store_status(struct call *call, const void *request, void *reply) {
  struct status *status = reply;
  struct project_name all = {0};
  struct project_list list = {0};
  struct rows rows;
  TRY(store_hello(call, request, &status->store));
  TRY(store_project_list(call, &all, &list));
  struct project_status *projects = ARENA_ARRAY(call->arena, struct project_status, list.projects.count);
  for (size_t i = 0; i < list.projects.count; i++)
    TRY(read_project_status(call, &list.projects.at[i], &projects[i]));
  status->projects.at = projects;
  status->projects.count = list.projects.count;
  TRY(db_query(call->db, "select count(*) as tickets from item where kind = 'ticket'", NO_PARAMS, &rows));
  status->tickets = rows_i64(&rows, 0, "tickets");
  status->events = status->store.head;
  status->now_ms = clock_now_ms();
  return read_parked(call, status);
}
