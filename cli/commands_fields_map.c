/* fields map: one rule changed, in the settings that were read. If somebody else changed them meanwhile, nothing is. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/fields_remote.h"
#include "cli/fields_view.h"
#include "cli/project_name.h"
#include "cli/rule_list.h"

static bool has_changes(const struct invocation *call) {
  static const char *const options[] = {"direction", "strategy", "value", "remove-value", "closed", "open", "reset"};
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    if (invocation_flag(call, options[i]))
      return true;
  return false;
}

/* Before anything is asked of anybody. */
static struct result check_options(struct invocation *call) {
  struct list values = invocation_list(call, "value");
  if (invocation_flag(call, "remove") && has_changes(call))
    return invocation_usage(call, "--remove takes the rule away: it cannot be combined with changes of it.");
  if (invocation_flag(call, "closed") && invocation_flag(call, "open"))
    return invocation_usage(call, "--closed and --open are opposites: give one.");
  for (size_t i = 0; i < values.count; i++) {
    struct str text = ((const struct str *)values.at)[i];
    struct value_name pair;
    if (!rule_list_parse_pair(text, &pair))
      return invocation_usage(call, "--value is LOCAL=EXTERNAL, as in in_progress=Doing, not `%.*s`.", STR_FMT(text));
  }
  return RESULT_DONE;
}

/* Whoever stands for an override of another field or of the project has not said so of this one. */
static struct result check_strategy(struct invocation *call, struct project *project) {
  struct str strategy = invocation_text(call, "strategy"), name = invocation_text(call, "confirmed-by");
  bool overrides = str_is(strategy, "external_wins") || str_is(strategy, "newest_wins");
  if (name.length)
    project->confirmed_by = name;
  if (overrides && name.length == 0)
    return invocation_usage(call,
                            "--strategy %.*s lets changes from outside replace local ones without asking. A person "
                            "has to stand for it: --confirmed-by NAME.",
                            STR_FMT(strategy));
  return RESULT_DONE;
}

/* The rule that is proposed for the field now. A field that is new there needs the options that come with it. */
static struct result propose_rule(struct invocation *call, struct project *project, struct str field,
                                  struct field_setting *out) {
  struct remote_description remote = {0};
  struct known known;
  TRY(fields_remote_describe(call, project, &remote));
  TRY(known_read(call, project->name, &known, NULL));
  const struct remote_field *there = propose_field(&remote, field);
  if (!there)
    return result_error(RESULT_REJECTED, "%.*s has no field `%.*s`. It has %.*s.", STR_FMT(remote.remote),
                        STR_FMT(field), STR_FMT(fields_view_names(call->arena, &remote)));
  const struct propose_request request = {&remote, &known, {&field, 1}};
  const struct proposal *proposal = &propose_rules(call->arena, &request)[there - remote.fields.at];
  if (!proposal->keep)
    return result_error(RESULT_REJECTED, "%.*s cannot be kept in step: %.*s.", STR_FMT(field),
                        STR_FMT(proposal->reason));
  *out = proposal->rule;
  if (!str_is_absent(remote.options))
    project->options = remote.options;
  return RESULT_DONE;
}

static struct result change_words(struct invocation *call, struct rule_list *rules, struct field_setting *rule) {
  struct list values = invocation_list(call, "value"), removed = invocation_list(call, "remove-value");
  for (size_t i = 0; i < removed.count; i++) {
    struct str local = ((const struct str *)removed.at)[i];
    if (!rule_list_remove_pair(rules, rule, local))
      return result_error(RESULT_REJECTED, "the rule of %.*s has no word `%.*s`.", STR_FMT(rule->field),
                          STR_FMT(local));
  }
  /* Backwards, because each goes to the front: so the first one given wins. */
  for (size_t i = values.count; i-- > 0;) {
    struct value_name pair;
    if (rule_list_parse_pair(((const struct str *)values.at)[i], &pair))
      rule_list_put_pair(rules, rule, pair);
  }
  return RESULT_DONE;
}

static struct result change_rule(struct invocation *call, struct project *project, struct rule_list *rules,
                                 struct str field) {
  struct field_setting *rule = rule_list_find(rules, field);
  if (rule && !has_changes(call))
    return invocation_usage(call, "what is to be changed? See `tandem help fields map`.");
  if (!rule || invocation_flag(call, "reset")) {
    struct field_setting proposed;
    TRY(propose_rule(call, project, field, &proposed));
    rule = rule_list_put(rules, proposed.field);
    *rule = proposed;
  }
  if (invocation_flag(call, "direction"))
    rule->direction = invocation_text(call, "direction");
  if (invocation_flag(call, "strategy"))
    rule->strategy = invocation_text(call, "strategy");
  if (invocation_flag(call, "closed") || invocation_flag(call, "open"))
    rule->closed = invocation_flag(call, "closed");
  return change_words(call, rules, rule);
}

static struct result remove_rule(const struct project *project, struct rule_list *rules, struct str field) {
  if (rule_list_remove(rules, field))
    return RESULT_DONE;
  return result_error(RESULT_GONE, "%.*s has no rule for `%.*s`.", STR_FMT(project->name), STR_FMT(field));
}

static struct result configure(struct invocation *call, const struct project *project) {
  struct project_configure request = {.project = *project, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  return client_call(call, VERB_PROJECT_CONFIGURE, &request, &reply);
}

static void print_outcome(const struct invocation *call, const struct project *project, const struct rule_list *rules,
                          struct str field) {
  const struct field_setting *rule = rule_list_find(rules, field);
  if (output_is_json(call->output))
    output_record(call->output, &record_project, project);
  else if (rule)
    output_note(call->output, "%.*s of %.*s: %.*s  %s", STR_FMT(field), STR_FMT(project->name),
                STR_FMT(fields_view_direction(project, rule)),
                output_clean_line(call->arena, fields_view_words(call->arena, rule)).at);
  else
    output_note(call->output, "%.*s of %.*s has no rule any more: %s.", STR_FMT(field), STR_FMT(project->name),
                project->listed_only ? "it is left out" : "it follows the project, and its words pass as they are");
}

struct result command_fields_map(struct invocation *call) {
  struct str field = invocation_argument(call, 1);
  struct project project;
  TRY(check_options(call));
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  TRY(check_strategy(call, &project));
  struct rule_list rules = rule_list_of(call->arena, project.rules.at, project.rules.count);
  if (invocation_flag(call, "remove"))
    TRY(remove_rule(&project, &rules, field));
  else
    TRY(change_rule(call, &project, &rules, field));
  project.rules.at = rules.at;
  project.rules.count = rules.count;
  TRY(configure(call, &project));
  print_outcome(call, &project, &rules, field);
  return RESULT_DONE;
}
