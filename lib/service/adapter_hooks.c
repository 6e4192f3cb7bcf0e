/* Having trackers send their webhooks here: when TANDEM_WEBHOOK_URL says under which address they reach the receiver.
 * What is known is kept by the process; registering again does no harm. */
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "service/adapter_worker.h"

enum { HOOKS_KNOWN_MAX = 256, TRY_AGAIN_MS = 10 * 60 * 1000 };

static struct {
  pthread_mutex_t mutex;
  struct {
    int64_t project_id, version, due_ms;
  } known[HOOKS_KNOWN_MAX];
} hooks = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Whether it is time, and that this thread does it: until it says more, nobody else does. */
static bool take_turn(const struct project *project, int64_t now_ms) {
  size_t slot = (size_t)project->id % HOOKS_KNOWN_MAX;
  pthread_mutex_lock(&hooks.mutex);
  bool same = hooks.known[slot].project_id == project->id && hooks.known[slot].version == project->version;
  bool due = !same || hooks.known[slot].due_ms <= now_ms;
  if (due) {
    hooks.known[slot].project_id = project->id;
    hooks.known[slot].version = project->version;
    hooks.known[slot].due_ms = now_ms + TRY_AGAIN_MS;
  }
  pthread_mutex_unlock(&hooks.mutex);
  return due;
}

static void set_due(const struct project *project, int64_t due_ms) {
  size_t slot = (size_t)project->id % HOOKS_KNOWN_MAX;
  pthread_mutex_lock(&hooks.mutex);
  if (hooks.known[slot].project_id == project->id)
    hooks.known[slot].due_ms = due_ms;
  pthread_mutex_unlock(&hooks.mutex);
}

static struct result read_secret(struct worker *worker, struct arena *arena, const struct project *project,
                                 struct str *out) {
  struct credential_get get = {.name = project->webhook_credential};
  struct credential credential = {0};
  cJSON *tree;
  TRY(rpc_call(worker->rpc, arena, VERB_CREDENTIAL_GET, &get, &credential, RPC_TIMEOUT_MS));
  TRY(json_parse(credential.secret, &tree));
  *out = str_copy(arena, json_str(tree, "secret"));
  cJSON_Delete(tree);
  return RESULT_DONE;
}

static struct result register_hook(struct worker *worker, struct arena *arena, struct connection *connection,
                                   const struct project *project, struct str base, int64_t *out_renew_at_ms) {
  while (str_ends_with(base, "/"))
    base = str_slice(base, 0, base.length - 1);
  struct hook hook = {.url = str_format(arena, "%.*s/webhooks/%.*s", STR_FMT(base), STR_FMT(project->name))};
  TRY(read_secret(worker, arena, project, &hook.secret));
  return worker->connector->register_hook(connection, arena, &hook, out_renew_at_ms);
}

void worker_ensure_hook(struct worker *worker, struct connection *connection, const struct project *project) {
  const char *base = getenv("TANDEM_WEBHOOK_URL");
  if (!base || !*base || !worker->connector->register_hook || project->webhook_credential.length == 0 ||
      !take_turn(project, clock_now_ms()))
    return;
  struct arena arena = {0};
  int64_t renew_at_ms = 0;
  struct result result = register_hook(worker, &arena, connection, project, str_of(base), &renew_at_ms);
  if (result_ok(&result)) {
    set_due(project, renew_at_ms ? renew_at_ms : INT64_MAX);
    log_event(LOG_INFO, "webhook_registered", LOG_STR("project", project->name));
  } else { /* polling goes on without it */
    log_event(LOG_WARNING, "webhook_not_registered", LOG_STR("project", project->name), LOG_RESULT(&result));
  }
  arena_free(&arena);
}
