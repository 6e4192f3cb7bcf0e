/* Whether a project's field rules are complete and fit its remote: `tandem fields validate`. Pure; findings as those of
 * doctor.h, with the field's name as what was looked at.
 *
 * Problems are what will stop a value: a field that a new ticket must have and nothing gives, a rule for a field that
 * is not there or cannot be written, kinds that do not fit, words of either side without a counterpart. Warnings are
 * what a person should know: pairs that lose something on a way around, people who are unknown here. */
#ifndef CLI_FIELDS_CHECK_H
#define CLI_FIELDS_CHECK_H

#include "cli/doctor.h"
#include "cli/propose.h"

struct fields_check {
  struct arena *arena;
  const struct project *project;
  const struct remote_description *remote;
  const struct known *known;   /* all tickets here: for what kind of value a field has */
  const struct known *carried; /* the project's own tickets: for the words that have to pass */
  struct doctor *findings;
};

void fields_check_all(struct fields_check *check);

/* -- fields_check_words.c -- */

/* The words of one field, both ways. True when it found something. */
bool fields_check_words(struct fields_check *check, const struct field_setting *setting,
                        const struct remote_field *there);

#endif
