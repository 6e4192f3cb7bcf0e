/* From what a remote's tickets have (remote_description) and what is known here to field rules, with a reason for each.
 * Pure. A project takes the fields that have a rule and no others (project.listed_only).
 *
 * title, body, labels, milestone pass by name. A status is mapped by what it means: every word of a category to the
 * word of that category here; what is missing there goes to what comes nearest, last in the table, so that it only
 * holds on the way out. Priorities are mapped by name. People pass by name in the first project; in a further one they
 * are those that are known here, found by login, name or e-mail address, and nobody else. Other fields are left out
 * unless tickets or projects here have them already, or a person wants them. */
#ifndef CLI_PROPOSE_H
#define CLI_PROPOSE_H

#include "cli/known.h"

struct proposal {
  struct str field, label, kind; /* as the description has them */
  bool keep;                     /* `rule` is to be set; else the field is left out */
  bool offered;                  /* left out, and only because nobody wants it */
  struct field_setting rule;
  struct str reason;                /* a sentence without its full stop */
  LIST_OF(struct str) unmatched;    /* words there that get no word here */
  LIST_OF(struct value_name) lossy; /* pairs that only hold on the way out */
};

struct propose_request {
  const struct remote_description *remote;
  const struct known *known;
  struct list wanted; /* of struct str: fields that a person wants besides */
};

/* One proposal for each field of the description, in its order. */
struct proposal *propose_rules(struct arena *arena, const struct propose_request *request);

/* The field of a description, or NULL. */
const struct remote_field *propose_field(const struct remote_description *remote, struct str name);

/* Whether it names another ticket in a way that nothing translates: of references only `parent` is. */
bool propose_untranslated(const struct remote_field *field);

/* What its values are here: a set or a text. */
enum value_kind propose_shape(const struct remote_field *field);

/* -- propose_words.c -- */

/* Names are compared by letters and digits alone, so that "To Do" is "todo". */
bool propose_same_name(struct str a, struct str b);

/* The local words of `status` or `priority`; 0 for other fields. */
size_t propose_local_words(struct str field, const char *const **out);

void propose_status(struct arena *arena, const struct remote_field *field, struct proposal *out);
void propose_priority(struct arena *arena, const struct remote_field *field, struct proposal *out);

/* -- propose_people.c -- */

void propose_people(struct arena *arena, const struct remote_field *field, const struct known *known,
                    struct proposal *out);

#endif
