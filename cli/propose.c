/* Which fields are kept in step, and why. */
#include "cli/propose.h"

#include "sync/catalogue.h"

const struct remote_field *propose_field(const struct remote_description *remote, struct str name) {
  for (size_t i = 0; i < remote->fields.count; i++)
    if (str_equal(remote->fields.at[i].name, name))
      return &remote->fields.at[i];
  return NULL;
}

enum value_kind propose_shape(const struct remote_field *field) {
  return str_is(field->kind, "set") || str_is(field->kind, "users") ? VALUE_SET : VALUE_TEXT;
}

bool propose_untranslated(const struct remote_field *field) {
  return str_is(field->kind, "ticket") && !catalogue_is_reference(field->name);
}

static bool is_wanted(const struct list *wanted, struct str name) {
  for (size_t i = 0; i < wanted->count; i++)
    if (str_equal(((const struct str *)wanted->at)[i], name))
      return true;
  return false;
}

/* What the field is here, where that is settled. */
static bool fits(const struct propose_request *request, const struct remote_field *field) {
  const struct known_field *here = known_field(request->known, field->name);
  if (here && here->shape != propose_shape(field))
    return false;
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, field->name))
      return (catalogue_fields[i].kind == CONTENT_SET) == (propose_shape(field) == VALUE_SET);
  return true;
}

static void leave_out(struct proposal *out, struct str reason) {
  out->keep = false;
  out->reason = reason;
}

static void offer(struct proposal *out, struct arena *arena) {
  leave_out(out, str_format(arena, "nothing here has it; --field %.*s takes it", STR_FMT(out->field)));
  out->offered = true;
}

static bool is_common(struct str name) {
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, name))
      return true;
  return str_is(name, "priority");
}

static void by_name(struct arena *arena, const struct remote_field *field, struct proposal *out) {
  bool is_text = str_is(field->kind, "text") || str_is(field->kind, "line");
  bool is_reference = str_is(field->kind, "ticket");
  bool is_value = str_is(field->kind, "number") || str_is(field->kind, "date");
  out->reason = is_text        ? STR("the same text on both sides")
                : is_reference ? STR("the same ticket on both sides, as soon as both have it")
                : is_value     ? STR("the same value on both sides")
                               : STR("the same words on both sides");
  if (field->words.count && !field->open_words && !is_text)
    out->reason = str_format(arena, "the same words on both sides; there are %zu there", field->words.count);
}

/* Whether the field is to be kept in step at all; else the reason is set. */
static bool is_of_use(struct arena *arena, const struct propose_request *request, const struct remote_field *field,
                      struct proposal *out) {
  bool known = known_field(request->known, field->name) || known_in_projects(request->known, field->name);
  if (propose_untranslated(field))
    leave_out(out, STR("it points to another ticket, and only `parent` is translated"));
  else if (!fits(request, field))
    leave_out(out, propose_shape(field) == VALUE_SET ? STR("it is a set there and a single value here")
                                                     : STR("it is a single value there and a set here"));
  else if (!is_common(field->name) && !known && !is_wanted(&request->wanted, field->name))
    offer(out, arena);
  else
    return true;
  return false;
}

static void propose(struct arena *arena, const struct propose_request *request, const struct remote_field *field,
                    struct proposal *out) {
  *out = (struct proposal){.field = field->name,
                           .label = field->label,
                           .kind = field->kind,
                           .keep = true,
                           .rule = {.field = field->name, .members_max = field->members_max}};
  if (!is_of_use(arena, request, field, out))
    return;
  if (str_is(field->name, "status"))
    propose_status(arena, field, out);
  else if (str_is(field->name, "priority"))
    propose_priority(arena, field, out);
  else if (str_is(field->kind, "users") || str_is(field->kind, "user"))
    propose_people(arena, field, request->known, out);
  else
    by_name(arena, field, out);
  if (request->remote->can_write && !field->writable) {
    out->rule.direction = STR("pull");
    out->reason = str_format(arena, "%.*s; it can only be read there", STR_FMT(out->reason));
  }
}

struct proposal *propose_rules(struct arena *arena, const struct propose_request *request) {
  const struct remote_description *remote = request->remote;
  struct proposal *proposals = ARENA_ARRAY(arena, struct proposal, remote->fields.count);
  for (size_t i = 0; i < remote->fields.count; i++)
    propose(arena, request, &remote->fields.at[i], &proposals[i]);
  return proposals;
}
