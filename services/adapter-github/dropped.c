/* What GitHub leaves out of a write without a word: labels, assignees and milestones where the account has no push
 * access, and people who may not be assigned.
 * https://docs.github.com/en/rest/issues/issues?apiVersion=2022-11-28#create-an-issue,
 * https://docs.github.com/en/rest/issues/assignees?apiVersion=2022-11-28#add-assignees-to-an-issue */
#include <ctype.h>

#include "adapter-github/github.h"
#include "base/sets.h"

enum { DROPPED_MAX = 3 };

/* As str_equal_caseless() compares them: without case. */
static struct value folded(struct arena *arena, const struct value *set) {
  struct str *items = ARENA_ARRAY(arena, struct str, set->count);
  for (size_t i = 0; i < set->count; i++) {
    char *text = str_c(arena, set->items[i]);
    for (char *at = text; *at; at++)
      *at = (char)tolower((unsigned char)*at);
    items[i] = (struct str){text, set->items[i].length};
  }
  return value_set(set->name, items, set->count);
}

/* The first member that was sent and is not there; absent when all are. */
static struct str first_missing(struct arena *arena, const struct value *sent, const struct value *seen) {
  if (!sent || sent->kind != VALUE_SET || sent->count == 0)
    return (struct str){0};
  const struct value none = value_set(sent->name, NULL, 0);
  const struct value here = folded(arena, sent), there = folded(arena, seen ? seen : &none);
  const struct value missing = sets_without(arena, &here, &there);
  for (size_t i = 0; missing.count && i < sent->count; i++)
    if (here.items[i].at == missing.items[0].at)
      return sent->items[i];
  return (struct str){0};
}

static struct str missing_of(struct arena *arena, const struct payload *payload, struct str field,
                             const struct value *seen) {
  const struct value *set = values_find(&payload->set, field), *add = values_find(&payload->add, field);
  if (set && set->kind == VALUE_TEXT)
    return seen && str_equal_caseless(set->text, seen->text) ? (struct str){0} : set->text;
  struct str missing = first_missing(arena, set, seen);
  return str_is_absent(missing) ? first_missing(arena, add, seen) : missing;
}

void github_tell_dropped(struct arena *arena, const struct payload *payload, struct observation *seen) {
  static const struct {
    const char *field, *advice;
  } fields[DROPPED_MAX] = {{"labels", "may the account set labels?"},
                           {"assignees", "only who has access to the repository may be assigned"},
                           {"milestone", "may the account set milestones?"}};
  struct refused_value *refused = ARENA_ARRAY(arena, struct refused_value, DROPPED_MAX);
  seen->refused.at = refused;
  for (size_t i = 0; i < DROPPED_MAX; i++) {
    struct str field = str_of(fields[i].field),
               missing = missing_of(arena, payload, field, values_find(&seen->fields, field));
    if (!str_is_absent(missing))
      refused[seen->refused.count++] = (struct refused_value){
          field, str_format(arena, "GitHub did not take \"%.*s\": %s", STR_FMT(missing), fields[i].advice)};
  }
}
