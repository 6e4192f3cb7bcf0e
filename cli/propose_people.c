/* People: by name in the first project, else those whom both sides know. */
#include "cli/propose.h"

#include "sync/canon.h"

/* How a person there was recognised, the surest first. */
enum likeness { BY_NAME, BY_ADDRESS, BY_LOGIN_OF_ADDRESS, LIKENESSES };
enum { NAMED_MAX = 12 }; /* in a sentence; the tables have them all */

struct people {
  struct arena *arena;
  struct str *at;
  size_t count, capacity;
};

static void add_person(struct people *people, struct str name) {
  for (size_t i = 0; i < people->count; i++)
    if (canon_equal_text(CONTENT_SET, people->at[i], name))
      return;
  if (people->count == people->capacity) {
    size_t capacity = people->capacity ? people->capacity * 2 : 64;
    struct str *grown = ARENA_ARRAY(people->arena, struct str, capacity);
    if (people->count)
      memcpy(grown, people->at, people->count * sizeof *grown);
    people->at = grown;
    people->capacity = capacity;
  }
  people->at[people->count++] = name;
}

/* Those who are assigned here, and those whom other projects' tables name. */
static struct people known_people(struct arena *arena, const struct known *known, struct str field) {
  struct people people = {.arena = arena};
  const struct known_field *const fields[] = {known_field(known, STR("assignees")), known_field(known, field)};
  for (size_t f = 0; f < 2; f++)
    for (size_t i = 0; fields[f] && i < fields[f]->word_count; i++)
      add_person(&people, fields[f]->words[i]);
  for (size_t p = 0; p < known->project_count; p++)
    for (size_t r = 0; r < known->projects[p].rules.count; r++) {
      const struct field_setting *rule = &known->projects[p].rules.at[r];
      for (size_t i = 0; str_is(rule->field, "assignees") && i < rule->table.count; i++)
        add_person(&people, rule->table.at[i].local);
    }
  return people;
}

static struct str before_at(struct str address) {
  ptrdiff_t at = str_find(address, "@");
  return at > 0 ? str_slice(address, 0, (size_t)at) : (struct str){0};
}

static bool is_like(enum likeness likeness, struct str local, const struct remote_word *word) {
  switch (likeness) {
  case BY_NAME:
    return propose_same_name(local, word->name);
  case BY_ADDRESS:
    return word->category.length && canon_equal_text(CONTENT_SET, local, word->category);
  default:
    return propose_same_name(local, before_at(word->category)) || propose_same_name(before_at(local), word->name);
  }
}

/* The only person there who is like `local`; with two of them nobody can tell. */
static const struct remote_word *only_like(enum likeness likeness, struct str local, const struct remote_field *field) {
  const struct remote_word *found = NULL;
  for (size_t i = 0; i < field->words.count; i++)
    if (is_like(likeness, local, &field->words.at[i])) {
      if (found)
        return NULL;
      found = &field->words.at[i];
    }
  return found;
}

static bool has_external(const struct value_name *pairs, size_t count, struct str external) {
  for (size_t i = 0; i < count; i++)
    if (canon_equal_text(CONTENT_SET, pairs[i].external, external))
      return true;
  return false;
}

/* Pairs of people under construction. */
struct pairs {
  struct value_name *at;
  size_t count;
};

static bool has_local(const struct pairs *pairs, struct str local) {
  for (size_t i = 0; i < pairs->count; i++)
    if (str_equal(pairs->at[i].local, local))
      return true;
  return false;
}

static void pair_the_same(const struct people *people, const struct remote_field *field, struct pairs *pairs) {
  for (size_t i = 0; i < people->count; i++)
    for (size_t k = 0; k < field->words.count; k++)
      if (canon_equal_text(CONTENT_SET, people->at[i], field->words.at[k].name)) {
        pairs->at[pairs->count++] = (struct value_name){people->at[i], field->words.at[k].name};
        break;
      }
}

/* Nobody becomes somebody who is known by a surer sign. */
static void pair_the_alike(enum likeness likeness, const struct people *people, const struct remote_field *field,
                           struct pairs *pairs) {
  for (size_t i = 0; i < people->count; i++) {
    const struct remote_word *word = has_local(pairs, people->at[i]) ? NULL : only_like(likeness, people->at[i], field);
    if (word && !has_external(pairs->at, pairs->count, word->name))
      pairs->at[pairs->count++] = (struct value_name){people->at[i], word->name};
  }
}

static struct str reason_of(struct arena *arena, const struct proposal *out) {
  struct str_builder text = {.arena = arena};
  if (out->rule.table.count == 0)
    str_append_c(&text, "nobody there is known here");
  for (size_t i = 0; i < out->rule.table.count && i < NAMED_MAX; i++)
    str_append_format(&text, "%s%.*s is %.*s there", i ? ", " : "", STR_FMT(out->rule.table.at[i].local),
                      STR_FMT(out->rule.table.at[i].external));
  if (out->rule.table.count > NAMED_MAX)
    str_append_format(&text, " and %zu more", out->rule.table.count - NAMED_MAX);
  for (size_t i = 0; i < out->unmatched.count && i < NAMED_MAX; i++)
    str_append_format(&text, "%s%.*s", i ? ", " : "; unknown here, so left alone: ", STR_FMT(out->unmatched.at[i]));
  if (out->unmatched.count > NAMED_MAX)
    str_append_format(&text, " and %zu more", out->unmatched.count - NAMED_MAX);
  return str_built(&text);
}

void propose_people(struct arena *arena, const struct remote_field *field, const struct known *known,
                    struct proposal *out) {
  if (known->is_first) {
    out->reason = STR("the first project: its names are the names here");
    return;
  }
  struct people people = known_people(arena, known, field->name);
  struct pairs pairs = {.at = ARENA_ARRAY(arena, struct value_name, people.count)};
  struct str *unmatched = ARENA_ARRAY(arena, struct str, field->words.count);
  size_t unmatched_count = 0;
  pair_the_same(&people, field, &pairs);
  for (enum likeness likeness = BY_NAME; likeness < LIKENESSES; likeness++)
    pair_the_alike(likeness, &people, field, &pairs);
  for (size_t i = 0; i < field->words.count; i++)
    if (!has_external(pairs.at, pairs.count, field->words.at[i].name))
      unmatched[unmatched_count++] = field->words.at[i].name;
  out->rule.closed = true;
  out->rule.table.at = pairs.at;
  out->rule.table.count = pairs.count;
  out->unmatched.at = unmatched;
  out->unmatched.count = unmatched_count;
  out->reason = reason_of(arena, out);
}
