/* The connection to the store. */
#include "cli/client.h"

#include <unistd.h>

enum { HELLO_TIMEOUT_MS = 4000 };

static struct result not_running(const struct result *cause) {
  return result_error(RESULT_RETRY, "tandem is not running here (%.140s). Start it with `tandem up`.", cause->message);
}

/* A first short question: whoever waits for a store that is not there should hear it soon. */
static struct result say_hello(struct invocation *call) {
  struct empty request = {0};
  struct hello reply;
  struct result result = rpc_call(call->rpc, call->arena, VERB_HELLO, &request, &reply, HELLO_TIMEOUT_MS);
  return result.code == RESULT_RETRY ? not_running(&result) : result;
}

struct result client_open(struct invocation *call) {
  if (call->rpc)
    return RESULT_DONE;
  struct str home;
  TRY(invocation_home(call, &home));
  TRY(endpoint_find(call->arena, home, "cli", &call->endpoint));
  TRY(rpc_open(&call->endpoint, str_format(call->arena, "cli-%ld", (long)getpid()), &call->rpc));
  return say_hello(call);
}

struct result client_call(struct invocation *call, enum verb_id id, const void *request, void *reply) {
  TRY(client_open(call));
  return rpc_call(call->rpc, call->arena, id, request, reply, RPC_TIMEOUT_MS);
}

struct result client_status(struct invocation *call, struct status *out) {
  struct status_query request = {0};
  struct status page = {0}, all;
  struct project_status *projects = NULL;
  size_t count = 0, capacity = 0;
  TRY(client_call(call, VERB_STATUS, &request, &page));
  for (all = page; page.more && page.projects.count;) {
    projects =
        arena_append(call->arena, projects, &count, &capacity, page.projects.at, page.projects.count, sizeof *projects);
    request.after = projects[count - 1].project.name;
    page = (struct status){0};
    TRY(client_call(call, VERB_STATUS, &request, &page));
  }
  projects =
      arena_append(call->arena, projects, &count, &capacity, page.projects.at, page.projects.count, sizeof *projects);
  all.projects.at = projects;
  all.projects.count = count;
  all.more = false;
  *out = all;
  return RESULT_DONE;
}

struct result client_print(struct invocation *call, enum verb_id id, const void *request, void *reply, bool *printed) {
  TRY(client_call(call, id, request, reply));
  *printed = output_is_json(call->output);
  if (*printed)
    output_record(call->output, verb_table[id].reply, reply);
  return RESULT_DONE;
}
