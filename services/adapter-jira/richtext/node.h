/* What the files of this folder share: ADF as a cJSON tree, which is also what wiki markup is read into, and what is
 * done with such trees. */
#ifndef ADAPTER_JIRA_RICHTEXT_NODE_H
#define ADAPTER_JIRA_RICHTEXT_NODE_H

#include "adapter-jira/richtext/richtext.h"

/* -- node.c: building and reading nodes; strings are copied -- */

cJSON *adf_new(const char *type);
cJSON *adf_new_doc(void);
cJSON *adf_new_text(struct str text); /* without marks; `text` is not empty */
void adf_add(cJSON *parent, cJSON *child);
void adf_set_attr(cJSON *node, const char *name, struct str value);

struct str adf_type(const cJSON *node);
bool adf_is(const cJSON *node, const char *type);
struct str adf_text(const cJSON *node);
struct str adf_attr(const cJSON *node, const char *name); /* absent unless it is a string */
const cJSON *adf_first(const cJSON *node);                /* of its content, or NULL */
bool adf_is_inline(const cJSON *node);
bool adf_is_empty_paragraph(const cJSON *node);
const cJSON *adf_mark(const cJSON *node, const char *type); /* or NULL */

/* Adds text, unless it is empty, to `parent`. Copies the marks (or NULL). */
void adf_add_text(cJSON *parent, struct str text, const cJSON *marks);

/* Makes one of neighbouring texts with the same marks. */
void adf_join_texts(cJSON *parent);

/* `marks` and one more as a new array, the new one first; at most one of a type. */
cJSON *adf_with_mark(const cJSON *marks, const char *type);

/* The node as compact JSON in the arena. */
struct str adf_print(struct arena *arena, const cJSON *node);

/* -- normal.c -- */

/* A copy that has only what Markdown can say: equal normal forms mean that a reader of Markdown sees the same. Ids,
 * widths and annotations are gone, texts with the same marks are joined, blanks at line ends and empty paragraphs
 * dropped. The caller deletes it. */
cJSON *adf_normal(const cJSON *node);

/* The normal form as text, for comparisons. Absent for what has none: an empty paragraph. */
struct str adf_fingerprint(struct arena *arena, const cJSON *node);

/* -- place.c: which block may stand where -- */

/* Adds `block`, which it takes over, to `parent`; where ADF does not allow it there, in the nearest form that it
 * allows. */
void adf_place(cJSON *parent, cJSON *block);

/* What a list item, a cell or a panel needs before it is whole: something in it. */
void adf_complete(cJSON *node);

/* -- foreign.c: nodes that Markdown has no form for -- */

/* An inline node as Markdown: a link whose target starts with "adf:" and carries the rest. */
struct str foreign_inline(struct arena *arena, const cJSON *node);

/* The node that such a link or image carries, or NULL when it is none. */
cJSON *foreign_inline_read(struct str url, struct str title, struct str text);

/* The day of a date node, "2024-05-01". */
struct str foreign_day(struct arena *arena, const cJSON *date);

/* A file in Jira: "![name](adf:media/ID)". `seen` says which files the ticket has. */
struct str foreign_media(struct arena *arena, const cJSON *media);
struct str foreign_media_id(struct arena *arena, struct str url); /* absent: no file */
const cJSON *foreign_media_find(const cJSON *seen, struct str id, const char *container);

/* A block as a fenced block with the info string "adf". */
struct str foreign_block(struct arena *arena, const cJSON *node);

/* The node of such a block, or NULL: not one, or it has files that are not in `seen`. */
cJSON *foreign_block_read(struct str json, const cJSON *seen);

/* The opening tag of a container: <div data-adf='{"type":…}'>, the node without its content. */
struct str foreign_container(struct arena *arena, const cJSON *node);
cJSON *foreign_container_read(struct str html);

/* -- html.c: the few tags of HTML that have a meaning here -- */

struct html_tag {
  struct str name; /* as written */
  bool closes;     /* </name> */
  struct str attributes;
  size_t length; /* of the whole tag */
};

/* The tag that `html` starts with. */
bool html_read_tag(struct str html, struct html_tag *out);
bool html_tag_is(const struct html_tag *tag, const char *name);
struct str html_attribute(struct arena *arena, const struct html_tag *tag, const char *name); /* unescaped */
struct str html_escape(struct arena *arena, struct str text);
struct str html_unescape(struct arena *arena, struct str text);

/* -- lines.c -- */

struct lines {
  const size_t *starts; /* offsets; one more than there are lines */
  size_t count;
};

struct lines lines_find(struct arena *arena, struct str text);

/* The text from the start of line `first` up to that of line `next` (0: to the end). Lines count from 1. */
struct str lines_between(struct str text, const struct lines *lines, int first, int next);

/* -- markdown_read.c -- */

/* What became of a text: the document, and the line that each of its blocks starts in. */
struct text_document {
  cJSON *adf;
  int *lines; /* from 1; one an ADF block, in order */
  size_t count;
  const cJSON *last; /* block counted */
  size_t capacity;
};

/* Notes `line` for every block that was added to the document since the last call (lines.c). */
void lines_note(struct arena *arena, struct text_document *document, int line);

struct result markdown_read(struct arena *arena, struct str markdown, const cJSON *seen,
                            struct text_document *out) MUST_USE;

/* -- markdown_write.c -- */

/* A block as canonical Markdown, read back and compared. `turn` as below, `seen` as in markdown_read. */
struct str markdown_write_block(struct arena *arena, const cJSON *block, bool turn, const cJSON *seen);

/* Whether `node` is a list that must not look like the list before it. */
bool markdown_list_turn(const cJSON *node, const cJSON *before, bool turn_before);

enum markdown_style {
  STYLE_PLAIN, /* what a person would write */
  STYLE_SAFE,  /* every punctuation mark escaped, tags for marks */
};

/* -- markdown_inline.c -- */

enum inline_place { IN_PARAGRAPH, IN_HEADING, IN_CELL };

struct str markdown_inlines(struct arena *arena, const cJSON *normal_parent, enum markdown_style style,
                            enum inline_place place);

/* -- keep.c -- */

/* Pairs of equal texts in order, as many as possible: `pair_of_a[i]` is the index in `b`, or -1. */
void keep_align(struct arena *arena, const struct str *a, size_t a_count, const struct str *b, size_t b_count,
                int *pair_of_a);

/* A kind of text: how it is read, how a block of it is written, and what a block says in it. */
struct keep_format {
  struct result (*read)(struct arena *arena, struct str text, const cJSON *seen, struct text_document *out) MUST_USE;
  struct str (*write)(struct arena *arena, const cJSON *block, bool turn, const cJSON *seen);
  struct str (*fingerprint)(struct arena *arena, const cJSON *block); /* absent: the block says nothing */
};

/* `document` as text, with the source of every block of `known` (absent: none) that it still has. */
struct str keep_source(struct arena *arena, const struct keep_format *format, const cJSON *document, struct str known);

/* Puts the nodes of `seen` in place of the blocks of `document` that say the same. */
void keep_nodes(struct arena *arena, cJSON *document, const cJSON *seen);

/* -- wiki_read.c, wiki_inline.c, wiki_write.c -- */

/* Every text is some document; the result is that of adf_check(). `seen` is of no use here. */
struct result wiki_read(struct arena *arena, struct str wiki, const cJSON *seen, struct text_document *out) MUST_USE;

struct str wiki_write_block(struct arena *arena, const cJSON *block, bool turn, const cJSON *seen);

#endif
