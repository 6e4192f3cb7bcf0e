/* Images of Markdown to media of ADF: those at another address, and the files of the ticket. */
#include "adapter-jira/richtext/markdown.h"

static bool is_web(struct str url) {
  return str_starts_with(url, "https://") || str_starts_with(url, "http://");
}

static struct str alt_of(struct arena *arena, cmark_node *image) {
  struct str_builder alt = {.arena = arena};
  for (cmark_node *node = cmark_node_first_child(image); node; node = cmark_node_next(node)) {
    struct str text = str_of(cmark_node_get_literal(node));
    str_append(&alt, str_is_absent(text) ? STR(" ") : text);
  }
  return str_built(&alt);
}

static void set_alt(cJSON *media, struct str alt) {
  if (alt.length || adf_attr(media, "alt").length)
    adf_set_attr(media, "alt", alt);
}

static cJSON *external_media(struct str url, struct str alt) {
  cJSON *single = adf_new("mediaSingle"), *media = adf_new("media");
  adf_set_attr(single, "layout", STR("center"));
  adf_set_attr(media, "type", STR("external"));
  adf_set_attr(media, "url", url);
  set_alt(media, alt);
  adf_add(single, media);
  return single;
}

/* -- within a text -- */

void markdown_read_image(struct markdown_reader *reader, struct str url, struct str alt, const cJSON *marks,
                         cJSON *parent) {
  struct str id = foreign_media_id(reader->arena, url);
  const cJSON *file = str_is_absent(id) ? NULL : foreign_media_find(reader->seen, id, "mediaInline");
  if (file) {
    cJSON *copy = cJSON_Duplicate(file, true);
    set_alt(copy, alt);
    adf_add(parent, copy);
    return;
  }
  bool web = is_web(url);
  cJSON *more = web ? adf_with_mark(marks, "link") : NULL;
  if (web)
    adf_set_attr(more->child, "href", url);
  struct str shown = alt.length ? alt : str_is_absent(id) ? url : id;
  adf_add_text(parent, shown, web ? more : marks);
  cJSON_Delete(more);
}

/* -- paragraphs of images -- */

/* How many images the paragraph is made of; 0 when there is anything else. */
static size_t only_images(cmark_node *paragraph) {
  size_t count = 0;
  for (cmark_node *node = cmark_node_first_child(paragraph); node; node = cmark_node_next(node)) {
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE)
      count++;
    else if (type != CMARK_NODE_SOFTBREAK)
      return 0;
  }
  return count;
}

/* The files of a group that is there now, as far as they are still named. */
static bool place_group(struct markdown_reader *reader, cmark_node *paragraph, cJSON *parent) {
  cJSON *group = adf_new("mediaGroup");
  for (cmark_node *node = cmark_node_first_child(paragraph); node; node = cmark_node_next(node)) {
    struct str id = foreign_media_id(reader->arena, str_of(cmark_node_get_url(node)));
    const cJSON *known = str_is_absent(id) ? NULL : foreign_media_find(reader->seen, id, "mediaGroup");
    if (cmark_node_get_type(node) != CMARK_NODE_IMAGE)
      continue;
    if (!known) {
      cJSON_Delete(group);
      return false;
    }
    for (const cJSON *media = adf_first(known); media; media = media->next)
      if (str_equal(adf_attr(media, "id"), id)) {
        cJSON *copy = cJSON_Duplicate(media, true);
        set_alt(copy, alt_of(reader->arena, node));
        adf_add(group, copy);
        break;
      }
  }
  adf_place(parent, group);
  return true;
}

static cJSON *known_single(const cJSON *known, struct str alt) {
  cJSON *copy = cJSON_Duplicate(known, true);
  cJSON *media = (cJSON *)adf_first(copy);
  set_alt(media, alt);
  return copy;
}

static bool place_single(struct markdown_reader *reader, struct str url, struct str alt, cJSON *parent) {
  struct str id = foreign_media_id(reader->arena, url);
  const cJSON *known = str_is_absent(id) ? NULL : foreign_media_find(reader->seen, id, "mediaSingle");
  if (known)
    adf_place(parent, known_single(known, alt));
  else if (str_is_absent(id) && is_web(url))
    adf_place(parent, external_media(url, alt));
  else
    return false;
  return true;
}

bool markdown_read_files(struct markdown_reader *reader, cmark_node *paragraph, cJSON *parent) {
  size_t count = only_images(paragraph);
  cmark_node *image = cmark_node_first_child(paragraph);
  if (count == 0)
    return false;
  if (count == 1 && place_single(reader, str_of(cmark_node_get_url(image)), alt_of(reader->arena, image), parent))
    return true;
  return place_group(reader, paragraph, parent);
}

bool markdown_read_html_image(struct markdown_reader *reader, struct str html, cJSON *parent) {
  struct html_tag tag;
  if (!html_read_tag(html, &tag) || !html_tag_is(&tag, "img") || tag.length != html.length)
    return false;
  struct str alt = html_attribute(reader->arena, &tag, "alt"), src = html_attribute(reader->arena, &tag, "src");
  return !str_is_absent(src) && place_single(reader, src, str_is_absent(alt) ? STR("") : alt, parent);
}
