/* Projects by the names that people type. */
#include "cli/project_name.h"

#include "cli/client.h"
#include "cli/nearest.h"

/* Everybody is asked for only now: most names are right. */
static struct result unknown(struct invocation *call, struct str name) {
  struct project_name request = {0};
  struct project_list list = {0};
  TRY(client_call(call, VERB_PROJECT_LIST, &request, &list));
  if (list.projects.count == 0)
    return result_error(RESULT_GONE,
                        "there is no project `%.*s`: none is connected. `tandem connect github` connects one.",
                        STR_FMT(name));
  const char **names = ARENA_ARRAY(call->arena, const char *, list.projects.count);
  for (size_t i = 0; i < list.projects.count; i++)
    names[i] = str_c(call->arena, list.projects.at[i].name);
  const char *meant = nearest_word(name, names, list.projects.count);
  if (meant)
    return result_error(RESULT_GONE, "there is no project `%.*s`. Did you mean `%s`?", STR_FMT(name), meant);
  return result_error(RESULT_GONE, "there is no project `%.*s`. `tandem projects list` shows what there is.",
                      STR_FMT(name));
}

struct result project_name_find(struct invocation *call, struct str name, struct project *out) {
  struct project_name request = {name};
  struct project_list list = {0};
  TRY(client_call(call, VERB_PROJECT_LIST, &request, &list));
  if (list.projects.count == 0)
    return unknown(call, name);
  *out = list.projects.at[0];
  return RESULT_DONE;
}

struct result project_name_check(struct invocation *call) {
  struct project project;
  for (size_t i = 0; i < ARGUMENTS_MAX; i++)
    if (call->arguments[i].at && command_takes_project(call->command->arguments[i].name))
      TRY(project_name_find(call, call->arguments[i], &project));
  for (size_t i = 0; i < call->given_count; i++)
    if (command_takes_project(call->given[i].spec->value))
      TRY(project_name_find(call, call->given[i].text, &project));
  return RESULT_DONE;
}
