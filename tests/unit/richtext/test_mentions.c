/* What leaves calls nobody where GitHub reads it: by its own parser, cmark-gfm, not by the one that decided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ctype.h>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "property.h"
#include "sync/canon.h"
#include "sync/sanitise.h"

static const struct sanitise_rules rules = {.own_url = {"https://jira.corp/", 18}};

static cmark_node *read(struct str markdown) {
  static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};
  cmark_gfm_core_extensions_ensure_registered();
  cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
  for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
  cmark_parser_feed(parser, markdown.at, markdown.length);
  cmark_node *root = cmark_parser_finish(parser);
  cmark_parser_free(parser);
  cmark_consolidate_text_nodes(root);
  return root;
}

/* As GitHub finds mentions: behind anything but a letter, a digit or an underscore. */
static bool calls(struct str text) {
  ptrdiff_t found;
  for (size_t at = 0; (found = str_find(str_slice(text, at, text.length), "@ann")) >= 0; at++) {
    at += (size_t)found;
    bool inside_word = at && (isalnum((unsigned char)text.at[at - 1]) || text.at[at - 1] == '_');
    if (!inside_word)
      return true;
  }
  return false;
}

static bool is_in_link(cmark_node *node) {
  for (; node; node = cmark_node_parent(node))
    if (cmark_node_get_type(node) == CMARK_NODE_LINK)
      return true;
  return false;
}

static bool anything_calls(cmark_node *root) {
  bool found = false;
  cmark_iter *iter = cmark_iter_new(root);
  for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
    cmark_node *node = cmark_iter_get_node(iter);
    if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_TEXT && !is_in_link(node))
      found |= calls(str_of(cmark_node_get_literal(node)));
  }
  cmark_iter_free(iter);
  return found;
}

static struct str draw_text(struct property_case *c) {
  static const char *const words[] = {"@ann",
                                      " @ann ",
                                      "`",
                                      "`` ",
                                      " `",
                                      "```\n",
                                      "\n```\n",
                                      "~~~\n",
                                      "\n",
                                      "\n\n",
                                      "> ",
                                      "- ",
                                      "1. ",
                                      "# ",
                                      "    ",
                                      "   ",
                                      "\n> ",
                                      "\n- ",
                                      "\n    ",
                                      "| ",
                                      " | ",
                                      "\n|---|---|\n",
                                      "\n---|---\n",
                                      "\n---\n",
                                      "<b c=\"",
                                      "\">",
                                      "<div>\n",
                                      "</div>",
                                      "<!--",
                                      "-->",
                                      "\\",
                                      "*",
                                      "_",
                                      "~~",
                                      "[",
                                      "](x)",
                                      "https://example.org/",
                                      "www.example.org/",
                                      "x",
                                      "&amp;",
                                      "<https://example.org/",
                                      ">",
                                      "/",
                                      "."};
  struct str_builder text = {.arena = c->arena};
  for (uint32_t left = property_draw(c, 16); left; left--)
    str_append(&text, property_word(c, words, sizeof words / sizeof words[0]));
  return str_built(&text);
}

/* An address is left whole, and is a link; but cmark-gfm 0.29 makes none behind a bracket (GitHub's own does). */
static bool has_no_link(struct str text) {
  return str_find(text, "[") >= 0 && (str_find(text, "://") >= 0 || str_find(text, "www.") >= 0);
}

static bool nobody_is_called(struct property_case *c) {
  struct str text = canon_clean_text(c->arena, CONTENT_TEXT, draw_text(c));
  if (has_no_link(text))
    return true;
  struct str sent = sanitise_out(c->arena, CONTENT_TEXT, text, (struct str){0}, &rules);
  property_note(c, "text <%.*s> sent <%.*s>", STR_FMT(text), STR_FMT(sent));
  cmark_node *root = read(sent);
  bool called = anything_calls(root);
  cmark_node_free(root);
  return !called;
}

static void mentions_that_leave_call_nobody(void **state) {
  (void)state;
  property_check("mentions_that_leave_call_nobody", PROPERTY_CASES, nobody_is_called);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mentions_that_leave_call_nobody),
  };
  return cmocka_run_group_tests_name("mentions", tests, NULL, NULL);
}
