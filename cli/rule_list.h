/* The field rules of a project while they are put together or changed. Pure. */
#ifndef CLI_RULE_LIST_H
#define CLI_RULE_LIST_H

#include "proto/nouns.h"
#include "sync/rules.h"

struct rule_list {
  struct arena *arena;
  struct field_setting *at;
  size_t count, capacity;
};

/* A copy of `rules` that can be changed. */
struct rule_list rule_list_of(struct arena *arena, const struct field_setting *rules, size_t count);

/* NULL when there is none. */
struct field_setting *rule_list_find(const struct rule_list *rules, struct str field);

/* The rule of `field`, a new one at the end when there is none. The pointer holds until the next call. */
struct field_setting *rule_list_put(struct rule_list *rules, struct str field);

/* False when there was none. */
bool rule_list_remove(struct rule_list *rules, struct str field);

/* A pair that a person gives stands before the ones that are there. It replaces those for the same local word, except
 * in a closed table of single words: there the others still say what their words are here. */
void rule_list_put_pair(struct rule_list *rules, struct field_setting *rule, struct value_name pair);

/* Takes the pairs of one local word out; false when there was none. */
bool rule_list_remove_pair(struct rule_list *rules, struct field_setting *rule, struct str local);

/* The rule as map_fields takes it; a direction or strategy that is unknown counts as inherited. */
struct field_rule rule_list_rule(struct arena *arena, const struct field_setting *setting);

/* What holds for the field: its own direction, else the project's. */
enum direction rule_list_direction(const struct project *project, const struct field_setting *setting);

/* "LOCAL=EXTERNAL"; the external word may have equals signs of its own. False on anything else. */
bool rule_list_parse_pair(struct str text, struct value_name *out);

/* "FIELD:LOCAL=EXTERNAL" */
bool rule_list_parse_map(struct str text, struct str *out_field, struct value_name *out);

#endif
