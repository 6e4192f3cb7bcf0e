/* Diffs by libgit2: each item is a line to it. */
#include "sync/diff.h"

#include <git2.h>

#include "sync/libgit.h"

static struct str as_lines(struct arena *arena, const struct str *items, size_t count) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    str_append(&text, items[i]);
    str_append_c(&text, "\n");
  }
  return str_built(&text);
}

struct touched {
  bool *removed, *added;
};

static int on_line(const git_diff_delta *delta, const git_diff_hunk *hunk, const git_diff_line *line, void *payload) {
  (void)delta;
  (void)hunk;
  struct touched *touched = payload;
  if (line->origin == GIT_DIFF_LINE_DELETION)
    touched->removed[line->old_lineno - 1] = true;
  if (line->origin == GIT_DIFF_LINE_ADDITION)
    touched->added[line->new_lineno - 1] = true;
  return 0;
}

static size_t common_start(const struct str *before, size_t before_count, const struct str *after, size_t after_count) {
  size_t count = 0;
  while (count < before_count && count < after_count && str_equal(before[count], after[count]))
    count++;
  return count;
}

/* False when they are too much for it. */
static bool run(struct str before, struct str after, struct touched *touched) {
  git_diff_options options = {.version = GIT_DIFF_OPTIONS_VERSION, .flags = GIT_DIFF_FORCE_TEXT};
  if (before.length > DIFF_BYTES_MAX || after.length > DIFF_BYTES_MAX)
    return false;
  libgit_start();
  return git_diff_buffers(before.at, before.length, NULL, after.at, after.length, NULL, &options, NULL, NULL, NULL,
                          on_line, touched) == 0;
}

const int *diff_partners(struct arena *arena, const struct str *before, size_t before_count, const struct str *after,
                         size_t after_count) {
  struct touched touched = {ARENA_ARRAY(arena, bool, before_count + 1), ARENA_ARRAY(arena, bool, after_count + 1)};
  int *partners = ARENA_ARRAY(arena, int, before_count + 1);
  size_t i, j = 0, compared = before_count;
  bool few = before_count <= DIFF_ITEMS_MAX && after_count <= DIFF_ITEMS_MAX;
  if (!few || !run(as_lines(arena, before, before_count), as_lines(arena, after, after_count), &touched))
    compared = common_start(before, before_count, after, after_count);
  for (i = 0; i < before_count; i++) {
    partners[i] = -1;
    if (i >= compared || touched.removed[i])
      continue;
    while (j < after_count && touched.added[j])
      j++;
    partners[i] = (int)j++;
  }
  return partners;
}
