/* The common fields of a ticket or comment and how each is compared: one table, the only list of them. A comment has
 * the one field `body`. Names outside the table are allowed: a text is then a choice, a set is a set. */
#ifndef SYNC_CATALOGUE_H
#define SYNC_CATALOGUE_H

#include "base/values.h"

enum content_kind {
  CONTENT_LINE,   /* one line of text */
  CONTENT_TEXT,   /* many lines; two edits may be merged line by line */
  CONTENT_CHOICE, /* one word of a vocabulary, mapped by a table; "" = none */
  CONTENT_SET,    /* labels or people: without order, compared case-folded, each member mapped by a table */
};

struct catalogue_field {
  struct str name;
  enum content_kind kind;
  const char *help; /* one sentence for the documents */
};

extern const struct catalogue_field catalogue_fields[];
extern const size_t catalogue_field_count;

/* Whether the field names another ticket: here by its key, outside by its external id. Its words are translated by what
 * is mapped, ticket by ticket, and not by a table of the project. */
bool catalogue_is_reference(struct str name);

/* Whether a ticket with this status is over. */
bool catalogue_is_over(struct str status);

/* How a field called `name`, here with a value of kind `shape`, is compared. */
enum content_kind catalogue_kind(struct str name, enum value_kind shape);

#endif
