/* Rules against a description: presence, kinds, directions. */
#include "cli/fields_check.h"

#include "base/shell.h"
#include "cli/fields_view.h"
#include "cli/rule_list.h"

static struct str command(const struct fields_check *check, struct str field, const char *rest) {
  return str_format(check->arena, "tandem fields map %.*s %.*s%s",
                    STR_FMT(shell_word(check->arena, check->project->name)), STR_FMT(shell_word(check->arena, field)),
                    rest);
}

static void add(struct fields_check *check, struct str field, const char *state, struct str detail, struct str fix) {
  doctor_add(check->findings, str_c(check->arena, field), state, detail, fix);
}

/* -- a rule and its field -- */

static bool check_kind(struct fields_check *check, const struct field_setting *setting,
                       const struct remote_field *there) {
  const struct known_field *here = known_field(check->known, setting->field);
  if (!here || here->shape == propose_shape(there))
    return false;
  add(check, setting->field, "problem",
      here->shape == VALUE_SET ? STR("it is a set here and a single value there: neither can become the other")
                               : STR("it is a single value here and a set there: neither can become the other"),
      command(check, setting->field, " --remove"));
  return true;
}

static bool check_writable(struct fields_check *check, const struct field_setting *setting,
                           const struct remote_field *there, enum direction direction) {
  if (there->writable || !rules_may_push(direction))
    return false;
  add(check, setting->field, "problem",
      check->remote->can_write ? STR("it can only be read there, and changes are to go out")
                               : STR("the credential may not write there, and changes are to go out"),
      command(check, setting->field, " --direction pull"));
  return true;
}

static bool check_members(struct fields_check *check, const struct field_setting *setting,
                          const struct remote_field *there, enum direction direction) {
  bool fits = there->members_max == 0 || (setting->members_max && setting->members_max <= there->members_max);
  if (fits || propose_shape(there) != VALUE_SET || !rules_may_push(direction))
    return false;
  add(check, setting->field, "problem",
      str_format(check->arena, "it takes at most %lld there, and the rule does not say so",
                 (long long)there->members_max),
      command(check, setting->field, " --reset"));
  return true;
}

static bool check_reference(struct fields_check *check, const struct field_setting *setting,
                            const struct remote_field *there) {
  if (!propose_untranslated(there))
    return false;
  add(check, setting->field, "problem",
      STR("it points to another ticket, and only `parent` is translated: the value there means nothing to other "
          "projects"),
      command(check, setting->field, " --remove"));
  return true;
}

static void check_rule(struct fields_check *check, const struct field_setting *setting) {
  const struct remote_field *there = propose_field(check->remote, setting->field);
  enum direction direction = rule_list_direction(check->project, setting);
  if (!there) {
    add(check, setting->field, "problem",
        str_format(check->arena, "%.*s has no such field", STR_FMT(check->remote->remote)),
        command(check, setting->field, " --remove"));
    return;
  }
  if (direction == DIRECTION_DISABLED) {
    add(check, setting->field, "skipped", STR("disabled"), (struct str){0});
    return;
  }
  bool found = check_kind(check, setting, there);
  found = check_reference(check, setting, there) || found;
  found = check_writable(check, setting, there, direction) || found;
  found = check_members(check, setting, there, direction) || found;
  found = fields_check_words(check, setting, there) || found;
  if (!found)
    add(check, setting->field, "ok", fields_view_direction(check->project, setting), (struct str){0});
}

/* -- what has no rule -- */

static const struct field_setting *rule_of(const struct fields_check *check, struct str field) {
  for (size_t i = 0; i < check->project->rules.count; i++)
    if (str_equal(check->project->rules.at[i].field, field))
      return &check->project->rules.at[i];
  return NULL;
}

/* A field that a new ticket must have has to be sent. */
static void check_required(struct fields_check *check, const struct remote_field *there) {
  const struct field_setting *setting = rule_of(check, there->name);
  const struct field_setting inherited = {.field = there->name};
  bool taken = setting || !check->project->listed_only;
  enum direction direction = rule_list_direction(check->project, setting ? setting : &inherited);
  enum direction tickets = rule_list_direction(check->project, &inherited);
  if (!there->required || !rules_may_push(tickets) || (taken && rules_may_push(direction)))
    return;
  if (str_is(there->kind, "ticket")) {
    add(check, there->name, "warning",
        STR("tickets that must have it there, sub-tasks for instance, cannot be made from here without it"),
        (struct str){0});
    return;
  }
  add(check, there->name, "problem", STR("a new ticket must have it there, and nothing here gives it"),
      command(check, there->name, setting ? " --direction bidirectional" : ""));
}

void fields_check_all(struct fields_check *check) {
  for (size_t i = 0; i < check->project->rules.count; i++)
    check_rule(check, &check->project->rules.at[i]);
  for (size_t i = 0; i < check->remote->fields.count; i++)
    check_required(check, &check->remote->fields.at[i]);
}
