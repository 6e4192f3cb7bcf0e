/* What the fields of a remote are, what is proposed for each, and how that differs from what is set. Pure. */
#ifndef CLI_FIELDS_ANALYSIS_H
#define CLI_FIELDS_ANALYSIS_H

#include "cli/propose.h"

struct analyzed_field {
  struct remote_field there;
  bool keep; /* a rule is proposed */
  struct str reason;
  struct field_setting proposed;
  LIST_OF(struct field_setting) current; /* one or none */
  LIST_OF(struct str) unmatched;
  LIST_OF(struct value_name) lossy;
  LIST_OF(struct str) differences; /* "direction", "words", ...; "rule" when only one of both has one */
};

struct fields_analysis {
  struct str project, system, remote, account;
  LIST_OF(struct analyzed_field) fields;
  LIST_OF(struct field_setting) strays; /* rules for fields that the remote does not have */
};
extern const struct record record_fields_analysis;

struct fields_analysis fields_analyze(struct arena *arena, const struct project *project,
                                      const struct remote_description *remote, const struct known *known);

#endif
