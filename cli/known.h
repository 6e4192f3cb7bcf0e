/* What is known here about fields before a remote is mapped: the other projects' rules, and the words that tickets use.
 * Gathered by known_read(), used by propose.h and fields_check.h. */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "cli/invocation.h"
#include "proto/nouns.h"

/* One field of the tickets that are here. */
struct known_field {
  struct str name;
  enum value_kind shape;
  const struct str *words; /* distinct, in the order they were met; none of titles and bodies */
  size_t word_count;
};

struct known {
  const struct project *projects; /* without the one in question */
  size_t project_count;
  bool is_first; /* no other project was connected before the one in question */
  const struct known_field *fields;
  size_t field_count;
  bool more; /* there are more tickets than were looked at */
};

enum { KNOWN_TICKETS_MAX = 10000, KNOWN_WORDS_MAX = 1000 };

/* The field called `name`, or NULL. */
const struct known_field *known_field(const struct known *known, struct str name);

/* Words are compared as the members of sets are: without upper and lower case. */
bool known_has_word(const struct known_field *field, struct str word);

/* Whether a project beside the one in question keeps `field` in step. */
bool known_in_projects(const struct known *known, struct str field);

/* Tickets under construction: takes their fields into account. */
struct known_builder;
struct known_builder *known_builder_new(struct arena *arena);
void known_builder_add(struct known_builder *builder, const struct values *fields);
void known_builder_fields(const struct known_builder *builder, struct known *out);

/* Asks the store. `project` is the one in question; `*out_project` (may be NULL) is it as it is configured, with an
 * absent name when there is none. */
struct result known_read(struct invocation *call, struct str project, struct known *out,
                         struct project *out_project) MUST_USE;

/* The fields of the tickets that are in `project`; nothing else of `out` is set. */
struct result known_read_carried(struct invocation *call, struct str project, struct known *out) MUST_USE;

#endif
