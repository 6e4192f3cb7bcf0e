/* The word that was probably meant. */
#include "cli/nearest.h"

#include <limits.h>

enum { WORD_BYTES_MAX = 63 };

static int least(int a, int b, int c) {
  int ab = a < b ? a : b;
  return ab < c ? ab : c;
}

int nearest_distance(struct str a, struct str b) {
  if (a.length > WORD_BYTES_MAX || b.length > WORD_BYTES_MAX)
    return INT_MAX;
  int cost[WORD_BYTES_MAX + 1][WORD_BYTES_MAX + 1];
  for (size_t i = 0; i <= a.length; i++)
    cost[i][0] = (int)i;
  for (size_t j = 0; j <= b.length; j++)
    cost[0][j] = (int)j;
  for (size_t i = 1; i <= a.length; i++)
    for (size_t j = 1; j <= b.length; j++) {
      int same = a.at[i - 1] == b.at[j - 1] ? 0 : 1;
      cost[i][j] = least(cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
        cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1, INT_MAX);
    }
  return cost[a.length][b.length];
}

const char *nearest_word(struct str word, const char *const *words, size_t count) {
  const char *best = NULL;
  int best_distance = (int)word.length / 2 + 1;
  for (size_t i = 0; i < count; i++) {
    int distance = nearest_distance(word, str_of(words[i]));
    if (distance < best_distance || (word.length >= 3 && !best && strncmp(words[i], word.at, word.length) == 0)) {
      best = words[i];
      best_distance = distance;
    }
  }
  return best;
}
