/* Verbs about the whole: hello and status. */
#include "base/clock.h"
#include "store/claims/parked.h"
#include "store/claims/troubles.h"
#include "store/migrate.h"
#include "store/observing/restricted.h"
#include "store/projects/status_page.h"
#include "store/tickets/awaited.h"

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

/* What does not go on by itself; of one project, 0 = of all. */
static struct result read_stuck(struct call *call, int64_t project_id, struct status *status) {
  TRY(troubles_list(call, project_id, status));
  TRY(awaited_list(call, project_id, status));
  TRY(restricted_list(call, project_id, status));
  return parked_list(call, project_id, status);
}

/* What is not of one project. */
static struct result read_whole(struct call *call, struct status *status) {
  struct rows rows;
  TRY(db_query(call->db,
               "select count(number) as tickets, (select coalesce(min(sequence), 0) from event_log) as first from item "
               "where number is not null",
               NO_PARAMS, &rows));
  status->tickets = rows_i64(&rows, 0, "tickets");
  status->first_event = rows_i64(&rows, 0, "first");
  status->events = status->store.head;
  return read_stuck(call, 0, status);
}

struct result store_status(struct call *call, const void *request, void *reply) {
  const struct status_query *query = request;
  struct status *status = reply;
  TRY(store_hello(call, NULL, &status->store));
  status->now_ms = clock_now_ms();
  TRY(status_page_read(call, query, status));
  if (query->project.length)
    return status->projects.count ? read_stuck(call, status->projects.at[0].project.id, status) : RESULT_DONE;
  return query->after.length ? RESULT_DONE : read_whole(call, status);
}
