/* Parsing, one text at a time. */
#include "sync/markdown_tree.h"

#include <pthread.h>

/* cmark-gfm changes global tables while it parses with extensions: one parser at a time in a process. */
static pthread_mutex_t parsing = PTHREAD_MUTEX_INITIALIZER;

struct result markdown_tree_parse(struct str markdown, cmark_node **out) {
  static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};
  TRY(markdown_tree_check_bounds(markdown));
  pthread_mutex_lock(&parsing);
  cmark_gfm_core_extensions_ensure_registered();
  cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
  for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
  cmark_parser_feed(parser, markdown.at, markdown.length);
  *out = cmark_parser_finish(parser);
  cmark_parser_free(parser);
  pthread_mutex_unlock(&parsing);
  return RESULT_DONE;
}
