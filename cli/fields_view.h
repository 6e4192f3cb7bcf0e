/* Fields, rules and proposals as people read them. */
#ifndef CLI_FIELDS_VIEW_H
#define CLI_FIELDS_VIEW_H

#include "cli/fields_analysis.h"
#include "cli/fields_sample.h"

/* "title, body, status" */
struct str fields_view_names(struct arena *arena, const struct remote_description *remote);

/* "both ways", "pull only", …: what a rule says about the direction, or the project for it. */
struct str fields_view_direction(const struct project *project, const struct field_setting *rule);

/* "open=Todo, done=Done (nothing else), at most 1"; "" when words pass as they are. */
struct str fields_view_words(struct arena *arena, const struct field_setting *rule);

/* One message a field: what `connect` is about to set, and why; what is merely not wanted is listed in one. */
void fields_view_proposals(const struct invocation *call, const struct project *project,
                           const struct proposal *proposals, size_t count);

/* The table of `fields analyze`. */
void fields_view_analysis(const struct invocation *call, const struct project *project,
                          const struct fields_analysis *analysis);

/* The table of `fields test`. */
void fields_view_samples(const struct invocation *call, const struct fields_samples *samples);

#endif
