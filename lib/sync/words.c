/* Numbering by sorting canonical forms: no hash that somebody's words could be made for. */
#include "sync/words.h"

#include <stdlib.h>

#include "sync/canon.h"

void words_add(struct words *words, struct str word, size_t *number) {
  words->at = arena_room(&words->scratch, words->at, words->count, &words->capacity, sizeof *words->at);
  words->at[words->count++] = (struct word_entry){canon_text(&words->scratch, CONTENT_SET, word), number};
}

static int compare_keys(const void *a, const void *b) {
  return str_compare(((const struct word_entry *)a)->key, ((const struct word_entry *)b)->key);
}

size_t words_number(struct words *words) {
  size_t different = 0;
  if (words->count)
    qsort(words->at, words->count, sizeof *words->at, compare_keys);
  for (size_t i = 0; i < words->count; i++) {
    different += i == 0 || !str_equal(words->at[i - 1].key, words->at[i].key);
    *words->at[i].number = different - 1;
  }
  arena_free(&words->scratch);
  *words = (struct words){0};
  return different;
}

size_t words_distinct(struct str *items, size_t count) {
  struct words words = {0};
  struct arena scratch = {0};
  size_t *numbers = ARENA_ARRAY(&scratch, size_t, count), kept = 0;
  for (size_t i = 0; i < count; i++)
    words_add(&words, items[i], &numbers[i]);
  bool *taken = ARENA_ARRAY(&scratch, bool, words_number(&words));
  for (size_t i = 0; i < count; i++)
    if (!taken[numbers[i]]) {
      taken[numbers[i]] = true;
      items[kept++] = items[i];
    }
  arena_free(&scratch);
  return kept;
}

bool *words_marked(struct arena *arena, const size_t *numbers, size_t count, size_t different) {
  bool *marked = ARENA_ARRAY(arena, bool, different);
  for (size_t i = 0; i < count; i++)
    marked[numbers[i]] = true;
  return marked;
}
