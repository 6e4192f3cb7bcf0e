/* Merging texts: by libgit2, with a check that its result holds both edits. */
#include <git2.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/heap.h"
#include "sync/merge.h"

static void start_libgit2(void) {
  if (git_libgit2_init() < 0)
    heap_exhausted(); /* unreached: it fails for lack of memory only */
}

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
  static pthread_once_t started = PTHREAD_ONCE_INIT;
  pthread_once(&started, start_libgit2);
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

bool merge_text(struct arena *arena, struct str base, struct str local, struct str external, struct str *out) {
  struct str merged;
  if (!run_merge(arena, ended(arena, base), ended(arena, local), ended(arena, external), &merged))
    return false;
  if (!holds_both_edits(arena, base, local, external, merged))
    return false;
  while (str_ends_with(merged, "\n"))
    merged.length--;
  *out = str_copy(arena, merged);
  return true;
}
