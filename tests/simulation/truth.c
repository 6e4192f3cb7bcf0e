/* Tokens in values. */
#include "simulation/truth.h"

#include <stdlib.h>

static bool contains(struct str text, const char *token) {
  return str_find(text, token) >= 0;
}

bool truth_holds(const struct value *value, const char *token) {
  if (!value)
    return false;
  if (value->kind == VALUE_TEXT)
    return contains(value->text, token);
  for (size_t i = 0; i < value->count; i++)
    if (contains(value->items[i], token))
      return true;
  return false;
}

int truth_identity_in(struct str text) {
  static const char *const words[] = {"ticket i", "comment i"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t length = strlen(words[i]);
    ptrdiff_t at = str_find(text, words[i]);
    if (at < 0 || text.length < (size_t)at + length + 2)
      continue;
    const char *digits = text.at + at + length;
    return (digits[0] - '0') * 10 + digits[1] - '0';
  }
  return -1;
}

int truth_identity(const struct values *fields) {
  return truth_identity_in(values_text(fields, "body"));
}

unsigned truth_field(struct str name) {
  static const char *const names[FIELDS_MAX] = {"title", "body", "status", "labels", "parent", "due_date", "versions"};
  unsigned field = 0;
  while (field < FIELDS_MAX - 1 && !str_is(name, names[field]))
    field++;
  return field;
}

static bool is_of(const struct edit *edit, int identity, const struct value *value) {
  return edit->identity == identity && value && str_is(value->name, edit->field);
}

void truth_saw_off(struct truth *truth, int identity, const struct value *before, const struct value *after) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    struct edit *edit = &truth->edits[i];
    if (is_of(edit, identity, before) && !edit->is_removal && truth_holds(before, edit->token) &&
        !truth_holds(after, edit->token))
      edit->was_seen_off = true;
  }
}

/* By somebody elsewhere who saw it, and what they wrote is not known here yet: nothing stands between the two. */
static bool is_replaced_elsewhere(const struct truth *truth, const struct edit *edit, const struct value *here) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *other = &truth->edits[i];
    if (is_of(other, edit->identity, here) && strcmp(other->saw, edit->token) == 0 && !other->was_seen_off &&
        !truth_holds(here, other->token))
      return true;
  }
  return false;
}

void truth_brought_back(struct truth *truth, int identity, const struct value *before, const struct value *after) {
  truth_saw_off(truth, identity, before, after);
  truth->identities[identity].sides[truth_field(after->name)] |= 1U;
  for (size_t i = 0; i < truth->edit_count; i++) {
    struct edit *edit = &truth->edits[i];
    if (!is_of(edit, identity, after) || !truth_holds(after, edit->token) || truth_holds(before, edit->token))
      continue;
    edit->is_back = true;
    /* What was set again stands for itself. */
    edit->was_seen_off = edit->is_removal || is_replaced_elsewhere(truth, edit, before);
  }
}

static bool was_written_by(const struct truth *truth, const struct edit *like, int64_t ms) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *edit = &truth->edits[i];
    if (edit->identity == like->identity && strcmp(edit->field, like->field) == 0 &&
        strcmp(edit->token, like->token) == 0 && edit->made_ms <= ms)
      return true;
  }
  return false;
}

const char *truth_newer(const struct truth *truth, int identity, const struct value *before, const struct value *after,
                        int64_t since_ms) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *edit = &truth->edits[i];
    bool is_taken =
        is_of(edit, identity, before) && truth_holds(before, edit->token) && !truth_holds(after, edit->token);
    if (is_taken && !was_written_by(truth, edit, since_ms))
      return edit->token;
  }
  return NULL;
}

bool truth_overwritten(struct truth *truth, int identity, const struct value *before, const struct value *known,
                       const struct value *after) {
  bool any = false;
  for (size_t i = 0; i < truth->edit_count; i++) {
    struct edit *edit = &truth->edits[i];
    if (is_of(edit, identity, before) && truth_holds(before, edit->token) && !truth_holds(known, edit->token) &&
        !truth_holds(after, edit->token))
      any = edit->is_replaced = true;
  }
  return any;
}

void truth_went_with_it(struct truth *truth, int identity, int side, const struct values *fields) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    struct edit *edit = &truth->edits[i];
    const struct value *value = edit->side == side ? values_find(fields, str_of(edit->field)) : NULL;
    edit->was_seen_off |= is_of(edit, identity, value) && (edit->is_removal || truth_holds(value, edit->token));
  }
}

void truth_told(struct truth *truth, int identity, const struct value *value) {
  for (size_t i = 0; i < truth->edit_count; i++)
    truth->edits[i].is_told |= is_of(&truth->edits[i], identity, value) && truth->edits[i].is_replaced &&
                               truth_holds(value, truth->edits[i].token);
}
