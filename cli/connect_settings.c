/* From options and answers to project settings. */
#include "cli/connect_settings.h"

#include "base/settings.h"
#include "cli/fields_view.h"
#include "cli/prompt.h"
#include "cli/rule_list.h"
#include "sync/rules.h"

/* -- before anything is asked -- */

static const char override_warning[] =
    "lets changes from outside replace local ones without asking (each is kept and can be brought back)";

static bool overrides(struct str strategy) {
  return str_is(strategy, "external_wins") || str_is(strategy, "newest_wins");
}

static struct result check_maps(struct invocation *call) {
  struct list maps = invocation_list(call, "map");
  for (size_t i = 0; i < maps.count; i++) {
    struct str text = ((const struct str *)maps.at)[i], field;
    struct value_name pair;
    if (!rule_list_parse_map(text, &field, &pair))
      return invocation_usage(call, "--map is FIELD:LOCAL=EXTERNAL, as in labels:bug=kind/bug, not `%.*s`.",
                              STR_FMT(text));
  }
  return RESULT_DONE;
}

static bool parse_direction(struct str text, struct str *field, struct str *direction) {
  ptrdiff_t equals = str_find(text, "=");
  enum direction named;
  if (equals <= 0)
    return false;
  *field = str_slice(text, 0, (size_t)equals);
  *direction = str_slice(text, (size_t)equals + 1, text.length);
  return direction->length && rules_direction_named(*direction, &named) && named != DIRECTION_INHERIT;
}

static struct result check_directions(struct invocation *call) {
  struct list given = invocation_list(call, "field-direction");
  for (size_t i = 0; i < given.count; i++) {
    struct str text = ((const struct str *)given.at)[i], field, direction;
    if (!parse_direction(text, &field, &direction))
      return invocation_usage(call,
                              "--field-direction is FIELD=push, pull, bidirectional or disabled, as in "
                              "assignees=pull, not `%.*s`.",
                              STR_FMT(text));
  }
  return RESULT_DONE;
}

struct result connect_settings_check(struct invocation *call) {
  struct str strategy = invocation_text(call, "strategy");
  TRY(check_maps(call));
  TRY(check_directions(call));
  if (!overrides(strategy) || invocation_text(call, "confirmed-by").length || invocation_may_ask(call))
    return RESULT_DONE;
  return invocation_usage(call, "--strategy %.*s %s. A person has to stand for it: --confirmed-by NAME.",
                          STR_FMT(strategy), override_warning);
}

/* -- field rules -- */

static struct result check_wanted(struct invocation *call, const struct remote_description *remote,
                                  const struct list *wanted) {
  for (size_t i = 0; i < wanted->count; i++) {
    struct str name = ((const struct str *)wanted->at)[i];
    const struct remote_field *field = propose_field(remote, name);
    if (!field)
      return invocation_usage(call, "--field %.*s: %.*s has no such field. It has %.*s.", STR_FMT(name),
                              STR_FMT(remote->remote), STR_FMT(fields_view_names(call->arena, remote)));
    if (propose_untranslated(field))
      return invocation_usage(call, "--field %.*s: of references to other tickets only `parent` is translated.",
                              STR_FMT(name));
  }
  return RESULT_DONE;
}

/* Backwards, because each goes to the front: so the first one given wins. */
static void apply_maps(struct invocation *call, struct rule_list *rules) {
  struct list maps = invocation_list(call, "map");
  for (size_t i = maps.count; i-- > 0;) {
    struct str field;
    struct value_name pair;
    if (rule_list_parse_map(((const struct str *)maps.at)[i], &field, &pair))
      rule_list_put_pair(rules, rule_list_put(rules, field), pair);
  }
}

static void apply_directions(struct invocation *call, struct rule_list *rules) {
  struct list given = invocation_list(call, "field-direction");
  for (size_t i = 0; i < given.count; i++) {
    struct str field, direction;
    if (parse_direction(((const struct str *)given.at)[i], &field, &direction))
      rule_list_put(rules, field)->direction = direction;
  }
}

struct result connect_settings_rules(struct invocation *call, const struct remote_description *remote,
                                     const struct known *known, const struct project *before, struct project *project) {
  const struct propose_request request = {remote, known, invocation_list(call, "field")};
  TRY(check_wanted(call, remote, &request.wanted));
  struct proposal *proposals = propose_rules(call->arena, &request);
  if (known->more)
    output_note(call->output, "Only the first %d tickets were looked at for words and people.", KNOWN_TICKETS_MAX);
  bool keep = !invocation_flag(call, "reset-rules");
  struct rule_list rules = rule_list_of(call->arena, before->rules.at, keep ? before->rules.count : 0);
  for (size_t i = 0; i < remote->fields.count; i++) {
    if (rule_list_find(&rules, proposals[i].field))
      proposals[i].reason = STR("as it is set already");
    else if (proposals[i].keep)
      *rule_list_put(&rules, proposals[i].field) = proposals[i].rule;
  }
  apply_maps(call, &rules);
  apply_directions(call, &rules);
  project->listed_only = remote->fields.count > 0 || before->listed_only;
  project->rules.at = rules.at;
  project->rules.count = rules.count;
  fields_view_proposals(call, project, proposals, remote->fields.count);
  return RESULT_DONE;
}

/* -- policy -- */

static struct str or_else(struct str text, const char *fallback) {
  return text.length ? text : str_of(fallback);
}

/* What can be answered, in words: who is asked has not read the manual. */
struct choice {
  const char *option, *question, *choices, *meaning;
};
static const struct choice choice_direction = {
    "direction", "Which way do changes go", "push|pull|bidirectional|disabled",
    "push sends what changes here, pull takes what changes there, bidirectional does both, disabled neither."};
static const struct choice choice_strategy = {
    "strategy", "When both sides changed the same field", "manual|local_wins|external_wins|newest_wins|merge",
    "manual asks you, merge only where two texts do not go together; the others take one side. Both values are always "
    "kept: `tandem conflicts restore` brings one back."};
static const struct choice choice_privacy = {
    "privacy", "Tickets made here for this project are", "local_only|shareable|public",
    "local_only never leaves, shareable goes only to projects that it is shared with, public may be seen by anybody."};

/* The option, else a question on a terminal, else the fallback. */
static struct result choose(struct invocation *call, const struct choice *choice, struct str fallback,
                            struct str *out) {
  *out = invocation_text(call, choice->option);
  if (out->at)
    return RESULT_DONE;
  *out = fallback;
  bool ask = invocation_may_ask(call) && !invocation_flag(call, "yes");
  if (!ask)
    return RESULT_DONE;
  output_note(call->output, "%s", choice->meaning);
  return prompt_choice(call, choice->question, choice->choices, fallback, out);
}

/* What stood before stands for the strategy that it was given for, and for those of fields. */
static struct result confirm_strategy(struct invocation *call, const struct project *before, struct project *project) {
  struct str given = invocation_text(call, "confirmed-by");
  bool is_confirmed = given.length || (before->confirmed_by.length && str_equal(before->strategy, project->strategy));
  project->confirmed_by = given.length ? given : before->confirmed_by;
  if (!overrides(project->strategy) || is_confirmed)
    return RESULT_DONE;
  output_note(call->output, "The strategy %.*s %s.", STR_FMT(project->strategy), override_warning);
  return prompt_line(call, "Your name, if you want that", (struct str){0}, &project->confirmed_by);
}

struct result connect_settings_policy(struct invocation *call, const struct project *before, struct project *project) {
  TRY(choose(call, &choice_direction, or_else(before->direction, "bidirectional"), &project->direction));
  TRY(choose(call, &choice_strategy, or_else(before->strategy, "manual"), &project->strategy));
  TRY(confirm_strategy(call, before, project));
  TRY(choose(call, &choice_privacy, or_else(before->privacy_default, "shareable"), &project->privacy_default));
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  int64_t interval_s = before->poll_interval_s > 0 ? before->poll_interval_s : settings.poll_interval_s;
  project->poll_interval_s = invocation_number(call, "poll-interval", interval_s);
  return RESULT_DONE;
}
