/* The table of common fields. */
#include "sync/catalogue.h"

const struct catalogue_field catalogue_fields[] = {
    {{"title", 5}, CONTENT_LINE, "What the ticket is about, in one line."},
    {{"body", 4}, CONTENT_TEXT, "The description or the comment itself, in Markdown."},
    {{"status", 6}, CONTENT_CHOICE, "open, in_progress, done, cancelled, duplicate, or a word of your own."},
    {{"labels", 6}, CONTENT_SET, "Labels; upper and lower case are the same."},
    {{"assignees", 9}, CONTENT_SET, "User names of those who work on it."},
    {{"milestone", 9}, CONTENT_LINE, "The name of the milestone, version or cycle it belongs to."},
};
const size_t catalogue_field_count = sizeof catalogue_fields / sizeof catalogue_fields[0];

bool catalogue_is_reference(struct str name) {
  return str_is(name, "parent");
}

bool catalogue_is_over(struct str status) {
  return str_is(status, "done") || str_is(status, "cancelled") || str_is(status, "duplicate");
}

enum content_kind catalogue_kind(struct str name, enum value_kind shape) {
  if (shape == VALUE_SET)
    return CONTENT_SET;
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, name) && catalogue_fields[i].kind != CONTENT_SET)
      return catalogue_fields[i].kind;
  return CONTENT_CHOICE;
}
