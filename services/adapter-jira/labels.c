/* Labels have no blanks in Jira: "good first issue", which every repository of GitHub has, is none. It stays where it
 * is, a person is told, and the others go. */
#include "adapter-jira/jira.h"

bool jira_is_label(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (strchr(" \t\r\n\v\f", text.at[i]))
      return false;
  return true;
}

static struct str first_other(const struct value *set) {
  for (size_t i = 0; set && i < set->count; i++)
    if (!jira_is_label(set->items[i]))
      return set->items[i];
  return (struct str){0};
}

void jira_tell_left_out(const struct connection *c, struct arena *arena, const struct payload *payload,
                        struct observation *seen) {
  struct refused_value *refused = ARENA_ARRAY(arena, struct refused_value, seen->refused.count + c->fields.count);
  if (seen->refused.count)
    memcpy(refused, seen->refused.at, seen->refused.count * sizeof *refused);
  seen->refused.at = refused;
  for (size_t i = 0; i < c->fields.count; i++) {
    struct str name = c->fields.at[i].name, label = first_other(values_find(&payload->set, name));
    if (str_is_absent(label))
      label = first_other(values_find(&payload->add, name));
    if (c->fields.at[i].kind == KIND_LABELS && !str_is_absent(label))
      refused[seen->refused.count++] = (struct refused_value){
          name, str_format(arena,
                           "a label of Jira has no blanks, so \"%.*s\" was left out: give it a word there (tandem "
                           "fields map), or take it off here",
                           STR_FMT(label))};
  }
}
