/* What the values of one ticket become on the other side under a project's rules: `tandem fields test`. Pure; nothing
 * is written anywhere. */
#ifndef CLI_FIELDS_SAMPLE_H
#define CLI_FIELDS_SAMPLE_H

#include "proto/nouns.h"

struct sampled_field {
  struct str ticket, external_key, field;
  struct values here, there;      /* one value each, or none when that side does not carry the field */
  struct values becomes_there;    /* what `here` is in the words of there */
  struct values becomes_here;     /* and the reverse */
  LIST_OF(struct str) unmappable; /* words of either side without a counterpart */
  struct str state;               /* same | differs | unmappable | only here | only there */
};

struct fields_samples {
  struct str project;
  LIST_OF(struct sampled_field) fields;
};
extern const struct record record_fields_samples;

/* The fields of `ticket` that either side has, except those that the project leaves out. The ticket comes with the
 * external values of its mappings; without one to the project only `here` is looked at. */
size_t fields_sample(struct arena *arena, const struct project *project, const struct ticket *ticket,
                     const struct sampled_field **out);

#endif
