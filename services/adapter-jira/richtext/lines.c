/* Where the lines of a text start: cmark tells places by line and column. */
#include "adapter-jira/richtext/node.h"

struct lines lines_find(struct arena *arena, struct str text) {
  size_t count = 1;
  for (size_t i = 0; i < text.length; i++)
    count += text.at[i] == '\n';
  size_t *starts = ARENA_ARRAY(arena, size_t, count + 1), n = 0;
  starts[n++] = 0;
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] == '\n')
      starts[n++] = i + 1;
  starts[count] = text.length;
  return (struct lines){starts, count};
}

struct str lines_between(struct str text, const struct lines *lines, int first, int next) {
  size_t from = first > 0 && (size_t)first - 1 < lines->count ? lines->starts[first - 1] : text.length;
  size_t to = next > 0 && (size_t)next - 1 < lines->count ? lines->starts[next - 1] : text.length;
  return str_slice(text, from, to > from ? to : from);
}

static void push_line(struct arena *arena, struct text_document *document, int line) {
  if (document->count == document->capacity) {
    size_t capacity = document->capacity ? document->capacity * 2 : 16;
    int *more = ARENA_ARRAY(arena, int, capacity);
    if (document->count)
      memcpy(more, document->lines, document->count * sizeof *more);
    document->lines = more;
    document->capacity = capacity;
  }
  document->lines[document->count++] = line;
}

void lines_note(struct arena *arena, struct text_document *document, int line) {
  const cJSON *block = document->last ? document->last->next : adf_first(document->adf);
  for (; block; block = block->next) {
    push_line(arena, document, line);
    document->last = block;
  }
}
