/* Marks in the text, looked for in the parser's tree: it does not tell where in the text its code stands. */
#include "sync/code_places.h"

#include "sync/markdown_tree.h"

/* Letters of nobody's (private use), around the number of a place. */
#define MARK "\xee\x80\x80"
#define MARK_END "\xee\x80\x81"

enum { TEXT_BYTES_MAX = 128 * 1024, PLACES_MAX = 20 * 1000 };

/* What it takes to be a comment or a reference: the mark stands behind it. */
static const char *opening(struct str text) {
  return str_starts_with(text, "<!--") ? "<!--" : str_starts_with(text, "[") ? "[" : "";
}

/* In place of a word's first letter; behind the beginning of what is hidden. */
static struct str with_marks(struct arena *arena, struct str text, const size_t *places, size_t count) {
  struct str_builder marked = {.arena = arena};
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    const char *kept = opening(str_slice(text, places[i], text.length));
    str_append(&marked, str_slice(text, at, places[i]));
    str_append_format(&marked, "%s" MARK "%zu" MARK_END, kept, i);
    at = places[i] + (*kept ? strlen(kept) : 1);
  }
  str_append(&marked, str_slice(text, at, text.length));
  return str_built(&marked);
}

static void take_marks(struct str code, size_t count, bool *out_in_code) {
  for (ptrdiff_t start; (start = str_find(code, MARK)) >= 0;) {
    int64_t place;
    code = str_slice(code, (size_t)start + sizeof MARK - 1, code.length);
    ptrdiff_t end = str_find(code, MARK_END);
    if (end >= 0 && str_to_i64(str_slice(code, 0, (size_t)end), &place) && place >= 0 && (size_t)place < count)
      out_in_code[place] = true;
  }
}

void code_places(struct arena *arena, struct str text, const size_t *places, size_t count, bool *out_in_code) {
  cmark_node *root;
  memset(out_in_code, 0, count * sizeof *out_in_code);
  if (count == 0 || count > PLACES_MAX || text.length > TEXT_BYTES_MAX || str_find(text, MARK) >= 0)
    return;
  struct result result = markdown_tree_parse(with_marks(arena, text, places, count), &root);
  if (!result_ok(&result))
    return;
  cmark_iter *iter = cmark_iter_new(root);
  while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
    cmark_node *node = cmark_iter_get_node(iter);
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK)
      take_marks(str_of(cmark_node_get_literal(node)), count, out_in_code);
  }
  cmark_iter_free(iter);
  cmark_node_free(root);
}
