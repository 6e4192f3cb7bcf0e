/* Fields and rules as text. */
#include "cli/fields_view.h"

#include "cli/rule_list.h"

struct str fields_view_names(struct arena *arena, const struct remote_description *remote) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < remote->fields.count; i++)
    str_append_format(&text, "%s%.*s", i ? ", " : "", STR_FMT(remote->fields.at[i].name));
  return str_built(&text);
}

struct str fields_view_direction(const struct project *project, const struct field_setting *rule) {
  static const struct {
    const char *direction, *text;
  } texts[] = {{"bidirectional", "both ways"}, {"pull", "only in"}, {"push", "only out"}, {"disabled", "disabled"}};
  struct str direction = rule->direction.length ? rule->direction : project->direction;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (str_is(direction, texts[i].direction))
      return str_of(texts[i].text);
  return STR("both ways");
}

static struct str shown_word(struct str word) {
  return word.length ? word : STR("(empty)");
}

struct str fields_view_words(struct arena *arena, const struct field_setting *rule) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < rule->table.count; i++)
    str_append_format(&text, "%s%.*s=%.*s", i ? ", " : "", STR_FMT(shown_word(rule->table.at[i].local)),
                      STR_FMT(shown_word(rule->table.at[i].external)));
  if (rule->closed)
    str_append_c(&text, text.length ? " (nothing else)" : "nothing");
  if (rule->members_max)
    str_append_format(&text, "%sat most %lld", text.length ? ", " : "", (long long)rule->members_max);
  return str_built(&text);
}

void fields_view_proposals(const struct invocation *call, const struct project *project,
                           const struct proposal *proposals, size_t count) {
  enum { WIDTH = 12 };
  const struct rule_list rules = {.at = (struct field_setting *)(uintptr_t)project->rules.at,
                                  .count = project->rules.count};
  output_note(call->output, "Fields:");
  for (size_t i = 0; i < count; i++) {
    const struct field_setting *rule = rule_list_find(&rules, proposals[i].field);
    struct str how = rule ? fields_view_direction(project, rule) : STR("left out");
    output_note(call->output, "  %-*.*s %-9.*s  %s", WIDTH, STR_FMT(proposals[i].field), STR_FMT(how),
                output_clean_line(call->arena, proposals[i].reason).at);
  }
}
