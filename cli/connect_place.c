/* By options, by the name of what is connected already, or by asking. */
#include "cli/connect_place.h"

#include "base/url.h"
#include "cli/client.h"
#include "cli/prompt.h"

struct result connect_place_remote(struct invocation *call, const struct tracker *tracker, struct project *project) {
  struct str text = invocation_text(call, tracker->remote_option);
  if (str_is_absent(text)) {
    if (!invocation_may_ask(call))
      return invocation_usage(call, "which %s? --%s %s.", tracker->remote_noun, tracker->remote_option,
                              tracker->remote_form);
    TRY(prompt_line(call, tracker->remote_question, (struct str){0}, &text));
  }
  project->remote = tracker->remote_of(call->arena, text, &project->base_url);
  if (!tracker->is_remote(project->remote))
    return invocation_usage(call, "a %s is %s, as in %s, not `%.*s`.", tracker->remote_noun, tracker->remote_form,
                            tracker->remote_example, STR_FMT(text));
  return RESULT_DONE;
}

/* A project that there is needs nothing but its name: `status` says so where a credential has ended. Its new secret
 * must not be tried anywhere else than where it is for. */
static struct result choose_known(struct invocation *call, const struct tracker *tracker, struct project *project,
                                  bool *out) {
  struct project_name request = {.name = invocation_text(call, "name")};
  struct project_list list = {0};
  *out = false;
  if (str_is_absent(request.name) || invocation_text(call, tracker->remote_option).at)
    return RESULT_DONE;
  TRY(client_call(call, VERB_PROJECT_LIST, &request, &list));
  if (list.projects.count == 0 || !str_is(list.projects.at[0].system, tracker->system))
    return RESULT_DONE;
  project->remote = list.projects.at[0].remote;
  project->base_url = list.projects.at[0].base_url;
  *out = true;
  return RESULT_DONE;
}

static struct result choose_base_url(struct invocation *call, const struct tracker *tracker, struct str *base_url) {
  struct str given = invocation_text(call, "base-url");
  if (given.at)
    *base_url = given;
  else if (str_is_absent(*base_url) && tracker->base_url)
    *base_url = str_of(tracker->base_url);
  if (str_is_absent(*base_url)) {
    if (!invocation_may_ask(call))
      return invocation_usage(call, "where is %s? --base-url https://%s%s.", tracker->title,
                              tracker->vendor_host ? "NAME" : "tickets.example.com/api",
                              tracker->vendor_host
                                  ? str_format(call->arena, "%s, or your own server's address", tracker->vendor_host).at
                                  : "");
    TRY(prompt_line(call, "Address of the site (https://…)", (struct str){0}, base_url));
  }
  if (url_has_user(*base_url))
    return invocation_usage(call,
                            "the address holds a user or a password, and would be stored as it is. Leave out what "
                            "stands before the @, and give the secret by its own option, as --token-file.");
  while (str_ends_with(*base_url, "/"))
    *base_url = str_slice(*base_url, 0, base_url->length - 1);
  return RESULT_DONE;
}

struct result connect_place(struct invocation *call, const struct tracker *tracker, struct project *project) {
  bool is_known;
  TRY(choose_known(call, tracker, project, &is_known));
  if (!is_known)
    TRY(connect_place_remote(call, tracker, project));
  return choose_base_url(call, tracker, &project->base_url);
}
