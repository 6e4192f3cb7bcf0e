/* The connection to the store. */
#include "cli/client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/up/up.h"

enum { HELLO_TIMEOUT_MS = 4000 };

/* Who has mistyped a state directory, or asks somebody else's, should not start another tandem there. */
static struct result explain_missing(const struct invocation *call, struct str home, struct result cause) {
  const char *path = str_c(call->arena, home);
  bool named = !str_is_absent(invocation_text(call, "home")) || getenv("TANDEM_HOME");
  struct stat about;
  bool exists = stat(path, &about) == 0, is_folder = exists && S_ISDIR(about.st_mode);
  if (cause.code != RESULT_RETRY || (is_folder && access(path, X_OK) == 0))
    return cause;
  if (is_folder || (!exists && errno == EACCES))
    return result_error(RESULT_REJECTED,
                        "%s is another user's: run tandem as that user, or choose a state directory of yours by --home "
                        "or TANDEM_HOME.",
                        path);
  if (!named)
    return cause;
  return result_error(RESULT_RETRY, "tandem is not running in %s, which %s. Correct --home or TANDEM_HOME%s", path,
                      exists ? "is no folder" : "does not exist", exists ? "" : ", or start it there: tandem up");
}

static struct result explain_silence(const struct invocation *call, struct str home, struct result cause) {
  struct up_status up;
  up_status(call->arena, home, &up);
  if (up.running)
    return result_error(RESULT_RETRY,
                        "the store does not answer, though tandem runs (process %lld). `tandem doctor` says more.",
                        (long long)up.pid);
  if (str_equal(up.store_url, call->endpoint.store_url))
    return result_error(RESULT_RETRY, "tandem is not running in %.*s; start it: tandem up", STR_FMT(home));
  return result_error(RESULT_RETRY,
                      "the store at %.*s does not answer (%.140s). Does it run there, and is TANDEM_STORE_URL right?",
                      STR_FMT(call->endpoint.store_url), cause.message);
}

/* A first short question: whoever waits for a store that is not there should hear it soon. */
static struct result say_hello(struct invocation *call, struct str home) {
  struct empty request = {0};
  struct hello reply;
  struct result result = rpc_call(call->rpc, call->arena, VERB_HELLO, &request, &reply, HELLO_TIMEOUT_MS);
  return result.code == RESULT_RETRY ? explain_silence(call, home, result) : result;
}

struct result client_open(struct invocation *call) {
  if (call->rpc)
    return RESULT_DONE;
  struct str home;
  TRY(invocation_home(call, &home));
  struct result found = endpoint_find(call->arena, home, "cli", &call->endpoint);
  if (!result_ok(&found))
    return explain_missing(call, home, found);
  TRY(rpc_open(&call->endpoint, str_format(call->arena, "cli-%ld", (long)getpid()), &call->rpc));
  return say_hello(call, home);
}

struct result client_call(struct invocation *call, enum verb_id id, const void *request, void *reply) {
  TRY(client_open(call));
  return rpc_call(call->rpc, call->arena, id, request, reply, RPC_TIMEOUT_MS);
}

struct result client_pages(struct invocation *call, const struct paged *paged, void *request, void *reply) {
  struct list *list = (struct list *)((char *)reply + paged->list);
  const bool *more = (const bool *)((char *)reply + paged->more);
  void *all = NULL;
  size_t count = 0, capacity = 0;
  do {
    memset(reply, 0, paged->reply_bytes);
    TRY(client_call(call, paged->id, request, reply));
    all = arena_append(call->arena, all, &count, &capacity, list->at, list->count, paged->item_bytes);
    *(int64_t *)((char *)request + paged->after) = *(const int64_t *)((char *)reply + paged->next);
  } while (*more);
  *list = (struct list){all, count};
  return RESULT_DONE;
}

struct result client_status(struct invocation *call, struct str project, struct status *out) {
  struct status_query request = {.project = project};
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
