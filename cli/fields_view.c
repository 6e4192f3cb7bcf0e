/* Fields and rules as text. */
#include "cli/fields_view.h"

#include "base/shell.h"
#include "cli/format.h"
#include "cli/rule_list.h"
#include "cli/table.h"

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

/* "estimate, sprint": trackers have dozens of fields that nobody misses. */
static void list_offered(const struct invocation *call, const struct rule_list *rules, const struct proposal *proposals,
                         size_t count) {
  struct str_builder names = {.arena = call->arena};
  for (size_t i = 0; i < count; i++)
    if (proposals[i].offered && !rule_list_find(rules, proposals[i].field))
      str_append_format(&names, "%s%.*s", names.length ? ", " : "", STR_FMT(proposals[i].field));
  if (names.length)
    output_note(call->output, "Left out, because nothing here has them (--field NAME takes one): %s",
                output_clean_line(call->arena, str_built(&names)).at);
}

void fields_view_proposals(const struct invocation *call, const struct project *project,
                           const struct proposal *proposals, size_t count) {
  enum { WIDTH = 12 };
  const struct rule_list rules = {.at = (struct field_setting *)(uintptr_t)project->rules.at,
                                  .count = project->rules.count};
  output_note(call->output, "Fields:");
  for (size_t i = 0; i < count; i++) {
    const struct field_setting *rule = rule_list_find(&rules, proposals[i].field);
    if (!rule && proposals[i].offered)
      continue;
    struct str how = rule ? fields_view_direction(project, rule) : STR("left out");
    struct str why = rule && proposals[i].offered ? STR("as it was asked for") : proposals[i].reason;
    output_note(call->output, "  %-*.*s %-9.*s  %s", WIDTH, STR_FMT(proposals[i].field), STR_FMT(how),
                output_clean_line(call->arena, why).at);
  }
  list_offered(call, &rules, proposals, count);
}

/* -- fields analyze -- */

static struct str rule_direction(const struct project *project, const struct field_setting *rule) {
  return rule ? fields_view_direction(project, rule) : STR("left out");
}

static struct str there_text(struct arena *arena, const struct remote_field *there) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%.*s", STR_FMT(there->kind));
  if (there->required)
    str_append_c(&text, ", required");
  if (!there->writable)
    str_append_c(&text, ", read only");
  if (there->members_max)
    str_append_format(&text, ", at most %lld", (long long)there->members_max);
  return str_built(&text);
}

static void print_rule(const struct invocation *call, const char *when, const struct project *project,
                       const struct field_setting *rule) {
  struct str words = rule ? fields_view_words(call->arena, rule) : STR("");
  output_text(call->output, "  %-9s %.*s%s%s\n", when, STR_FMT(rule_direction(project, rule)), words.length ? "; " : "",
              output_clean_line(call->arena, words).at);
}

/* The words are too long for a table; they are shown where they differ. */
static void print_differences(const struct invocation *call, const struct project *project,
                              const struct fields_analysis *analysis) {
  size_t differing = 0;
  for (size_t i = 0; i < analysis->fields.count && call->output->format == OUTPUT_TEXT; i++) {
    const struct analyzed_field *field = &analysis->fields.at[i];
    if (field->differences.count == 0)
      continue;
    differing++;
    output_text(call->output, "\n");
    output_styled(call->output, STYLE_BOLD, output_clean_line(call->arena, field->there.name));
    output_text(call->output, "\n");
    print_rule(call, "now", project, field->current.count ? &field->current.at[0] : NULL);
    print_rule(call, "proposed", project, field->keep ? &field->proposed : NULL);
  }
  if (differing)
    output_note(call->output, "To take what is proposed for a field: tandem fields map %.*s FIELD --reset",
                STR_FMT(shell_word(call->arena, project->name)));
}

void fields_view_analysis(const struct invocation *call, const struct project *project,
                          const struct fields_analysis *analysis) {
  static const struct column columns[] = {{"FIELD", 0},    {"THERE", 0},      {"KIND", 0},         {"NOW", 0},
                                          {"PROPOSED", 0}, {"DIFFERS IN", 0}, {"WHY", COLUMN_WRAP}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < analysis->fields.count; i++) {
    const struct analyzed_field *field = &analysis->fields.at[i];
    struct str differs = format_join(call->arena, field->differences.at, field->differences.count, ", ");
    table_row(table, (const struct str[]){field->there.name, field->there.label, there_text(call->arena, &field->there),
                                          rule_direction(project, field->current.count ? &field->current.at[0] : NULL),
                                          rule_direction(project, field->keep ? &field->proposed : NULL), differs,
                                          field->reason});
  }
  for (size_t i = 0; i < analysis->strays.count; i++)
    table_row(table, (const struct str[]){analysis->strays.at[i].field, STR("-"), STR("-"),
                                          rule_direction(project, &analysis->strays.at[i]), STR("-"), STR("rule"),
                                          STR("there is no such field there")});
  table_end(table);
  print_differences(call, project, analysis);
}

/* -- fields test -- */

/* The start of a long text, cut between characters; all of it with --plain. */
static struct str shorten(const struct invocation *call, struct str text) {
  enum { SHOWN_BYTES = 48 };
  size_t end = 0;
  while (end < text.length && end < SHOWN_BYTES && text.at[end] != '\n')
    end++;
  if (end == text.length || call->output->format == OUTPUT_PLAIN)
    return text;
  while (end > 0 && ((unsigned char)text.at[end] & 0xC0) == 0x80)
    end--;
  return str_format(call->arena, "%.*s…", STR_FMT(str_slice(text, 0, end)));
}

static struct str shown_value(const struct invocation *call, const struct values *values) {
  if (values->count == 0)
    return STR("-");
  struct str text = format_value(call->arena, &values->at[0]);
  return text.length ? shorten(call, text) : STR("(empty)");
}

void fields_view_samples(const struct invocation *call, const struct fields_samples *samples) {
  static const struct column columns[] = {{"TICKET", 0},           {"FIELD", 0},
                                          {"HERE", COLUMN_TRUNC},  {"BECOMES THERE", COLUMN_TRUNC},
                                          {"THERE", COLUMN_TRUNC}, {"BECOMES HERE", COLUMN_TRUNC},
                                          {"STATE", COLUMN_STATE}, {"NO COUNTERPART", COLUMN_TRUNC}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < samples->fields.count; i++) {
    const struct sampled_field *field = &samples->fields.at[i];
    table_row(table,
              (const struct str[]){field->ticket, field->field, shown_value(call, &field->here),
                                   shown_value(call, &field->becomes_there), shown_value(call, &field->there),
                                   shown_value(call, &field->becomes_here), field->state,
                                   format_join(call->arena, field->unmappable.at, field->unmappable.count, ", ")});
  }
  table_end(table);
  if (samples->fields.count == 0)
    output_note(call->output, "There is no ticket in %.*s yet. `tandem sync %.*s --wait` fetches them.",
                STR_FMT(samples->project), STR_FMT(shell_word(call->arena, samples->project)));
}
