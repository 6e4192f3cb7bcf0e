/* Rich text of Jira, in both directions, with and without what was there before. */
#include "adapter-jira/richtext/node.h"
#include "growth.h"

struct pair {
  struct str text, other;
  cJSON *adf;
};

static void markdown_to_adf(struct arena *arena, const void *prepared) {
  cJSON *adf = NULL;
  growth_ignore(adf_from_markdown(arena, *(const struct str *)prepared, NULL, &adf));
  cJSON_Delete(adf);
}

static void markdown_to_wiki(struct arena *arena, const void *prepared) {
  struct str out;
  growth_ignore(wiki_from_markdown(arena, *(const struct str *)prepared, (struct str){0}, &out));
}

static void wiki_to(struct arena *arena, const void *prepared) {
  struct str out;
  growth_ignore(wiki_to_markdown(arena, *(const struct str *)prepared, (struct str){0}, &out));
}

static void *as_pair(struct arena *arena, struct str text) {
  struct pair *pair = ARENA_NEW(arena, struct pair);
  pair->text = text;
  pair->other = str_format(arena, "%.*s\n\nx", STR_FMT(text));
  return pair;
}

static void markdown_to_wiki_seen(struct arena *arena, const void *prepared) {
  const struct pair *pair = prepared;
  struct str out;
  growth_ignore(wiki_from_markdown(arena, pair->text, pair->other, &out));
}

static void wiki_to_known(struct arena *arena, const void *prepared) {
  const struct pair *pair = prepared;
  struct str out;
  growth_ignore(wiki_to_markdown(arena, pair->text, pair->other, &out));
}

/* -- documents -- */

static void end_paragraph(cJSON *doc, cJSON **paragraph) {
  adf_add(doc, *paragraph);
  *paragraph = adf_new("paragraph");
}

static void *one_text(struct arena *arena, struct str text) {
  struct pair *pair = as_pair(arena, text);
  cJSON *paragraph = adf_new("paragraph");
  pair->adf = adf_new_doc();
  adf_add_text(paragraph, text, NULL);
  adf_add(pair->adf, paragraph);
  return pair;
}

static void *many_paragraphs(struct arena *arena, struct str text) {
  struct pair *pair = as_pair(arena, text);
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  cJSON *paragraph = adf_new("paragraph");
  pair->adf = adf_new_doc();
  for (size_t i = 0; i < count && i < RICHTEXT_NODES_MAX / 2 - 2; i++) {
    adf_add_text(paragraph, lines[i], NULL);
    end_paragraph(pair->adf, &paragraph);
  }
  cJSON_Delete(paragraph);
  return pair;
}

/* Lines as texts of one paragraph, their marks by turns, a break behind some. */
static void *many_texts(struct arena *arena, struct str text) {
  static const char *const marks[] = {"strong", "em", "strike", "underline", "link"};
  struct pair *pair = as_pair(arena, text);
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  cJSON *paragraph = adf_new("paragraph");
  pair->adf = adf_new_doc();
  for (size_t i = 0; i < count && i < RICHTEXT_NODES_MAX / 3; i++) {
    cJSON *node = adf_new_text(lines[i]), *list = cJSON_AddArrayToObject(node, "marks");
    for (size_t k = 0; k < 5; k++)
      if (i * 2654435761u >> (8 + k) & 1) {
        cJSON *mark = adf_new(marks[k]);
        if (k == 4)
          adf_set_attr(mark, "href", i & 64 ? STR("https://a.org") : STR("https://b.org"));
        cJSON_AddItemToArray(list, mark);
      }
    adf_add(paragraph, node);
    if (i % 3 == 0) {
      adf_add(paragraph, adf_new("hardBreak"));
      adf_add(paragraph, adf_new("hardBreak"));
    }
  }
  adf_add(pair->adf, paragraph);
  return pair;
}

/* One mark over everything, two breaks between any two texts. */
static void *broken_texts(struct arena *arena, struct str text) {
  struct pair *pair = as_pair(arena, text);
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  cJSON *paragraph = adf_new("paragraph"), *marks = adf_with_mark(NULL, "em");
  pair->adf = adf_new_doc();
  for (size_t i = 0; i < count && i < RICHTEXT_NODES_MAX / 4; i++) {
    adf_add_text(paragraph, lines[i], marks);
    adf_add(paragraph, adf_new("hardBreak"));
    adf_add(paragraph, adf_new("hardBreak"));
  }
  cJSON_Delete(marks);
  adf_add(pair->adf, paragraph);
  return pair;
}

/* Texts of blanks alone. */
static void *blank_texts(struct arena *arena, struct str text) {
  struct pair *pair = as_pair(arena, text);
  cJSON *paragraph = adf_new("paragraph");
  pair->adf = adf_new_doc();
  adf_add_text(paragraph, STR("a"), NULL);
  for (size_t i = 0; i < text.length / 16 && i < RICHTEXT_NODES_MAX - 10; i++)
    adf_add_text(paragraph, STR(" "), NULL);
  adf_add_text(paragraph, STR("a"), NULL);
  adf_add(pair->adf, paragraph);
  return pair;
}

/* One node with a member for every line, another with a mark for every line. */
static void *many_attrs(struct arena *arena, struct str text) {
  struct pair *pair = as_pair(arena, text);
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  cJSON *paragraph = adf_new("paragraph"), *node = adf_new("status"), *last = adf_new_text(STR("a"));
  cJSON *attrs = cJSON_AddObjectToObject(node, "attrs"), *marks = cJSON_AddArrayToObject(last, "marks");
  pair->adf = adf_new_doc();
  for (size_t i = 0; i < count; i++) {
    cJSON_AddItemToObject(attrs, str_c(arena, lines[i]), cJSON_CreateNumber(1));
    cJSON_AddItemToArray(marks, adf_new("strong"));
  }
  adf_add(paragraph, node);
  adf_add(paragraph, last);
  adf_add(pair->adf, paragraph);
  return pair;
}

/* Every line a file, and all of them named in Markdown. */
static void *many_files(struct arena *arena, struct str text) {
  struct pair *pair = ARENA_NEW(arena, struct pair);
  struct str_builder markdown = {.arena = arena};
  size_t count = text.length / 64;
  pair->adf = adf_new_doc();
  for (size_t i = 0; i < count && i < RICHTEXT_NODES_MAX / 2 - 2; i++) {
    cJSON *single = adf_new("mediaSingle"), *media = adf_new("media");
    adf_set_attr(media, "type", STR("file"));
    adf_set_attr(media, "id", str_format(arena, "file-%zu", i));
    adf_add(single, media);
    adf_add(pair->adf, single);
    str_append_format(&markdown, "![x](adf:media/file-%zu)\n\n", count - i);
  }
  pair->text = pair->other = str_built(&markdown);
  return pair;
}

static void adf_to(struct arena *arena, const void *prepared) {
  struct str out;
  growth_ignore(adf_to_markdown(arena, ((const struct pair *)prepared)->adf, (struct str){0}, &out));
}

static void adf_to_known(struct arena *arena, const void *prepared) {
  const struct pair *pair = prepared;
  struct str out;
  growth_ignore(adf_to_markdown(arena, pair->adf, pair->other, &out));
}

static void markdown_to_adf_seen(struct arena *arena, const void *prepared) {
  const struct pair *pair = prepared;
  cJSON *out = NULL;
  growth_ignore(adf_from_markdown(arena, pair->text, pair->adf, &out));
  cJSON_Delete(out);
}

const struct growth_subject growth_subjects[] = {
    {"markdown_to_adf", MIB, NULL, markdown_to_adf},
    {"markdown_to_wiki", MIB, NULL, markdown_to_wiki},
    {"wiki_to_markdown", MIB, NULL, wiki_to},
    {"markdown_to_wiki_seen", MIB, as_pair, markdown_to_wiki_seen},
    {"wiki_to_markdown_known", MIB, as_pair, wiki_to_known},
    {"adf_to_markdown", MIB, one_text, adf_to},
    {"adf_to_markdown_paragraphs", MIB, many_paragraphs, adf_to},
    {"adf_to_markdown_marks", MIB, many_texts, adf_to},
    {"adf_to_markdown_breaks", MIB, broken_texts, adf_to},
    {"adf_to_markdown_blanks", MIB, blank_texts, adf_to},
    {"adf_to_markdown_attrs", MIB, many_attrs, adf_to},
    {"adf_to_markdown_known", MIB, many_paragraphs, adf_to_known},
    {"markdown_to_adf_seen", MIB, many_paragraphs, markdown_to_adf_seen},
    {"markdown_to_adf_files", MIB, many_files, markdown_to_adf_seen},
    {0},
};
