/* The normal form: what of an ADF node a reader of Markdown sees. */
#include <stdio.h>

#include "adapter-jira/richtext/node.h"
#include "base/clock.h"

/* -- attributes and marks that Markdown can say -- */

/* Node or mark type -> the attributes that count. Of types that are not here all do: they are carried as they are. */
static const struct {
  const char *type, *attrs;
} meaning[] = {
    {"paragraph", " "},
    {"blockquote", " "},
    {"bulletList", " "},
    {"listItem", " "},
    {"tableRow", " "},
    {"rule", " "},
    {"heading", " level "},
    {"codeBlock", " language "},
    {"orderedList", " order "},
    {"panel", " panelType panelIcon panelIconText panelColor "},
    {"expand", " title "},
    {"nestedExpand", " title "},
    {"taskList", " "},
    {"taskItem", " state "},
    {"table", " "},
    {"tableHeader", " colspan rowspan "},
    {"tableCell", " colspan rowspan "},
    {"mediaSingle", " "},
    {"media", " type id url alt "},
    {"mediaInline", " type id alt "},
    {"status", " text color "},
    {"mention", " id text "},
    {"emoji", " shortName id text "},
    {"inlineCard", " url data "},
    {"link", " href title "},
    {"hardBreak", " "},
};

static const char *meaningful(const cJSON *node) {
  for (size_t i = 0; i < sizeof meaning / sizeof meaning[0]; i++)
    if (adf_is(node, meaning[i].type))
      return meaning[i].attrs;
  return NULL;
}

static bool counts(const char *names, const cJSON *attr) {
  char padded[64];
  if (!names)
    return true;
  snprintf(padded, sizeof padded, " %s ", attr->string);
  return strstr(names, padded) != NULL;
}

/* The value that ADF takes when nothing is said. */
static bool is_default(const cJSON *attr) {
  static const char *const ones[] = {"order", "colspan", "rowspan"};
  static const char *const empties[] = {"title", "alt", "language"};
  for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
    if (strcmp(attr->string, ones[i]) == 0)
      return cJSON_IsNumber(attr) && attr->valuedouble == 1;
  for (size_t i = 0; i < sizeof empties / sizeof empties[0]; i++)
    if (strcmp(attr->string, empties[i]) == 0)
      return cJSON_IsString(attr) && attr->valuestring[0] == '\0';
  return cJSON_IsNull(attr);
}

static void copy_attrs(cJSON *to, const cJSON *from) {
  const char *names = meaningful(from);
  const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(from, "attrs"), *attr;
  cJSON *kept = cJSON_CreateObject();
  cJSON_ArrayForEach(attr, attrs) {
    if (counts(names, attr) && !is_default(attr))
      cJSON_AddItemToObject(kept, attr->string, cJSON_Duplicate(attr, true));
  }
  if (kept->child)
    cJSON_AddItemToObject(to, "attrs", kept);
  else
    cJSON_Delete(kept);
}

/* The marks of a text in one order; with code only a link remains, as ADF has it. */
static cJSON *normal_marks(const cJSON *node) {
  static const char *const order[] = {"link",      "strong", "em",        "strike",
                                      "underline", "subsup", "textColor", "backgroundColor"};
  cJSON *marks = cJSON_CreateArray();
  bool code = adf_mark(node, "code") != NULL;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    const cJSON *mark = adf_mark(node, order[i]);
    if (!mark || (code && i > 0))
      continue;
    cJSON *copy = adf_new(order[i]);
    copy_attrs(copy, mark);
    cJSON_AddItemToArray(marks, copy);
  }
  if (code)
    cJSON_AddItemToArray(marks, adf_new("code"));
  return marks;
}

/* -- inline content -- */

/* A stretch of blanks or of anything else, or a node that is no text. */
struct piece {
  const cJSON *node;
  struct str text;
  cJSON *marks;
  bool blank;
  const struct piece *before, *after; /* the next ones that are not blank, or NULL */
};

struct pieces {
  struct arena arena;
  struct piece *at;
  size_t count, capacity;
};

static void push_piece(struct pieces *pieces, struct piece piece) {
  if (pieces->count == pieces->capacity) {
    size_t capacity = pieces->capacity ? pieces->capacity * 2 : 16;
    struct piece *at = ARENA_ARRAY(&pieces->arena, struct piece, capacity);
    if (pieces->count)
      memcpy(at, pieces->at, pieces->count * sizeof *at);
    pieces->at = at;
    pieces->capacity = capacity;
  }
  pieces->at[pieces->count++] = piece;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str with_spaces(struct arena *arena, struct str text) {
  char *at = str_c(arena, text);
  for (size_t i = 0; i < text.length; i++)
    if (at[i] == '\n' || at[i] == '\r')
      at[i] = ' ';
  return (struct str){at, text.length};
}

/* The blanks at both ends of a text are pieces of their own: which marks they carry is nothing that anyone sees. */
static void cut_text(struct pieces *pieces, const cJSON *node) {
  struct str text = with_spaces(&pieces->arena, adf_text(node));
  cJSON *marks = normal_marks(node);
  size_t start = 0, end = text.length;
  bool code = adf_mark(node, "code") != NULL;
  while (!code && start < end && is_blank(text.at[start]))
    start++;
  while (!code && end > start && is_blank(text.at[end - 1]))
    end--;
  if (start > 0)
    push_piece(pieces, (struct piece){.text = str_slice(text, 0, start), .blank = true});
  if (end > start)
    push_piece(pieces, (struct piece){.text = str_slice(text, start, end), .marks = marks});
  else
    cJSON_Delete(marks);
  if (end > start && end < text.length)
    push_piece(pieces, (struct piece){.text = str_slice(text, end, text.length), .blank = true});
}

static cJSON *common_marks(const cJSON *a, const cJSON *b) {
  cJSON *common = cJSON_CreateArray();
  const cJSON *mark, *other;
  cJSON_ArrayForEach(mark, a) {
    cJSON_ArrayForEach(other, b) {
      if (!adf_is(mark, "code") && cJSON_Compare(mark, other, true))
        cJSON_AddItemToArray(common, cJSON_Duplicate(mark, true));
    }
  }
  return common;
}

/* Tells each piece its neighbours that are not blank. */
static void find_neighbours(struct pieces *pieces) {
  const struct piece *solid = NULL;
  for (size_t i = 0; i < pieces->count; i++) {
    pieces->at[i].before = solid;
    solid = pieces->at[i].blank ? solid : &pieces->at[i];
  }
  solid = NULL;
  for (size_t i = pieces->count; i-- > 0;) {
    pieces->at[i].after = solid;
    solid = pieces->at[i].blank ? solid : &pieces->at[i];
  }
}

static bool ends_line(const struct piece *piece) {
  return !piece || adf_is(piece->node, "hardBreak");
}

static cJSON *normal_node(const cJSON *node);

static void add_piece(cJSON *to, const struct piece *piece) {
  const struct piece *before = piece->before, *after = piece->after;
  if (piece->node) {
    adf_add(to, normal_node(piece->node));
  } else if (!piece->blank) {
    adf_add_text(to, piece->text, piece->marks);
  } else {
    if (ends_line(before) || ends_line(after))
      return;
    cJSON *marks = common_marks(before->marks, after->marks);
    adf_add_text(to, piece->text, marks);
    cJSON_Delete(marks);
  }
}

static bool is_prefixed(struct str href, const char *prefix, struct str text) {
  size_t length = strlen(prefix);
  return str_starts_with(href, prefix) && str_equal(str_slice(href, length, href.length), text);
}

/* A link whose text is its own address is what a bare address becomes by itself. */
static void drop_autolink(cJSON *text) {
  cJSON *marks = cJSON_GetObjectItemCaseSensitive(text, "marks");
  const cJSON *link = adf_mark(text, "link");
  struct str href = link ? adf_attr(link, "href") : (struct str){0}, shown = adf_text(text);
  if (!link || !str_is_absent(adf_attr(link, "title")))
    return;
  if (!str_equal(href, shown) && !is_prefixed(href, "mailto:", shown) && !is_prefixed(href, "http://", shown))
    return;
  cJSON_Delete(cJSON_DetachItemViaPointer(marks, (cJSON *)link));
  if (!marks->child)
    cJSON_DeleteItemFromObjectCaseSensitive(text, "marks");
}

static void normal_inlines(cJSON *to, const cJSON *from) {
  struct pieces pieces = {0};
  cJSON *item;
  for (const cJSON *node = adf_first(from); node; node = node->next) {
    if (adf_is(node, "text"))
      cut_text(&pieces, node);
    else
      push_piece(&pieces, (struct piece){.node = node});
  }
  find_neighbours(&pieces);
  for (size_t i = 0; i < pieces.count; i++)
    add_piece(to, &pieces.at[i]);
  adf_join_texts(to);
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(to, "content")) {
    drop_autolink(item);
  }
  adf_join_texts(to);
  for (size_t i = 0; i < pieces.count; i++)
    cJSON_Delete(pieces.at[i].marks);
  arena_free(&pieces.arena);
}

/* -- single nodes -- */

/* The day counts, not the moment. */
static void normal_date(cJSON *to, const cJSON *from) {
  int64_t moment_ms = 0, day_ms = 24 * 60 * 60 * 1000;
  char text[32];
  str_to_i64(adf_attr(from, "timestamp"), &moment_ms);
  moment_ms -= ((moment_ms % day_ms) + day_ms) % day_ms;
  snprintf(text, sizeof text, "%lld", (long long)moment_ms);
  adf_set_attr(to, "timestamp", str_of(text));
}

static void normal_mention(cJSON *to) {
  struct arena scratch = {0};
  if (adf_attr(to, "text").length == 0)
    adf_set_attr(to, "text", str_format(&scratch, "@%.*s", STR_FMT(adf_attr(to, "id"))));
  arena_free(&scratch);
}

static bool holds_inlines(const cJSON *node) {
  static const char *const types[] = {"paragraph", "heading", "taskItem", "decisionItem", "caption"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (adf_is(node, types[i]))
      return true;
  return false;
}

static void normal_code(cJSON *to, const cJSON *from) {
  struct arena scratch = {0};
  struct str_builder text = {.arena = &scratch};
  for (const cJSON *node = adf_first(from); node; node = node->next)
    str_append(&text, adf_is(node, "hardBreak") ? STR("\n") : adf_text(node));
  adf_add_text(to, str_built(&text), NULL);
  arena_free(&scratch);
}

static void normal_blocks(cJSON *to, const cJSON *from) {
  for (const cJSON *node = adf_first(from); node; node = node->next) {
    cJSON *normal = normal_node(node);
    if (adf_is_empty_paragraph(normal))
      cJSON_Delete(normal);
    else
      adf_add(to, normal);
  }
}

static cJSON *normal_node(const cJSON *node) {
  struct arena scratch = {0};
  cJSON *normal = adf_new(str_c(&scratch, adf_type(node)));
  arena_free(&scratch);
  if (adf_is(node, "date"))
    normal_date(normal, node);
  else
    copy_attrs(normal, node);
  if (adf_is(node, "mention"))
    normal_mention(normal);
  if (adf_is(node, "text"))
    adf_set_attr(normal, "text", adf_text(node)); /* a stray text where blocks belong */
  else if (adf_is(node, "codeBlock"))
    normal_code(normal, node);
  else if (holds_inlines(node))
    normal_inlines(normal, node);
  else
    normal_blocks(normal, node);
  return normal;
}

cJSON *adf_normal(const cJSON *node) {
  return normal_node(node);
}

struct str adf_fingerprint(struct arena *arena, const cJSON *node) {
  cJSON *normal = normal_node(node);
  struct str text = adf_is_empty_paragraph(normal) ? (struct str){0} : adf_print(arena, normal);
  cJSON_Delete(normal);
  return text;
}
