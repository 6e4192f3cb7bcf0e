/* Bringing tickets of several trackers together: link pair|file|suggest, projects follow. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/pairs_file.h"
#include "cli/project_name.h"
#include "cli/prompt.h"
#include "cli/table.h"

/* -- one pair -- */

static struct result ask_store(struct invocation *call, struct str key, struct str other, bool preview,
                               struct link_result *out) {
  struct ticket_link request = {.key = key, .other = other, .preview = preview, .actor = invocation_actor(call)};
  *out = (struct link_result){0};
  return client_call(call, VERB_TICKET_LINK, &request, out);
}

static struct str shown(struct arena *arena, const struct values *value) {
  if (value->count == 0)
    return STR("");
  const struct value *only = &value->at[0];
  return only->kind == VALUE_SET ? format_join(arena, only->items, only->count, ", ") : only->text;
}

static void show_differences(struct invocation *call, const struct link_result *link) {
  static const struct column columns[] = {{"FIELD", 0}, {"STAYS", COLUMN_TRUNC}, {"OTHER", COLUMN_TRUNC}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < link->differences.count; i++) {
    const struct link_difference *difference = &link->differences.at[i];
    const struct str cells[] = {difference->field, shown(call->arena, &difference->ours),
                                shown(call->arena, &difference->theirs)};
    table_row(table, cells);
  }
  table_end(table);
}

static void say_meaning(struct invocation *call, const struct link_result *link) {
  output_note(call->output, "%.*s becomes one with %.*s; %s.", STR_FMT(link->other), STR_FMT(link->key),
              link->differences.count ? "what differs becomes conflicts, for a person to decide"
                                      : "they agree in every field that both have");
  if (!output_is_json(call->output))
    show_differences(call, link);
}

struct result command_link_pair(struct invocation *call) {
  struct str key = invocation_argument(call, 0), other = invocation_argument(call, 1);
  struct link_result link;
  bool yes;
  TRY(ask_store(call, key, other, true, &link));
  say_meaning(call, &link);
  TRY(prompt_confirm(call, "Link them?", &yes));
  if (yes)
    TRY(ask_store(call, key, other, false, &link));
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_TICKET_LINK].reply, &link);
  else if (link.linked)
    output_note(call->output, "Linked. `tandem ticket show %.*s` shows both sides.", STR_FMT(link.key));
  return RESULT_DONE;
}

/* -- many pairs -- */

static struct result read_pairs(struct invocation *call, struct pair **out, size_t *out_count) {
  struct str text;
  TRY(invocation_read_file(call, invocation_argument(call, 0), PAIRS_FILE_BYTES_MAX, &text));
  return pairs_file_read(call->arena, text, out, out_count);
}

/* Each pair is shown or made; one that is refused is told and the others go on. */
static size_t go_through(struct invocation *call, const struct pair *pairs, size_t count, bool preview) {
  size_t refused = 0;
  for (size_t i = 0; i < count; i++) {
    struct link_result link;
    struct result result = ask_store(call, pairs[i].key, pairs[i].other, preview, &link);
    if (!result_ok(&result)) {
      refused++;
      output_note(call->output, "%.*s, %.*s: %s", STR_FMT(pairs[i].key), STR_FMT(pairs[i].other), result.message);
    } else if (output_is_json(call->output)) {
      output_record(call->output, verb_table[VERB_TICKET_LINK].reply, &link);
    } else if (preview) {
      say_meaning(call, &link);
    }
  }
  return refused;
}

static struct result link_pairs(struct invocation *call, const struct pair *pairs, size_t count) {
  bool yes = invocation_flag(call, "yes");
  if (!yes) {
    go_through(call, pairs, count, true);
    TRY(prompt_confirm(call, "Link all of these?", &yes));
  }
  if (!yes)
    return RESULT_DONE;
  size_t refused = go_through(call, pairs, count, false);
  output_note(call->output, "%.*s linked.",
              STR_FMT(format_counted(call->arena, (int64_t)(count - refused), "pair", "pairs")));
  if (refused)
    return result_error(RESULT_REJECTED, "%zu of %zu pairs were refused; see above.", refused, count);
  return RESULT_DONE;
}

struct result command_link_file(struct invocation *call) {
  struct pair *pairs = NULL;
  size_t count = 0;
  TRY(read_pairs(call, &pairs, &count));
  return link_pairs(call, pairs, count);
}

static void show_suggestions(struct invocation *call, const struct link_suggestions *found) {
  static const struct column columns[] = {{"STAYS", 0}, {"THERE", 0}, {"OTHER", 0},
                                          {"THERE", 0}, {"WHY", 0},   {"TITLE", COLUMN_TRUNC}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < found->suggestions.count; i++) {
    const struct link_suggestion *one = &found->suggestions.at[i];
    const struct str cells[] = {one->key,    one->external_key, one->other, one->other_external_key,
                                one->reason, one->title};
    table_row(table, cells);
  }
  table_end(table);
}

struct result command_link_suggest(struct invocation *call) {
  struct link_query query = {.project = invocation_argument(call, 0),
                             .other = invocation_argument(call, 1),
                             .limit = invocation_number(call, "limit", 0)};
  struct link_suggestions found = {0};
  bool printed;
  TRY(client_print(call, VERB_LINK_SUGGEST, &query, &found, &printed));
  if (printed)
    return RESULT_DONE;
  show_suggestions(call, &found);
  if (found.suggestions.count == 0)
    output_note(call->output, "No two tickets of %.*s and %.*s look the same.", STR_FMT(query.project),
                STR_FMT(query.other));
  else if (!invocation_flag(call, "link"))
    output_note(call->output,
                "`tandem link pair T-.. T-..` links two; the same command with --link links all of these.");
  if (!invocation_flag(call, "link"))
    return RESULT_DONE;
  struct pair *pairs = ARENA_ARRAY(call->arena, struct pair, found.suggestions.count);
  for (size_t i = 0; i < found.suggestions.count; i++)
    pairs[i] = (struct pair){found.suggestions.at[i].key, found.suggestions.at[i].other};
  return link_pairs(call, pairs, found.suggestions.count);
}

/* -- following -- */

static bool has_name(const struct project *project, struct str name) {
  for (size_t i = 0; i < project->follows.count; i++)
    if (str_equal(project->follows.at[i], name))
      return true;
  return false;
}

static void set_follows(struct arena *arena, struct project *project, struct str name, bool follow) {
  struct str *names = ARENA_ARRAY(arena, struct str, project->follows.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < project->follows.count; i++)
    if (!str_equal(project->follows.at[i], name))
      names[count++] = project->follows.at[i];
  if (follow)
    names[count++] = name;
  project->follows.at = names;
  project->follows.count = count;
}

struct result command_projects_follow(struct invocation *call) {
  struct str other = invocation_argument(call, 1);
  bool stop = invocation_flag(call, "stop"), existing = invocation_flag(call, "existing");
  struct project_configure request = {.take_existing = existing, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  TRY(project_name_find(call, invocation_argument(call, 0), &request.project));
  if (stop && existing)
    return invocation_usage(call, "--stop and --existing exclude each other.");
  if (stop && !has_name(&request.project, other))
    return result_error(RESULT_GONE, "%.*s does not follow %.*s.", STR_FMT(request.project.name), STR_FMT(other));
  set_follows(call->arena, &request.project, other, !stop);
  TRY(client_call(call, VERB_PROJECT_CONFIGURE, &request, &reply));
  if (stop)
    output_note(call->output, "New tickets of %.*s are no longer created in %.*s.", STR_FMT(other),
                STR_FMT(request.project.name));
  else
    output_note(call->output, "%s of %.*s that are not local_only are created in %.*s too.",
                existing ? "The tickets and all new ones" : "New tickets", STR_FMT(other),
                STR_FMT(request.project.name));
  return RESULT_DONE;
}
