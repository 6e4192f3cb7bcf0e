/* What the files that read Markdown share. */
#ifndef ADAPTER_JIRA_RICHTEXT_MARKDOWN_H
#define ADAPTER_JIRA_RICHTEXT_MARKDOWN_H

#include "adapter-jira/richtext/node.h"
#include "sync/markdown_tree.h"

struct markdown_reader {
  struct arena *arena;
  struct str source;
  struct lines lines; /* of the source */
  const cJSON *seen;  /* the document that is there now, or NULL */
  int local_ids;      /* given out */
  int html_depth;     /* containers of HTML open around this */
  long steps;         /* left for looking for closing tags: bounds the work that hostile input can ask for */
};

/* markdown_read.c: the siblings from `first` up to `stop` (NULL: to the end) into `parent`. */
void markdown_read_blocks(struct markdown_reader *reader, cmark_node *first, cmark_node *stop, cJSON *parent);

/* markdown_spans.c: the inline children of `block`; those from `first` on. */
void markdown_read_inlines(struct markdown_reader *reader, cmark_node *block, cJSON *parent);
void markdown_read_inlines_from(struct markdown_reader *reader, cmark_node *first, cJSON *parent);

/* markdown_media.c: a paragraph of nothing but images becomes media of its own. False when it is none. */
bool markdown_read_files(struct markdown_reader *reader, cmark_node *paragraph, cJSON *parent);
bool markdown_read_html_image(struct markdown_reader *reader, struct str html, cJSON *parent);
/* The image of an inline <img> tag or an ![image](url) within a text. */
void markdown_read_image(struct markdown_reader *reader, struct str url, struct str alt, const cJSON *marks,
                         cJSON *parent);

/* markdown_html.c: HTML tags around Markdown (details, div data-adf, table). Returns the node that holds the closing
 * tag, or NULL when `node` opens nothing. */
cmark_node *markdown_read_container(struct markdown_reader *reader, cmark_node *node, cmark_node *stop, cJSON *parent);

/* "info" for "[!NOTE]", and back; NULL when there is none. */
const char *markdown_panel_type(struct str alert);
const char *markdown_alert(struct str panel_type);

#endif
