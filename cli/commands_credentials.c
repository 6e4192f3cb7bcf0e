/* credentials list | expires | remove */
#include "cli/commands.h"
#include "cli/credentials.h"
#include "cli/format.h"
#include "cli/prompt.h"
#include "cli/table.h"

struct result credentials_ask(struct invocation *call, struct str name, struct credential_list *out) {
  struct credential_query query = {.name = name};
  *out = (struct credential_list){0};
  return client_call(call, VERB_CREDENTIAL_LIST, &query, out);
}

/* -- list -- */

static struct str expiry_cell(struct invocation *call, const struct credential_info *info, int64_t now_ms) {
  return info->expires_ms ? table_moment(call->output, call->arena, info->expires_ms, now_ms) : STR("");
}

static void print_credentials(struct invocation *call, const struct credential_list *list) {
  static const struct column columns[] = {{"NAME", 0},
                                          {"SYSTEM", 0},
                                          {"KIND", 0},
                                          {"KEY", 0},
                                          {"EXPIRES", 0},
                                          {"STATE", COLUMN_STATE},
                                          {"USED BY", COLUMN_TRUNC}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list->credentials.count; i++) {
    const struct credential_info *info = &list->credentials.at[i];
    const struct str cells[] = {info->name,
                                info->system,
                                info->kind,
                                info->key_id,
                                expiry_cell(call, info, list->now_ms),
                                info->state,
                                format_join(call->arena, info->projects.at, info->projects.count, ", ")};
    table_row(table, cells);
  }
  table_end(table);
}

static void note_keys(struct invocation *call, const struct credential_list *list) {
  for (size_t i = 0; i < list->keys.count; i++) {
    const struct data_key_info *key = &list->keys.at[i];
    struct str count = format_counted(call->arena, key->credentials, "credential", "credentials");
    if (!key->known)
      output_note(call->output, "The data key %.*s is missing: %.*s cannot be read. Put it back from your backup.",
                  STR_FMT(key->id), STR_FMT(count));
    else if (!key->writes && key->credentials)
      output_note(call->output, "%.*s still encrypted with the key %.*s: `tandem credentials rekey` goes on.",
                  STR_FMT(count), STR_FMT(key->id));
  }
}

struct result command_credentials_list(struct invocation *call) {
  struct credential_query query = {0};
  struct credential_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_CREDENTIAL_LIST, &query, &list, &printed));
  if (printed)
    return RESULT_DONE;
  print_credentials(call, &list);
  if (list.credentials.count == 0)
    output_note(call->output, "No credential is stored. `tandem connect` stores the first one.");
  note_keys(call, &list);
  return RESULT_DONE;
}

/* -- expires -- */

struct result command_credentials_expires(struct invocation *call) {
  struct str date = invocation_argument(call, 1);
  struct credential_expiry request = {.name = invocation_argument(call, 0), .actor = invocation_actor(call)};
  struct empty reply;
  bool printed;
  if (!str_is(date, "never"))
    TRY(format_parse_date(date, &request.expires_ms));
  TRY(client_print(call, VERB_CREDENTIAL_EXPIRY, &request, &reply, &printed));
  if (!printed && request.expires_ms)
    output_note(call->output, "%.*s ends on %.*s; you are warned before.", STR_FMT(request.name), STR_FMT(date));
  else if (!printed)
    output_note(call->output, "Nobody will be warned about %.*s.", STR_FMT(request.name));
  return RESULT_DONE;
}

/* -- remove -- */

struct result command_credentials_remove(struct invocation *call) {
  struct credential_remove request = {.name = invocation_argument(call, 0), .actor = invocation_actor(call)};
  struct empty reply;
  bool printed;
  if (!invocation_flag(call, "yes")) {
    if (!invocation_may_ask(call))
      return invocation_usage(call, "removing a credential needs --yes.");
    bool yes = false;
    TRY(prompt_yes(call, str_format(call->arena, "Forget the credential %.*s?", STR_FMT(request.name)), false, &yes));
    if (!yes)
      return result_error(RESULT_REJECTED, "nothing was removed.");
  }
  TRY(client_print(call, VERB_CREDENTIAL_REMOVE, &request, &reply, &printed));
  if (!printed)
    output_note(call->output, "%.*s is forgotten here. Revoke it at the tracker, too.", STR_FMT(request.name));
  return RESULT_DONE;
}
