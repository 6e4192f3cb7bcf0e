/* Statuses by what they mean, priorities by name: one vocabulary each, walked the same way. */
#include <ctype.h>

#include "cli/propose.h"

enum { LOCALS_MAX = 5, NAMES_MAX = 10 };

/* A word of ours, the names that are usual for it elsewhere (the most usual first), and what comes nearest to it. */
struct local_word {
  const char *word;
  const char *names[NAMES_MAX];
  const char *nearest[2];
};

static const struct local_word statuses[LOCALS_MAX] = {
    {"open", {"todo", "open", "new", "reopened", "backlog", "selectedfordevelopment", "triage"}, {"in_progress"}},
    {"in_progress", {"inprogress", "doing", "started", "indevelopment", "inreview"}, {"open"}},
    {"done", {"closed:completed", "done", "closed", "resolved", "completed", "complete", "released"}, {NULL}},
    {"cancelled",
     {"closed:not_planned", "cancelled", "canceled", "wontdo", "wontfix", "rejected", "declined", "abandoned"},
     {"done"}},
    {"duplicate", {"closed:duplicate", "duplicate", "duplicated"}, {"cancelled", "done"}},
};

static const struct local_word priorities[LOCALS_MAX] = {
    {"urgent", {"urgent", "highest", "critical", "blocker"}, {"high"}},
    {"high", {"high", "major"}, {"urgent"}},
    {"medium", {"medium", "normal"}, {NULL}},
    {"low", {"low", "minor", "lowest", "trivial"}, {NULL}},
    {"none", {"none", "nopriority", "notset", "undefined"}, {NULL}},
};

static const char *const status_words[] = {"open", "in_progress", "done", "cancelled", "duplicate"};
static const char *const priority_words[] = {"urgent", "high", "medium", "low", "none"};

size_t propose_local_words(struct str field, const char *const **out) {
  if (!str_is(field, "status") && !str_is(field, "priority"))
    return 0;
  *out = str_is(field, "status") ? status_words : priority_words;
  return LOCALS_MAX;
}

/* -- names -- */

static bool next_letter(struct str text, size_t *at, char *out) {
  while (*at < text.length) {
    unsigned char letter = (unsigned char)text.at[(*at)++];
    if (isalnum(letter) || letter >= 0x80) {
      *out = (char)tolower(letter);
      return true;
    }
  }
  return false;
}

bool propose_same_name(struct str a, struct str b) {
  size_t in_a = 0, in_b = 0;
  char of_a = 0, of_b = 0;
  for (;;) {
    bool more_a = next_letter(a, &in_a, &of_a), more_b = next_letter(b, &in_b, &of_b);
    if (!more_a || !more_b)
      return more_a == more_b && a.length && b.length;
    if (of_a != of_b)
      return false;
  }
}

/* How usual `name` is for a local word: 0 = the most usual; NAMES_MAX = not at all. */
static size_t rank_of(const struct local_word *local, struct str name) {
  for (size_t i = 0; i < NAMES_MAX && local->names[i]; i++)
    if (propose_same_name(name, str_of(local->names[i])))
      return i;
  return NAMES_MAX;
}

static size_t local_by_name(const struct local_word *locals, struct str name) {
  for (size_t i = 0; i < LOCALS_MAX; i++)
    if (rank_of(&locals[i], name) < NAMES_MAX)
      return i;
  return LOCALS_MAX;
}

/* Some trackers know only that a ticket is finished; how it ended is in the name then. */
static size_t local_of_status(const struct remote_word *word) {
  enum { DONE = 2, CANCELLED = 3, DUPLICATE = 4 };
  size_t by_name = local_by_name(statuses, word->name);
  if (str_is(word->category, "done") && (by_name == CANCELLED || by_name == DUPLICATE))
    return by_name;
  for (size_t i = 0; i < LOCALS_MAX; i++)
    if (str_is(word->category, statuses[i].word))
      return i;
  return by_name;
}

/* -- tables -- */

struct drafting {
  struct arena *arena;
  const struct local_word *locals;
  const struct remote_field *field;
  const size_t *locals_of; /* per word of the field; LOCALS_MAX = none */
  struct value_name *pairs, *lossy;
  size_t count, lossy_count;
  struct str first[LOCALS_MAX]; /* the external word that each local word goes to */
};

/* The words of one local word, the most usual in front. */
static void add_words(struct drafting *d, size_t local) {
  const struct remote_word *words = d->field->words.at;
  size_t start = d->count, best = NAMES_MAX, best_at = start;
  for (size_t i = 0; i < d->field->words.count; i++) {
    if (d->locals_of[i] != local)
      continue;
    size_t rank = rank_of(&d->locals[local], words[i].name);
    if (rank < best) {
      best = rank;
      best_at = d->count;
    }
    d->pairs[d->count++] = (struct value_name){str_of(d->locals[local].word), words[i].name};
  }
  if (d->count == start)
    return;
  struct value_name usual = d->pairs[best_at];
  memmove(&d->pairs[start + 1], &d->pairs[start], (best_at - start) * sizeof usual);
  d->pairs[start] = usual;
  d->first[local] = usual.external;
}

static void add_nearest(struct drafting *d, size_t local) {
  for (size_t n = 0; n < 2 && d->locals[local].nearest[n] && !d->first[local].at; n++)
    for (size_t i = 0; i < LOCALS_MAX; i++)
      if (strcmp(d->locals[i].word, d->locals[local].nearest[n]) == 0 && d->first[i].at) {
        struct value_name pair = {str_of(d->locals[local].word), d->first[i]};
        d->first[local] = pair.external;
        d->pairs[d->count++] = d->lossy[d->lossy_count++] = pair;
        break;
      }
}

/* A word that means nothing to us keeps its name: no value is lost, and no other project has it. */
static void add_strangers(struct drafting *d, struct proposal *out) {
  struct str *unmatched = ARENA_ARRAY(d->arena, struct str, d->field->words.count);
  size_t count = 0;
  for (size_t i = 0; i < d->field->words.count; i++)
    if (d->locals_of[i] == LOCALS_MAX) {
      struct str name = d->field->words.at[i].name;
      d->pairs[d->count++] = (struct value_name){name, name};
      unmatched[count++] = name;
    }
  out->unmatched.at = unmatched;
  out->unmatched.count = count;
}

static struct drafting draft(struct arena *arena, const struct remote_field *field, const struct local_word *locals,
                             const size_t *locals_of, struct proposal *out) {
  enum { NONE_PAIRS = 2 };
  struct drafting d = {.arena = arena, .locals = locals, .field = field, .locals_of = locals_of};
  d.pairs = ARENA_ARRAY(arena, struct value_name, field->words.count + LOCALS_MAX + NONE_PAIRS);
  d.lossy = ARENA_ARRAY(arena, struct value_name, LOCALS_MAX);
  for (size_t i = 0; i < LOCALS_MAX; i++)
    add_words(&d, i);
  add_strangers(&d, out);
  bool has_word[LOCALS_MAX];
  for (size_t i = 0; i < LOCALS_MAX; i++)
    has_word[i] = d.first[i].at != NULL;
  for (size_t i = 0; i < LOCALS_MAX; i++)
    if (!has_word[i])
      add_nearest(&d, i);
  return d;
}

static void finish(const struct drafting *d, const char *by, struct proposal *out) {
  out->rule.closed = true;
  out->rule.table.at = d->pairs;
  out->rule.table.count = d->count;
  out->lossy.at = d->lossy;
  out->lossy.count = d->lossy_count;
  struct str_builder reason = {.arena = d->arena};
  str_append_c(&reason, by);
  for (size_t i = 0; i < d->lossy_count; i++)
    str_append_format(&reason, "%s%.*s there is %.*s", i ? ", " : "; ", STR_FMT(d->lossy[i].local),
                      STR_FMT(d->lossy[i].external));
  for (size_t i = 0; i < out->unmatched.count; i++)
    str_append_format(&reason, "%s%.*s", i ? ", " : "; no word here for ", STR_FMT(out->unmatched.at[i]));
  out->reason = str_built(&reason);
}

void propose_status(struct arena *arena, const struct remote_field *field, struct proposal *out) {
  size_t *locals_of = ARENA_ARRAY(arena, size_t, field->words.count);
  for (size_t i = 0; i < field->words.count; i++)
    locals_of[i] = local_of_status(&field->words.at[i]);
  struct drafting d = draft(arena, field, statuses, locals_of, out);
  finish(&d, "by what each status means", out);
}

void propose_priority(struct arena *arena, const struct remote_field *field, struct proposal *out) {
  enum { NONE = 4 };
  size_t *locals_of = ARENA_ARRAY(arena, size_t, field->words.count);
  for (size_t i = 0; i < field->words.count; i++)
    locals_of[i] = local_by_name(priorities, field->words.at[i].name);
  struct drafting d = draft(arena, field, priorities, locals_of, out);
  if (!d.first[NONE].at) { /* empty stays empty on the way in, and is what `none` becomes on the way out */
    d.pairs[d.count++] = (struct value_name){STR(""), STR("")};
    d.pairs[d.count++] = (struct value_name){STR("none"), STR("")};
  }
  finish(&d, "by name", out);
}
