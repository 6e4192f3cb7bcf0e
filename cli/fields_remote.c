/* Looking at a configured project's remote. */
#include "cli/fields_remote.h"

#include "base/shell.h"
#include "cli/client.h"
#include "cli/probe.h"

/* A token that ends is renewed by the running adapter alone, which a synchronisation wakes. */
static struct result explain(struct invocation *call, struct result result, const struct project *project) {
  if (result.code != RESULT_AUTH)
    return result;
  return result_error(RESULT_AUTH, "%.150s If the token has just ended: tandem sync %.*s", result.message,
                      STR_FMT(shell_word(call->arena, project->name)));
}

struct result fields_remote_describe(struct invocation *call, const struct project *project,
                                     struct remote_description *out) {
  const struct tracker *tracker = tracker_named(project->system);
  if (!tracker)
    return result_error(RESULT_REJECTED, "the fields of %.*s cannot be asked for: nothing here speaks %.*s.",
                        STR_FMT(project->name), STR_FMT(project->system));
  struct credential_get get = {project->credential};
  struct credential credential = {0};
  TRY(client_call(call, VERB_CREDENTIAL_GET, &get, &credential));
  const struct probe_request request = {.base_url = project->base_url,
                                        .remote = project->remote,
                                        .credential_kind = credential.kind,
                                        .credential = credential.secret,
                                        .options = project->options};
  struct result result = probe_remote(call, tracker, &request, out);
  return explain(call, result, project);
}
