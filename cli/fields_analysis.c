/* Comparing proposals with what is set. */
#include "cli/fields_analysis.h"

static const struct field analyzed_fields[] = {
    FIELD_OF(struct analyzed_field, there, FIELD_INLINE, FIELD_REQUIRED, &record_remote_field,
             "As the tracker has it."),
    FIELD(struct analyzed_field, keep, FIELD_BOOL, 0, "Whether a rule is proposed."),
    FIELD(struct analyzed_field, reason, FIELD_STR, 0, "Why."),
    FIELD_OF(struct analyzed_field, proposed, FIELD_INLINE, 0, &record_field_setting,
             "The rule, when one is proposed."),
    FIELD_OF(struct analyzed_field, current, FIELD_LIST, 0, &record_field_setting, "The rule that is set, if any."),
    FIELD(struct analyzed_field, unmatched, FIELD_STRS, 0, "Words there without one here."),
    FIELD_OF(struct analyzed_field, lossy, FIELD_LIST, 0, &record_value_name, "Pairs that only hold on the way out."),
    FIELD(struct analyzed_field, differences, FIELD_STRS, 0, "What differs from the rule that is set."),
};
static const struct record record_analyzed_field =
    RECORD("AnalyzedField", struct analyzed_field, analyzed_fields, "One field of a remote.");
static const struct field analysis_fields[] = {
    FIELD(struct fields_analysis, project, FIELD_STR, FIELD_REQUIRED, "Its name here."),
    FIELD(struct fields_analysis, system, FIELD_STR, 0, "The connector."),
    FIELD(struct fields_analysis, remote, FIELD_STR, 0, "The project there."),
    FIELD(struct fields_analysis, account, FIELD_STR, 0, "Who the credential is."),
    FIELD_OF(struct fields_analysis, fields, FIELD_LIST, 0, &record_analyzed_field, "In the tracker's order."),
    FIELD_OF(struct fields_analysis, strays, FIELD_LIST, 0, &record_field_setting,
             "Rules for fields it does not have."),
};
const struct record record_fields_analysis =
    RECORD("FieldsAnalysis", struct fields_analysis, analysis_fields, "What can be mapped, and how.");

static bool same_table(const struct field_setting *a, const struct field_setting *b) {
  if (a->table.count != b->table.count)
    return false;
  for (size_t i = 0; i < a->table.count; i++)
    if (!str_equal(a->table.at[i].local, b->table.at[i].local) ||
        !str_equal(a->table.at[i].external, b->table.at[i].external))
      return false;
  return true;
}

static void compare(struct arena *arena, const struct field_setting *set, struct analyzed_field *out) {
  enum { ASPECTS = 5 };
  const struct field_setting *proposed = &out->proposed;
  struct str *found = ARENA_ARRAY(arena, struct str, ASPECTS);
  size_t count = 0;
  if (!set != !out->keep) {
    found[count++] = STR("rule");
  } else if (set) {
    if (!str_equal(set->direction, proposed->direction))
      found[count++] = STR("direction");
    if (!str_equal(set->strategy, proposed->strategy))
      found[count++] = STR("strategy");
    if (!same_table(set, proposed))
      found[count++] = STR("words");
    if (set->closed != proposed->closed)
      found[count++] = STR("closed");
    if (set->members_max != proposed->members_max)
      found[count++] = STR("members_max");
  }
  out->differences.at = found;
  out->differences.count = count;
}

static const struct field_setting *rule_of(const struct project *project, struct str field) {
  for (size_t i = 0; i < project->rules.count; i++)
    if (str_equal(project->rules.at[i].field, field))
      return &project->rules.at[i];
  return NULL;
}

static void find_strays(struct arena *arena, const struct project *project, const struct remote_description *remote,
                        struct fields_analysis *out) {
  struct field_setting *strays = ARENA_ARRAY(arena, struct field_setting, project->rules.count);
  size_t count = 0;
  for (size_t i = 0; i < project->rules.count; i++)
    if (!propose_field(remote, project->rules.at[i].field))
      strays[count++] = project->rules.at[i];
  out->strays.at = strays;
  out->strays.count = count;
}

struct fields_analysis fields_analyze(struct arena *arena, const struct project *project,
                                      const struct remote_description *remote, const struct known *known) {
  const struct propose_request request = {.remote = remote, .known = known};
  const struct proposal *proposals = propose_rules(arena, &request);
  struct analyzed_field *fields = ARENA_ARRAY(arena, struct analyzed_field, remote->fields.count);
  for (size_t i = 0; i < remote->fields.count; i++) {
    const struct field_setting *set = rule_of(project, proposals[i].field);
    fields[i] = (struct analyzed_field){.there = remote->fields.at[i],
                                        .keep = proposals[i].keep,
                                        .reason = proposals[i].reason,
                                        .proposed = proposals[i].rule,
                                        .current = {set, set ? 1 : 0}};
    fields[i].unmatched.at = proposals[i].unmatched.at;
    fields[i].unmatched.count = proposals[i].unmatched.count;
    fields[i].lossy.at = proposals[i].lossy.at;
    fields[i].lossy.count = proposals[i].lossy.count;
    compare(arena, set, &fields[i]);
  }
  struct fields_analysis analysis = {.project = project->name,
                                     .system = project->system,
                                     .remote = remote->remote,
                                     .account = remote->account,
                                     .fields = {fields, remote->fields.count}};
  find_strays(arena, project, remote, &analysis);
  return analysis;
}
