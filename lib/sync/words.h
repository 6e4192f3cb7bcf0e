/* Private to lib/sync: numbers for words, so that sets of thousands of members are compared in the time that sorting
 * them takes. Words that canon_text() sees as one, as members of a set, have one number; numbers count from 0. */
#ifndef SYNC_WORDS_H
#define SYNC_WORDS_H

#include "base/arena.h"
#include "base/values.h"

struct word_entry {
  struct str key;
  size_t *number;
};

/* Words that wait for their numbers; begins as zeros. */
struct words {
  struct arena scratch;
  struct word_entry *at;
  size_t count, capacity;
};

/* `*number` is set by words_number(); until then it has to stay where it is. An absent word is an empty one. */
void words_add(struct words *words, struct str word, size_t *number);

/* Gives every word its number and forgets the words; returns how many different ones there were. */
size_t words_number(struct words *words);

/* Takes doubles out of `items`: the first of each stays, in their order. Returns how many there are then. */
size_t words_distinct(struct str *items, size_t count);

/* Which numbers there are among `count` numbers: one entry each of `different`. Owned by `arena`. */
bool *words_marked(struct arena *arena, const size_t *numbers, size_t count, size_t different);

#endif
