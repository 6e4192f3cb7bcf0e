/* What the files about wiki markup share. */
#ifndef ADAPTER_JIRA_RICHTEXT_WIKI_H
#define ADAPTER_JIRA_RICHTEXT_WIKI_H

#include "adapter-jira/richtext/node.h"

struct wiki_reader {
  struct arena *arena;
  long steps; /* left for looking for ends: bounds the work that hostile input can ask for */
  int depth;  /* marks open around this */
};

/* wiki_inline.c: text with its line ends into a block of inline content. */
void wiki_read_inlines(struct wiki_reader *reader, struct str text, cJSON *parent);

/* "!https://…!" and nothing else becomes media of its own. */
bool wiki_read_single_image(struct str text, cJSON *parent);

#endif
