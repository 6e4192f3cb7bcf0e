/* Pairs of tickets to be linked. */
#include "cli/pairs_file.h"

static bool split_line(struct str line, struct pair *out) {
  size_t at = 0;
  while (at < line.length && line.at[at] != ',' && line.at[at] != ';' && line.at[at] != '\t')
    at++;
  out->key = str_trim(str_slice(line, 0, at));
  out->other = str_trim(str_slice(line, at < line.length ? at + 1 : at, line.length));
  return out->key.length && out->other.length;
}

static bool is_key(struct str word) {
  return str_starts_with(word, "T-") || str_find(word, ":") > 0;
}

static size_t count_lines(struct str text) {
  size_t count = 1;
  for (size_t i = 0; i < text.length; i++)
    count += text.at[i] == '\n';
  return count;
}

struct result pairs_file_read(struct arena *arena, struct str text, struct pair **out, size_t *out_count) {
  struct pair *pairs = ARENA_ARRAY(arena, struct pair, count_lines(text));
  struct str rest = text;
  size_t count = 0;
  for (size_t number = 1; rest.length; number++) {
    ptrdiff_t end = str_find(rest, "\n");
    struct str line = str_trim(str_slice(rest, 0, end < 0 ? rest.length : (size_t)end));
    rest = str_slice(rest, end < 0 ? rest.length : (size_t)end + 1, rest.length);
    if (line.length == 0)
      continue;
    bool two = split_line(line, &pairs[count]);
    if (number == 1 && two && !is_key(pairs[count].key))
      continue;
    if (!two)
      return result_error(RESULT_REJECTED, "line %zu: two keys with a comma between, as in T-12,rocket:#7", number);
    count++;
  }
  *out = pairs;
  *out_count = count;
  return RESULT_DONE;
}
