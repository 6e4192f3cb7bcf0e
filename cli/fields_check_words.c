/* The words of a field: each needs a counterpart on the other side, where changes go that way. */
#include "base/shell.h"
#include "cli/fields_check.h"
#include "cli/rule_list.h"
#include "sync/canon.h"
#include "sync/map_fields.h"

enum { NAMED_MAX = 12 };

struct words {
  struct fields_check *check;
  const struct remote_field *there;
  struct field_rule rule;
  enum content_kind kind;
  enum direction direction;
  bool found;
};

/* Words of one finding. */
struct naming {
  struct arena *arena;
  const char *between; /* NULL = a comma */
  struct str_builder text;
  size_t count;
};

static void name(struct naming *naming, struct str text) {
  naming->text.arena = naming->arena;
  if (naming->count++ < NAMED_MAX)
    str_append_format(&naming->text, "%s%.*s",
                      naming->count == 1 ? ""
                      : naming->between  ? naming->between
                                         : ", ",
                      STR_FMT(text));
}

static void report(struct words *words, const char *state, struct naming *naming, const char *meaning,
                   const char *fix) {
  struct fields_check *check = words->check;
  if (naming->count == 0)
    return;
  if (naming->count > NAMED_MAX)
    str_append_format(&naming->text, " and %zu more", naming->count - NAMED_MAX);
  struct str field = words->rule.field, command = {0};
  if (fix)
    command = str_format(check->arena, "tandem fields map %.*s %.*s %s",
                         STR_FMT(shell_word(check->arena, check->project->name)),
                         STR_FMT(shell_word(check->arena, field)), fix);
  doctor_add(check->findings, str_c(check->arena, field), state,
             str_format(check->arena, "%.*s: %s", STR_FMT(str_built(&naming->text)), meaning), command);
  words->found = true;
}

static bool is_person(const struct remote_field *there) {
  return str_is(there->kind, "users") || str_is(there->kind, "user");
}

/* Whether only the listed words are taken there. */
static bool is_vocabulary(const struct remote_field *there) {
  bool has_words = str_is(there->kind, "choice") || str_is(there->kind, "set") || is_person(there);
  return has_words && !there->open_words && there->words.count > 0;
}

static bool is_word_there(const struct words *words, struct str word) {
  for (size_t i = 0; i < words->there->words.count; i++)
    if (canon_equal_text(words->kind, words->there->words.at[i].name, word))
      return true;
  return word.length == 0;
}

/* -- from there -- */

static void check_inward(struct words *words) {
  struct naming naming = {.arena = words->check->arena};
  if (!rules_may_pull(words->direction))
    return;
  for (size_t i = 0; i < words->there->words.count; i++) {
    struct str word = words->there->words.at[i].name;
    if (str_is_absent(map_fields_word_to_local(&words->rule, words->kind, word)))
      name(&naming, word);
  }
  if (is_person(words->there))
    report(words, "warning", &naming, "nobody here; they are left alone", "--value LOCAL=EXTERNAL");
  else
    report(words, "problem", &naming, "no word here", "--value LOCAL=EXTERNAL");
}

/* -- from here -- */

static void look_at_local(struct words *words, struct str local, struct naming *nothing, struct naming *unknown) {
  struct str external = map_fields_word_to_external(&words->rule, words->kind, local);
  if (str_is_absent(external))
    name(nothing, local);
  else if (is_vocabulary(words->there) && !is_word_there(words, external))
    name(unknown, str_equal(local, external)
                      ? local
                      : str_format(words->check->arena, "%.*s=%.*s", STR_FMT(local), STR_FMT(external)));
}

/* Our own vocabulary, what the project's tickets have, and what the table names. */
static void check_outward(struct words *words) {
  struct naming nothing = {.arena = words->check->arena}, unknown = {.arena = words->check->arena};
  const char *const *vocabulary = NULL;
  size_t count = propose_local_words(words->rule.field, &vocabulary);
  const struct known_field *carried = known_field(words->check->carried, words->rule.field);
  if (!rules_may_push(words->direction))
    return;
  for (size_t i = 0; i < count; i++)
    if (!known_has_word(carried, str_of(vocabulary[i])))
      look_at_local(words, str_of(vocabulary[i]), &nothing, &unknown);
  for (size_t i = 0; carried && i < carried->word_count; i++)
    look_at_local(words, carried->words[i], &nothing, &unknown);
  for (size_t i = 0; i < words->rule.count; i++)
    if (!known_has_word(carried, words->rule.table[i].local) && words->rule.table[i].local.length && count == 0)
      look_at_local(words, words->rule.table[i].local, &nothing, &unknown);
  report(words, "problem", &nothing, is_person(words->there) ? "nobody there" : "no word there",
         "--value LOCAL=EXTERNAL");
  report(words, "problem", &unknown, "not among the words there", "--value LOCAL=EXTERNAL");
}

/* -- there and back -- */

static bool goes_elsewhere(const struct words *words, const struct value_pair *pair) {
  struct str out = map_fields_word_to_external(&words->rule, words->kind, pair->local);
  return !canon_equal_text(words->kind, out, pair->external);
}

static bool comes_from_elsewhere(const struct words *words, const struct value_pair *pair) {
  struct str back = map_fields_word_to_local(&words->rule, words->kind, pair->external);
  return pair->external.length && !canon_equal_text(words->kind, back, pair->local);
}

/* "Backlog, Triage come in as open, which goes out as Todo", named at the first of them. */
static void name_inward(const struct words *words, size_t at, struct naming *naming) {
  const struct value_pair *table = words->rule.table;
  struct naming names = {.arena = naming->arena};
  for (size_t i = 0; i < words->rule.count; i++) {
    if (!str_equal(table[i].local, table[at].local) || !goes_elsewhere(words, &table[i]))
      continue;
    if (i < at)
      return;
    name(&names, table[i].external);
  }
  struct str out = map_fields_word_to_external(&words->rule, words->kind, table[at].local);
  name(naming,
       str_format(naming->arena, "%.*s there %s %.*s here, which goes out as %.*s", STR_FMT(str_built(&names.text)),
                  names.count > 1 ? "are" : "is", STR_FMT(table[at].local), STR_FMT(out)));
}

static void check_lossy(struct words *words) {
  struct naming naming = {.arena = words->check->arena, .between = "; "};
  for (size_t i = 0; i < words->rule.count; i++) {
    const struct value_pair *pair = &words->rule.table[i];
    if (comes_from_elsewhere(words, pair))
      name(&naming, str_format(naming.arena, "%.*s goes out as %.*s, which comes in as %.*s", STR_FMT(pair->local),
                               STR_FMT(pair->external),
                               STR_FMT(map_fields_word_to_local(&words->rule, words->kind, pair->external))));
    else if (goes_elsewhere(words, pair))
      name_inward(words, i, &naming);
  }
  report(words, "warning", &naming, "the difference is lost on a way around", NULL);
}

bool fields_check_words(struct fields_check *check, const struct field_setting *setting,
                        const struct remote_field *there) {
  struct words words = {.check = check,
                        .there = there,
                        .rule = rule_list_rule(check->arena, setting),
                        .kind = catalogue_kind(setting->field, propose_shape(there)),
                        .direction = rule_list_direction(check->project, setting)};
  if (words.kind == CONTENT_TEXT || str_is(setting->field, "title"))
    return false;
  check_inward(&words);
  check_outward(&words);
  check_lossy(&words);
  return words.found;
}
