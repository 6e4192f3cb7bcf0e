/* Merging texts: by libgit2, with a check that its result holds both edits. */
#include <git2.h>
#include <stdlib.h>

#include "sync/libgit.h"
#include "sync/merge.h"

struct lines {
  struct str *at; /* sorted, without trailing blanks, empty ones left out */
  size_t count;
};

static int compare_lines(const void *a, const void *b) {
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct str without_blanks_at_end(struct str line) {
  while (line.length && (line.at[line.length - 1] == ' ' || line.at[line.length - 1] == '\t'))
    line.length--;
  return line;
}

static struct lines sorted_lines(struct arena *arena, struct str text) {
  size_t most = 1, start = 0;
  for (size_t i = 0; i < text.length; i++)
    most += text.at[i] == '\n';
  struct lines lines = {ARENA_ARRAY(arena, struct str, most), 0};
  for (size_t i = 0; i <= text.length; i++) {
    if (i < text.length && text.at[i] != '\n')
      continue;
    lines.at[lines.count] = without_blanks_at_end(str_slice(text, start, i));
    lines.count += lines.at[lines.count].length > 0;
    start = i + 1;
  }
  if (lines.count)
    qsort(lines.at, lines.count, sizeof *lines.at, compare_lines);
  return lines;
}

/* How often `line` is next in `lines`, which is moved past it. */
static long take_line(struct lines *lines, struct str line) {
  long count = 0;
  while (lines->count && str_equal(lines->at[0], line)) {
    lines->at++;
    lines->count--;
    count++;
  }
  return count;
}

/* A line that only one side touched is there as often as that side has it; one that both touched alike may have been
 * taken once or twice; else both differences count. */
static bool holds_line(long base, long local, long external, long merged) {
  long both = local + external - base;
  return merged == both || (local == external && merged == local);
}

static bool holds_both_edits(struct arena *arena, struct str base, struct str local, struct str external,
                             struct str merged) {
  struct lines of[] = {sorted_lines(arena, base), sorted_lines(arena, local), sorted_lines(arena, external),
                       sorted_lines(arena, merged)};
  for (;;) {
    const struct str *least = NULL;
    for (int i = 0; i < 4; i++)
      if (of[i].count && (!least || str_compare(of[i].at[0], *least) < 0))
        least = of[i].at;
    if (!least)
      return true;
    struct str line = *least;
    long base_count = take_line(&of[0], line), local_count = take_line(&of[1], line);
    long external_count = take_line(&of[2], line), merged_count = take_line(&of[3], line);
    if (!holds_line(base_count, local_count, external_count, merged_count))
      return false;
  }
}

/* A last line without a newline would count as another line than the same one with it. */
static struct str ended(struct arena *arena, struct str text) {
  if (text.length == 0 || str_ends_with(text, "\n"))
    return text.at ? text : STR("");
  return str_format(arena, "%.*s\n", STR_FMT(text));
}

static git_merge_file_input as_input(struct str text) {
  return (git_merge_file_input){.version = GIT_MERGE_FILE_INPUT_VERSION, .ptr = text.at, .size = text.length};
}

static bool run_merge(struct arena *arena, struct str base, struct str local, struct str external, struct str *out) {
  libgit_start();
  git_merge_file_input of_base = as_input(base), of_local = as_input(local), of_external = as_input(external);
  git_merge_file_options options = {
      .version = GIT_MERGE_FILE_OPTIONS_VERSION,
      .flags = GIT_MERGE_FILE_IGNORE_WHITESPACE_EOL, /* trailing blanks are no edit, as in canon() */
  };
  git_merge_file_result result = {0};
  if (git_merge_file(&result, &of_base, &of_local, &of_external, &options) < 0)
    return false; /* unreached: texts beyond a gigabyte, or no memory */
  bool clean = result.automergeable;
  if (clean)
    *out = str_copy(arena, (struct str){result.len ? result.ptr : "", result.len});
  git_merge_file_result_free(&result);
  return clean;
}

static size_t newlines_in(struct str text) {
  size_t count = 0;
  for (size_t i = 0; i < text.length; i++)
    count += text.at[i] == '\n';
  return count;
}

/* How often the line stands there that is there most often. */
static size_t most_alike(struct str text) {
  struct arena scratch = {0};
  struct lines lines = sorted_lines(&scratch, text);
  size_t most = newlines_in(text) + 1 - lines.count, run = 0;
  for (size_t i = 0; i < lines.count; i++) {
    run = i && str_equal(lines.at[i - 1], lines.at[i]) ? run + 1 : 1;
    most = run > most ? run : most;
  }
  arena_free(&scratch);
  return most;
}

static bool is_too_much(struct str text) {
  return text.length > MERGE_TEXT_BYTES_MAX ||
         (newlines_in(text) >= MERGE_TEXT_ALIKE_MAX && most_alike(text) > MERGE_TEXT_ALIKE_MAX);
}

bool merge_text(struct arena *arena, struct str base, struct str local, struct str external, struct str *out) {
  struct str merged;
  if (is_too_much(base) || is_too_much(local) || is_too_much(external))
    return false;
  if (!run_merge(arena, ended(arena, base), ended(arena, local), ended(arena, external), &merged))
    return false;
  if (!holds_both_edits(arena, base, local, external, merged))
    return false;
  while (str_ends_with(merged, "\n"))
    merged.length--;
  *out = str_copy(arena, merged);
  return true;
}

/* -- for an editor -- */

/* One more than the longest run of a character that markers are made of, at the start of a line: so no line of the
 * texts can be taken for one. */
static size_t marker_length(const struct str *texts, size_t count) {
  size_t longest = 6;
  for (size_t i = 0; i < count; i++)
    for (size_t at = 0; at < texts[i].length; at++) {
      size_t run = 0;
      bool starts = at == 0 || texts[i].at[at - 1] == '\n';
      while (starts && at + run < texts[i].length && texts[i].at[at + run] == texts[i].at[at] &&
             strchr("<|=>", texts[i].at[at]))
        run++;
      longest = run > longest ? run : longest;
    }
  return longest < 200 ? longest + 1 : 200;
}

static const char *const labels[] = {"local", "base", "external"};
static const char signs[] = "<|>";

bool merge_is_marker(struct str line, size_t marker_length_chars) {
  for (int i = 0; i < 3; i++) {
    size_t run = 0;
    while (run < line.length && line.at[run] == signs[i])
      run++;
    if (run == marker_length_chars && run < line.length && line.at[run] == ' ')
      return true;
  }
  return false;
}

struct merge_marked merge_text_marked(struct arena *arena, const struct str *base, struct str local,
                                      struct str external) {
  const struct str texts[] = {base ? *base : STR(""), local, external};
  struct merge_marked marked = {.marker_length = marker_length(texts, 3)};
  git_merge_file_input of_base = as_input(ended(arena, texts[0])), of_local = as_input(ended(arena, local)),
                       of_external = as_input(ended(arena, external));
  git_merge_file_options options = {
      .version = GIT_MERGE_FILE_OPTIONS_VERSION,
      .ancestor_label = labels[1],
      .our_label = labels[0],
      .their_label = labels[2],
      .marker_size = (unsigned short)marked.marker_length,
      .flags = GIT_MERGE_FILE_IGNORE_WHITESPACE_EOL | (base ? GIT_MERGE_FILE_STYLE_DIFF3 : GIT_MERGE_FILE_STYLE_MERGE),
  };
  git_merge_file_result result = {0};
  libgit_start();
  if (is_too_much(texts[0]) || is_too_much(local) || is_too_much(external) ||
      git_merge_file(&result, &of_base, &of_local, &of_external, &options) < 0)
    return marked;
  marked.clean = result.automergeable;
  marked.text = str_copy(arena, (struct str){result.len ? result.ptr : "", result.len});
  git_merge_file_result_free(&result);
  return marked;
}
