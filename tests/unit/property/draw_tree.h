/* Draws texts and JSON as trackers send it: mostly as promised, sometimes not. */
#ifndef UNIT_PROPERTY_DRAW_TREE_H
#define UNIT_PROPERTY_DRAW_TREE_H

#include <cjson/cJSON.h>

#include "base/values.h"
#include "property.h"

/* Pieces that translation cares about: line ends, markers, Markdown, characters of all lengths. Valid UTF-8, no NUL. */
const char *draw_text(struct property_case *c);

/* One line without what ends a line; never empty, never blank at its ends. */
const char *draw_line(struct property_case *c);

/* An array of up to `most` of what `draw` makes. */
cJSON *draw_list(struct property_case *c, uint32_t most, cJSON *(*draw)(struct property_case *c));

/* Anything at all, up to `depth` levels. */
cJSON *draw_junk(struct property_case *c, uint32_t depth);

/* Adds unknown members, and in one of many cases replaces, removes or doubles a known one. Returns whether it did the
 * latter: then nothing is promised about reading it. */
bool draw_mischief(struct property_case *c, cJSON *object);

/* Puts the members of an object in another order. */
void draw_order(struct property_case *c, cJSON *object);

/* Canonical as the skeleton makes it; `out_hash` has CANON_HASH_BYTES. */
struct values canonical_of(struct arena *arena, const struct values *fields, unsigned char *out_hash);

/* Whether canonical values are canonical, and what was read can be planned without a write or a change: local as mapped
 * from `fields`, outside `again`, agreed on before. */
bool fields_rest(struct property_case *c, const struct values *fields, const struct values *again);

/* Notes the first difference; false when there is one. */
bool same_fields(struct property_case *c, const struct values *read, const struct values *again);

#endif
