/* Of projects, credentials and conflicts: one figure a family, a line a project. */
#include "store/health_figures.h"

#include "base/metrics.h"

/* So many projects have lines of their own: more would cost Prometheus too much. tandem_projects counts all. */
enum { PROJECTS_SHOWN_MAX = 1000 };

/* One figure of each project, read out of its status. */
struct family {
  struct metric metric;
  double (*value)(const struct project_status *status);
};

static double is_active(const struct project_status *s) {
  return str_is(s->project.state, "active");
}
static double lag_seconds(const struct project_status *s) {
  return (double)s->lag_ms / 1000;
}
static double last_sync_seconds(const struct project_status *s) {
  return (double)s->last_sync_ms / 1000;
}
static double count_tickets(const struct project_status *s) {
  return (double)s->tickets;
}
static double count_conflicts(const struct project_status *s) {
  return (double)s->open_conflicts;
}
static double count_parked(const struct project_status *s) {
  return (double)s->parked;
}
static double count_plans(const struct project_status *s) {
  return (double)s->unplanned;
}
static double count_fetches(const struct project_status *s) {
  return (double)s->fetches;
}
static double count_writes(const struct project_status *s) {
  return (double)s->waiting;
}
static double count_deliveries(const struct project_status *s) {
  return (double)s->deliveries;
}
static double oldest_conflict_seconds(const struct project_status *s) {
  return (double)s->oldest_conflict_ms / 1000;
}
static double poison(const struct project_status *s) {
  return (double)s->poison;
}
static double webhook_missed(const struct project_status *s) {
  return (double)s->webhook.missed;
}

#define OF_PROJECT(name, type, help, value) \
  { {"tandem_project_" name, type, {"project", "system"}, help}, value }

static const struct family families[] = {
    OF_PROJECT("active", METRIC_GAUGE, "1 while the project is kept in step, 0 while it is paused or has failed.",
               is_active),
    OF_PROJECT("lag_seconds", METRIC_GAUGE, "Age of the oldest change that has not reached the other side.",
               lag_seconds),
    OF_PROJECT("last_sync_timestamp_seconds", METRIC_GAUGE, "When the last session ended; 0 before the first.",
               last_sync_seconds),
    OF_PROJECT("tickets", METRIC_GAUGE, "Tickets that are linked.", count_tickets),
    OF_PROJECT("open_conflicts", METRIC_GAUGE, "Conflicts that wait for a person.", count_conflicts),
    OF_PROJECT("parked", METRIC_GAUGE, "What was given up and waits for `tandem retry`.", count_parked),
    OF_PROJECT("plans_waiting", METRIC_GAUGE, "Tickets and comments to be compared.", count_plans),
    OF_PROJECT("fetches_waiting", METRIC_GAUGE, "External items to be looked at one by one.", count_fetches),
    OF_PROJECT("writes_waiting", METRIC_GAUGE, "Writes to be sent.", count_writes),
    OF_PROJECT("deliveries_waiting", METRIC_GAUGE, "Webhook deliveries to be read.", count_deliveries),
    OF_PROJECT("oldest_conflict_timestamp_seconds", METRIC_GAUGE,
               "Since when the oldest conflict waits for a person; 0 = none does.", oldest_conflict_seconds),
    OF_PROJECT("deliveries_poison", METRIC_GAUGE, "Webhook deliveries that could not be read.", poison),
    OF_PROJECT("webhook_missed_total", METRIC_COUNTER, "Changes that a poll or a scan showed and no webhook told.",
               webhook_missed),
};

/* -- projects -- */

static void write_family(struct str_builder *out, const struct family *family, const struct status *status) {
  metrics_write_head(out, &family->metric);
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *one = &status->projects.at[i];
    const char *values[METRIC_LABELS_MAX] = {str_c(out->arena, one->project.name),
                                             str_c(out->arena, one->project.system)};
    metrics_write_sample(out, &family->metric, values, family->value(one));
  }
}

static struct result write_states(struct call *call, struct str_builder *out) {
  static const struct metric metric = {"tandem_projects", METRIC_GAUGE, {"state"}, "Projects by their state."};
  static const char *const states[] = {"active", "paused", "failed"};
  struct rows rows;
  TRY(db_query(call->db,
               "select count(*) filter (where state = 'active') as active, count(*) filter (where state = 'paused') as "
               "paused, count(*) filter (where state = 'failed') as failed from project",
               NO_PARAMS, &rows));
  metrics_write_head(out, &metric);
  for (size_t state = 0; state < sizeof states / sizeof states[0]; state++)
    metrics_write_sample(out, &metric, METRIC_VALUES(states[state]), (double)rows_i64(&rows, 0, states[state]));
  return RESULT_DONE;
}

/* -- credentials: several projects may share one -- */

static double quota_limit(const struct project_status *s) {
  return (double)s->quota_limit;
}
static double quota_remaining(const struct project_status *s) {
  return (double)s->quota_remaining;
}
static double quota_reset_seconds(const struct project_status *s) {
  return (double)s->quota_reset_ms / 1000;
}
static double blocked_until_seconds(const struct project_status *s) {
  return (double)s->blocked_until_ms / 1000;
}
static double expires_seconds(const struct project_status *s) {
  return (double)s->credential_expires_ms / 1000;
}
static double api_calls(const struct project_status *s) {
  return (double)s->api_calls;
}

#define OF_CREDENTIAL(name, type, help, value) \
  { {"tandem_credential_" name, type, {"credential", "system"}, help}, value }

static const struct family credential_families[] = {
    OF_CREDENTIAL("api_calls_total", METRIC_COUNTER, "Calls ever made with it.", api_calls),
    OF_CREDENTIAL("api_quota_limit", METRIC_GAUGE, "Calls that it has in a window, as the tracker told; 0 = not told.",
                  quota_limit),
    OF_CREDENTIAL("api_quota_remaining", METRIC_GAUGE, "Calls that are left of them.", quota_remaining),
    OF_CREDENTIAL("api_quota_reset_timestamp_seconds", METRIC_GAUGE, "When the window ends; 0 = not told.",
                  quota_reset_seconds),
    OF_CREDENTIAL("blocked_until_timestamp_seconds", METRIC_GAUGE, "Until when the tracker wants it to rest.",
                  blocked_until_seconds),
    OF_CREDENTIAL("expires_timestamp_seconds", METRIC_GAUGE, "When it ends; 0 = not known.", expires_seconds),
};

static bool is_first_of_credential(const struct status *status, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (str_equal(status->projects.at[i].project.credential, status->projects.at[at].project.credential))
      return false;
  return true;
}

static void write_credentials(struct str_builder *out, const struct family *family, const struct status *status) {
  metrics_write_head(out, &family->metric);
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *one = &status->projects.at[i];
    if (!is_first_of_credential(status, i))
      continue;
    const char *values[METRIC_LABELS_MAX] = {str_c(out->arena, one->project.credential),
                                             str_c(out->arena, one->project.system)};
    metrics_write_sample(out, &family->metric, values, family->value(one));
  }
}

/* -- what waits for a person, by kind -- */

static void write_counted(struct str_builder *out, const struct metric *metric, const struct rows *rows) {
  metrics_write_head(out, metric);
  for (size_t i = 0; i < rows->count; i++) {
    const char *values[METRIC_LABELS_MAX] = {str_c(out->arena, rows_str(rows, i, "project")),
                                             str_c(out->arena, rows_str(rows, i, "system")),
                                             str_c(out->arena, rows_str(rows, i, "kind"))};
    metrics_write_sample(out, metric, values, (double)rows_i64(rows, i, "count"));
  }
}

static struct result write_conflicts(struct call *call, struct str_builder *out) {
  static const struct metric metric = {"tandem_conflicts_open",
                                       METRIC_GAUGE,
                                       {"project", "system", "kind"},
                                       "Conflicts that wait for a person, by kind."};
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name as project, p.system, c.kind, count(*) as count from conflict c "
               "join project p on p.id = c.project_id where c.state = 'open' and p.state <> 'removed' "
               "group by p.name, p.system, c.kind order by 1, 3 limit $1::bigint",
               PARAMS(p_i64(PROJECTS_SHOWN_MAX)), &rows));
  write_counted(out, &metric, &rows);
  return RESULT_DONE;
}

static struct result write_sessions(struct call *call, struct str_builder *out) {
  static const struct metric metric = {
      "tandem_sessions_running", METRIC_GAUGE, {"project", "system", "mode"}, "Sessions that have not ended."};
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name as project, p.system, s.mode as kind, count(*) as count from session s "
               "join project p on p.id = s.project_id where s.state = 'running' group by p.name, p.system, s.mode "
               "order by 1, 3 limit $1::bigint",
               PARAMS(p_i64(PROJECTS_SHOWN_MAX)), &rows));
  write_counted(out, &metric, &rows);
  return RESULT_DONE;
}

/* -- everything -- */

static void write_status(struct str_builder *out, const struct status *status) {
  static const struct metric event_head = {"tandem_events_head", METRIC_GAUGE, {0}, "Sequence of the newest event."};
  static const struct metric event_first = {
      "tandem_events_first", METRIC_GAUGE, {0}, "Sequence of the oldest event that is kept."};
  metrics_write_head(out, &event_head);
  metrics_write_sample(out, &event_head, METRIC_NO_VALUES, (double)status->store.head);
  metrics_write_head(out, &event_first);
  metrics_write_sample(out, &event_first, METRIC_NO_VALUES, (double)status->first_event);
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    write_family(out, &families[i], status);
  for (size_t i = 0; i < sizeof credential_families / sizeof credential_families[0]; i++)
    write_credentials(out, &credential_families[i], status);
}

struct result health_figures_look(struct call *call, const void *request, void *reply) {
  const struct status_query query = {.limit = PROJECTS_SHOWN_MAX};
  struct status status = {0};
  struct str_builder *out = reply;
  (void)request;
  TRY(store_status(call, &query, &status));
  write_status(out, &status);
  TRY(write_states(call, out));
  TRY(write_conflicts(call, out));
  return write_sessions(call, out);
}
