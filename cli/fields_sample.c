/* Mapping a ticket's values both ways, as the conflict service would. */
#include "cli/fields_sample.h"

#include "cli/rule_list.h"
#include "sync/map_fields.h"

static const struct field sampled_fields[] = {
    FIELD(struct sampled_field, ticket, FIELD_STR, FIELD_REQUIRED, "Its key."),
    FIELD(struct sampled_field, external_key, FIELD_STR, 0, "As people write it there."),
    FIELD(struct sampled_field, field, FIELD_STR, FIELD_REQUIRED, "The field."),
    FIELD(struct sampled_field, here, FIELD_VALUES, 0, "The value here."),
    FIELD(struct sampled_field, becomes_there, FIELD_VALUES, 0, "What that is there."),
    FIELD(struct sampled_field, there, FIELD_VALUES, 0, "The value there, when last seen."),
    FIELD(struct sampled_field, becomes_here, FIELD_VALUES, 0, "What that is here."),
    FIELD(struct sampled_field, unmappable, FIELD_STRS, 0, "Words without a counterpart."),
    FIELD(struct sampled_field, state, FIELD_STR, 0, "same | differs | unmappable | only here | only there."),
};
static const struct record record_sampled_field =
    RECORD("SampledField", struct sampled_field, sampled_fields, "One field of one ticket.");
static const struct field samples_fields[] = {
    FIELD(struct fields_samples, project, FIELD_STR, FIELD_REQUIRED, "Its name."),
    FIELD_OF(struct fields_samples, fields, FIELD_LIST, 0, &record_sampled_field, "Ticket by ticket."),
};
const struct record record_fields_samples =
    RECORD("FieldsSamples", struct fields_samples, samples_fields, "What values become on the other side.");

struct sampling {
  struct arena *arena;
  const struct project *project;
  const struct ticket *ticket;
  const struct mapping *mapping; /* NULL when the ticket is not in the project */
  struct sampled_field *at;
  size_t count;
};

static const struct mapping *mapping_to(const struct ticket *ticket, struct str project) {
  for (size_t i = 0; i < ticket->mappings.count; i++)
    if (str_equal(ticket->mappings.at[i].project, project))
      return &ticket->mappings.at[i];
  return NULL;
}

static struct values one(struct arena *arena, struct value value) {
  struct value *at = ARENA_NEW(arena, struct value);
  *at = value;
  return (struct values){at, 1};
}

static void note_unmappable(struct arena *arena, const struct mapped *mapped, struct sampled_field *out) {
  struct str *grown = ARENA_ARRAY(arena, struct str, out->unmappable.count + mapped->unmappable_count);
  for (size_t i = 0; i < out->unmappable.count; i++)
    grown[i] = out->unmappable.at[i];
  for (size_t i = 0; i < mapped->unmappable_count; i++)
    grown[out->unmappable.count + i] = mapped->unmappable[i];
  out->unmappable.at = grown;
  out->unmappable.count += mapped->unmappable_count;
}

static struct str state_of(const struct field_rule *rule, const struct value *here, const struct value *there,
                           const struct sampled_field *sampled) {
  if (sampled->unmappable.count)
    return STR("unmappable");
  if (!here || !there)
    return here ? STR("only here") : STR("only there");
  return map_fields_agree(rule, here, there) ? STR("same") : STR("differs");
}

/* Either side may be NULL. */
static void sample(struct sampling *s, struct str name, const struct value *here, const struct value *there) {
  const struct rule_list rules = {.at = (struct field_setting *)(uintptr_t)s->project->rules.at,
                                  .count = s->project->rules.count};
  const struct field_setting *found = rule_list_find(&rules, name);
  const struct field_setting inherited = {.field = name};
  const struct field_setting *setting = found ? found : &inherited;
  if ((!found && s->project->listed_only) || rule_list_direction(s->project, setting) == DIRECTION_DISABLED)
    return;
  struct field_rule rule = rule_list_rule(s->arena, setting);
  struct sampled_field *out = &s->at[s->count++];
  *out = (struct sampled_field){.ticket = s->ticket->key, .field = name};
  out->external_key = s->mapping ? s->mapping->external_key : (struct str){0};
  if (here) {
    struct mapped mapped = map_fields_to_external(s->arena, &rule, here);
    out->here = one(s->arena, *here);
    out->becomes_there = one(s->arena, mapped.value);
    note_unmappable(s->arena, &mapped, out);
  }
  if (there) {
    struct mapped mapped = map_fields_to_local(s->arena, &rule, there);
    out->there = one(s->arena, *there);
    out->becomes_here = one(s->arena, mapped.value);
    note_unmappable(s->arena, &mapped, out);
  }
  out->state = state_of(&rule, here, there, out);
}

size_t fields_sample(struct arena *arena, const struct project *project, const struct ticket *ticket,
                     const struct sampled_field **out) {
  static const struct values nothing;
  struct sampling s = {.arena = arena, .project = project, .ticket = ticket};
  s.mapping = mapping_to(ticket, project->name);
  const struct values *there = s.mapping ? &s.mapping->external : &nothing;
  s.at = ARENA_ARRAY(arena, struct sampled_field, ticket->fields.count + there->count);
  for (size_t i = 0; i < ticket->fields.count; i++)
    sample(&s, ticket->fields.at[i].name, &ticket->fields.at[i], values_find(there, ticket->fields.at[i].name));
  for (size_t i = 0; i < there->count; i++)
    if (!values_find(&ticket->fields, there->at[i].name))
      sample(&s, there->at[i].name, NULL, &there->at[i]);
  *out = s.at;
  return s.count;
}
