/* What the files that write inline Markdown share. */
#ifndef ADAPTER_JIRA_RICHTEXT_MARKDOWN_OUT_H
#define ADAPTER_JIRA_RICHTEXT_MARKDOWN_OUT_H

#include "adapter-jira/richtext/node.h"

struct markdown_out {
  struct str_builder text;
  enum markdown_style style;
  enum inline_place place;
  char last;       /* of the text before, a blank at the start of a line */
  bool line_start; /* what comes next starts a line */
  bool in_link;
};

/* markdown_text.c */
void markdown_out_text(struct markdown_out *out, struct str text);
void markdown_out_code(struct markdown_out *out, struct str code);
void markdown_out_target(struct markdown_out *out, struct str url, struct str title); /* "](url "title")" */

#endif
