/* Having trackers send their webhooks here, when TANDEM_WEBHOOK_URL says under which address they reach the receiver,
 * and having them repeat what did not arrive. When that is due stands in the store. */
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mutation.h"
#include "base/url.h"
#include "service/adapter_worker.h"

enum {
  MINUTE_MS = 60 * 1000,
  CHECK_MS = 30 * MINUTE_MS, /* where failed deliveries have to be asked for: two cheap calls */
  CHECK_RARELY_MS = 360 * MINUTE_MS,
  REFUSED_MS = 60 * MINUTE_MS, /* until somebody gives it the right */
};

static struct str receiver(void) {
  return str_of(getenv("TANDEM_WEBHOOK_URL"));
}

bool worker_sees_to_hooks(const struct connector *connector) {
  return connector->register_hook && receiver().length > 0;
}

static struct result read_secret(struct worker *worker, struct arena *arena, const struct project *project,
                                 struct str *out, int64_t *out_generation) {
  struct credential_get get = {.name = project->webhook_credential};
  struct credential credential = {0};
  cJSON *tree;
  TRY(rpc_call(worker->rpc, arena, VERB_CREDENTIAL_GET, &get, &credential, RPC_TIMEOUT_MS));
  TRY(json_parse(credential.secret, &tree));
  *out = str_copy(arena, json_str(tree, "secret"));
  *out_generation = credential.generation;
  cJSON_Delete(tree);
  return RESULT_DONE;
}

static struct str hook_url(struct arena *arena, const struct project *project) {
  struct str base = receiver();
  while (str_ends_with(base, "/"))
    base = str_slice(base, 0, base.length - 1);
  return str_format(arena, "%.*s/webhooks/%.*s", STR_FMT(base), STR_FMT(url_segment(arena, project->name)));
}

/* -- what did not arrive -- */

/* One that cannot be repeated is none that others have to wait for. */
static struct result ask_again(struct worker *worker, struct arena *arena, struct connection *connection,
                               struct str hook_id, const struct hook_again *again) {
  for (size_t i = 0; i < again->attempt_ids.count; i++) {
    struct result result = worker->connector->redeliver(connection, arena, hook_id, again->attempt_ids.at[i]);
    if (result.code == RESULT_REJECTED || result.code == RESULT_GONE)
      log_event(LOG_WARNING, "delivery_not_repeated", LOG_STR("attempt", again->attempt_ids.at[i]),
                LOG_RESULT(&result));
    else
      TRY(result);
  }
  return RESULT_DONE;
}

static struct result see_to_failures(struct worker *worker, struct arena *arena, struct connection *connection,
                                     const struct work *work, struct str hook_id) {
  struct hook_failures failures = {0};
  struct hook_again again = {0};
  if (!worker->connector->hook_failures || hook_id.length == 0 || MUTATED(REDELIVERY))
    return RESULT_DONE;
  TRY(worker->connector->hook_failures(connection, arena, hook_id, work->hook.newest_delivery, &failures));
  struct hook_deliveries deliveries = {.lease = work->lease, .newest = failures.newest};
  deliveries.failed.at = failures.failed.at;
  deliveries.failed.count = failures.failed.count;
  TRY(rpc_call(worker->rpc, arena, VERB_HOOK_DELIVERIES, &deliveries, &again, RPC_TIMEOUT_MS));
  return ask_again(worker, arena, connection, hook_id, &again);
}

/* -- the webhook itself -- */

static struct result send_report(struct worker *worker, struct arena *arena, struct connection *connection,
                                 struct hook_report *report) {
  worker->connector->take_usage(connection, &report->usage);
  return rpc_call(worker->rpc, arena, VERB_HOOK_REPORT, report, NULL, RPC_TIMEOUT_MS);
}

static struct result report_refused(struct worker *worker, struct arena *arena, struct connection *connection,
                                    const struct work *work, const char *state, const struct result *why) {
  struct hook_report report = {
      .lease = work->lease, .state = str_of(state), .reason = str_of(why->message), .check_in_ms = REFUSED_MS};
  log_event(LOG_WARNING, "webhook_not_registered", LOG_STR("project", work->project.name), LOG_RESULT(why));
  return send_report(worker, arena, connection, &report);
}

static int64_t next_check_ms(const struct connector *connector, const struct hook_found *found) {
  int64_t own_ms = connector->hook_failures ? CHECK_MS : CHECK_RARELY_MS;
  return found->check_in_ms > 0 && found->check_in_ms < own_ms ? found->check_in_ms : own_ms;
}

/* Under an address that we had before somebody else may listen by now. What cannot be taken away does not hold up the
 * new one. */
static struct result leave_old_address(struct worker *worker, struct arena *arena, struct connection *connection,
                                       const struct work *work, struct hook *hook) {
  if (work->hook.url.length == 0 || str_equal(work->hook.url, hook->url))
    return RESULT_DONE;
  const struct hook old = {.url = work->hook.url, .id = hook->id};
  hook->id = (struct str){0};
  struct result result = worker->connector->remove_hook(connection, arena, &old);
  if (result.code == RESULT_REJECTED || result.code == RESULT_GONE) {
    log_event(LOG_WARNING, "old_webhook_left", LOG_STR("project", work->project.name), LOG_STR("url", old.url),
              LOG_RESULT(&result));
    return RESULT_DONE;
  }
  return result;
}

static struct result keep_right(struct worker *worker, struct arena *arena, struct connection *connection,
                                const struct work *work) {
  struct hook hook = {.url = hook_url(arena, &work->project), .id = work->hook.hook_id, .repair = work->hook.repair};
  struct hook_found found = {0};
  struct hook_report report = {.lease = work->lease, .state = STR("active"), .url = hook.url};
  TRY(read_secret(worker, arena, &work->project, &hook.secret, &report.generation));
  TRY(leave_old_address(worker, arena, connection, work, &hook));
  struct result result = worker->connector->register_hook(connection, arena, &hook, &found);
  if (result.code == RESULT_REJECTED || result.code == RESULT_GONE)
    return report_refused(worker, arena, connection, work, "refused", &result);
  TRY(result);
  TRY(see_to_failures(worker, arena, connection, work, found.id));
  report.hook_id = found.id;
  report.expires_at_ms = found.expires_at_ms;
  report.check_in_ms = next_check_ms(worker->connector, &found);
  report.repaired = found.repaired || (hook.id.length && !str_equal(found.id, hook.id)); /* it was deleted */
  log_event(report.repaired ? LOG_WARNING : LOG_INFO, report.repaired ? "webhook_repaired" : "webhook_registered",
            LOG_STR("project", work->project.name));
  return send_report(worker, arena, connection, &report);
}

static struct result take_away(struct worker *worker, struct arena *arena, struct connection *connection,
                               const struct work *work) {
  struct hook hook = {.url = work->hook.url, .id = work->hook.hook_id};
  struct result result = worker->connector->remove_hook(connection, arena, &hook);
  if (result.code == RESULT_REJECTED || result.code == RESULT_GONE || result.code == RESULT_AUTH)
    return report_refused(worker, arena, connection, work, "left", &result);
  TRY(result);
  struct hook_report report = {.lease = work->lease, .state = STR("removed")};
  log_event(LOG_INFO, "webhook_removed", LOG_STR("project", work->project.name));
  return send_report(worker, arena, connection, &report);
}

struct result worker_hook(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  return work->hook.remove ? take_away(worker, arena, connection, work) : keep_right(worker, arena, connection, work);
}
