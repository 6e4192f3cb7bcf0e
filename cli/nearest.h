/* The word that was probably meant: the least edit distance, swapped neighbours counting once (optimal string
 * alignment, https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance). */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include "base/str.h"

/* How many edits turn one into the other; words longer than 63 bytes are never near anything. */
int nearest_distance(struct str a, struct str b);

/* The nearest of `words`, or NULL when none is near enough to be what was meant. */
const char *nearest_word(struct str word, const char *const *words, size_t count);

#endif
