/* fields analyze | validate | test: looking at how a project's fields are mapped. fields map is commands_fields_map.c
 */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/doctor_view.h"
#include "cli/fields_analysis.h"
#include "cli/fields_check.h"
#include "cli/fields_remote.h"
#include "cli/fields_sample.h"
#include "cli/fields_view.h"
#include "cli/project_name.h"

/* -- analyze -- */

struct result command_fields_analyze(struct invocation *call) {
  struct project project;
  struct known known;
  struct remote_description remote = {0};
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  TRY(known_read(call, project.name, &known, NULL));
  TRY(fields_remote_describe(call, &project, &remote));
  struct fields_analysis analysis = fields_analyze(call->arena, &project, &remote, &known);
  if (output_is_json(call->output))
    output_record(call->output, &record_fields_analysis, &analysis);
  else
    fields_view_analysis(call, &project, &analysis);
  return RESULT_DONE;
}

/* -- validate -- */

struct result command_fields_validate(struct invocation *call) {
  struct project project;
  struct known known, carried;
  struct remote_description remote = {0};
  struct doctor findings = {.arena = call->arena};
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  TRY(known_read(call, project.name, &known, NULL));
  TRY(known_read_carried(call, project.name, &carried));
  TRY(fields_remote_describe(call, &project, &remote));
  struct fields_check check = {call->arena, &project, &remote, &known, &carried, &findings};
  fields_check_all(&check);
  if (carried.more)
    doctor_add(&findings, "tickets", "skipped",
               str_format(call->arena, "only the first %d were looked at for words", KNOWN_TICKETS_MAX),
               (struct str){0});
  doctor_view_print(call, &findings);
  if (doctor_found_problem(&findings))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}

/* -- test -- */

static struct result sample_one(struct invocation *call, const struct project *project, struct str key,
                                struct sampled_field *at, size_t *count, size_t capacity) {
  struct ticket_get get = {.key = key, .external = true};
  struct ticket ticket = {0};
  const struct sampled_field *found;
  TRY(client_call(call, VERB_TICKET_GET, &get, &ticket));
  size_t found_count = fields_sample(call->arena, project, &ticket, &found);
  for (size_t i = 0; i < found_count && *count < capacity; i++)
    at[(*count)++] = found[i];
  return RESULT_DONE;
}

/* The tickets that were named, else the first few of the project. */
static struct result choose_tickets(struct invocation *call, const struct project *project, struct list *out) {
  enum { FEW = 5 };
  struct str first = invocation_argument(call, 1);
  struct str *keys = ARENA_ARRAY(call->arena, struct str, call->more_count + FEW + 1);
  size_t count = 0;
  if (first.at)
    keys[count++] = first;
  for (size_t i = 0; i < call->more_count; i++)
    keys[count++] = call->more[i];
  if (count == 0) {
    struct ticket_query query = {.project = project->name, .limit = FEW};
    struct ticket_list list = {0};
    TRY(client_call(call, VERB_TICKET_LIST, &query, &list));
    for (size_t i = 0; i < list.tickets.count && count < FEW; i++)
      keys[count++] = list.tickets.at[i].key;
  }
  *out = (struct list){keys, count};
  return RESULT_DONE;
}

struct result command_fields_test(struct invocation *call) {
  enum { FIELDS_MAX = 512 };
  struct project project;
  struct list keys;
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  TRY(choose_tickets(call, &project, &keys));
  size_t count = 0, capacity = (keys.count + 1) * FIELDS_MAX;
  struct sampled_field *fields = ARENA_ARRAY(call->arena, struct sampled_field, capacity);
  for (size_t i = 0; i < keys.count; i++)
    TRY(sample_one(call, &project, ((const struct str *)keys.at)[i], fields, &count, capacity));
  const struct fields_samples samples = {.project = project.name, .fields = {fields, count}};
  if (output_is_json(call->output))
    output_record(call->output, &record_fields_samples, &samples);
  else
    fields_view_samples(call, &samples);
  return RESULT_DONE;
}
