/* What was not touched stays as it was: blocks of two documents are paired by what they say, and of each pair one side
 * is taken as it is. */
#include "adapter-jira/richtext/node.h"

enum { TABLE_MAX = 4 * 1000 * 1000 };

/* -- pairing -- */

/* Longest common subsequence: lengths[i][j] is that of what follows i in `a` and j in `b`. */
static void align_middle(struct arena *arena, const struct str *a, size_t a_count, const struct str *b, size_t b_count,
                         int offset, int *pairs) {
  size_t width = b_count + 1;
  uint16_t *lengths = ARENA_ARRAY(arena, uint16_t, (a_count + 1) * width);
  for (size_t i = a_count; i-- > 0;)
    for (size_t j = b_count; j-- > 0;) {
      uint16_t down = lengths[(i + 1) * width + j], right = lengths[i * width + j + 1];
      lengths[i * width + j] = str_equal(a[i], b[j]) ? (uint16_t)(lengths[(i + 1) * width + j + 1] + 1)
                               : down > right        ? down
                                                     : right;
    }
  for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
    if (str_equal(a[i], b[j]))
      pairs[i++] = (int)j++ + offset;
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])
      i++;
    else
      j++;
  }
}

void keep_align(struct arena *arena, const struct str *a, size_t a_count, const struct str *b, size_t b_count,
                int *pairs) {
  size_t start = 0;
  for (size_t i = 0; i < a_count; i++)
    pairs[i] = -1;
  for (; start < a_count && start < b_count && str_equal(a[start], b[start]); start++)
    pairs[start] = (int)start;
  while (a_count > start && b_count > start && str_equal(a[a_count - 1], b[b_count - 1])) {
    a_count--;
    b_count--;
    pairs[a_count] = (int)b_count;
  }
  if ((a_count - start + 1) * (b_count - start + 1) <= TABLE_MAX)
    align_middle(arena, a + start, a_count - start, b + start, b_count - start, (int)start, pairs + start);
}

/* -- nodes of Jira -- */

/* The blocks of a document that say something, and what. */
struct blocks {
  const cJSON **at;
  struct str *prints;
  size_t count;
};

static struct blocks list_blocks(struct arena *arena, const cJSON *document,
                                 struct str (*fingerprint)(struct arena *arena, const cJSON *block)) {
  size_t all = (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(document, "content"));
  struct blocks blocks = {ARENA_ARRAY(arena, const cJSON *, all + 1), ARENA_ARRAY(arena, struct str, all + 1), 0};
  for (const cJSON *block = adf_first(document); block; block = block->next) {
    struct str print = fingerprint(arena, block);
    if (str_is_absent(print))
      continue;
    blocks.at[blocks.count] = block;
    blocks.prints[blocks.count++] = print;
  }
  return blocks;
}

/* Copies `block` and what follows it up to `stop` (NULL: to the end). */
static void copy_up_to(cJSON *content, const cJSON *block, const cJSON *stop) {
  for (; block && block != stop; block = block->next)
    cJSON_AddItemToArray(content, cJSON_Duplicate(block, true));
}

/* Empty paragraphs between blocks that stay together stay, too. */
void keep_nodes(struct arena *arena, cJSON *document, const cJSON *seen) {
  struct blocks mine = list_blocks(arena, document, adf_fingerprint);
  struct blocks theirs = list_blocks(arena, seen, adf_fingerprint);
  int *pairs = ARENA_ARRAY(arena, int, mine.count + 1);
  keep_align(arena, mine.prints, mine.count, theirs.prints, theirs.count, pairs);
  cJSON *content = cJSON_CreateArray();
  if (mine.count ? pairs[0] == 0 : theirs.count == 0)
    copy_up_to(content, adf_first(seen), theirs.at[0]);
  for (size_t i = 0; i < mine.count; i++) {
    const cJSON *block = pairs[i] < 0 ? mine.at[i] : theirs.at[pairs[i]];
    bool last = i + 1 == mine.count && pairs[i] + 1 == (int)theirs.count;
    bool together = pairs[i] >= 0 && (last || (i + 1 < mine.count && pairs[i + 1] == pairs[i] + 1));
    copy_up_to(content, block, together ? theirs.at[pairs[i] + 1] : block->next);
  }
  cJSON_ReplaceItemInObjectCaseSensitive(document, "content", content);
}

/* -- sources -- */

/* A piece of the known text: everything from one block's first line to the next block's. */
struct segment {
  size_t first, count; /* its blocks */
  struct str source;
};

static struct segment *cut(struct arena *arena, struct str known, const struct text_document *document, size_t *count) {
  struct segment *segments = ARENA_ARRAY(arena, struct segment, document->count + 1);
  struct lines lines = lines_find(arena, known);
  *count = 0;
  for (size_t i = 0; i < document->count;) {
    size_t end = i + 1;
    while (end < document->count && document->lines[end] == document->lines[i])
      end++;
    int next = end < document->count ? document->lines[end] : 0;
    int first = i ? document->lines[i] : 1;
    segments[(*count)++] = (struct segment){i, end - i, lines_between(known, &lines, first, next)};
    i = end;
  }
  return segments;
}

static size_t without_newlines(struct str text) {
  while (text.length && (text.at[text.length - 1] == '\n' || text.at[text.length - 1] == '\r'))
    text.length--;
  return text.length;
}

struct keeping {
  struct arena *arena;
  const struct keep_format *format;
  const cJSON *document; /* to write */
  struct blocks blocks;
  const struct segment *segment_of; /* per block: the segment that starts with it; count 0 = none */
  struct str definitions;
};

static const struct segment *segments_by_block(struct arena *arena, const struct segment *segments, size_t count,
                                               const int *pairs, size_t blocks) {
  struct segment *by_block = ARENA_ARRAY(arena, struct segment, blocks + 1);
  for (size_t i = 0; i < count; i++) {
    int at = pairs[segments[i].first];
    bool whole = at >= 0;
    for (size_t k = 1; whole && k < segments[i].count; k++)
      whole = pairs[segments[i].first + k] == at + (int)k;
    if (whole)
      by_block[at] = segments[i];
  }
  return by_block;
}

/* What stood between two neighbours stays; so does a blank line, as it was written. */
static void part(struct str_builder *out, const struct segment *before, const struct segment *next) {
  struct str gap = STR("");
  if (before)
    gap = str_slice(before->source, without_newlines(before->source), before->source.length);
  bool neighbours = before && next->count && before->first + before->count == next->first;
  bool blank_line = str_find(gap, "\n\n") >= 0 || str_find(gap, "\n\r\n") >= 0;
  str_append(out, neighbours || blank_line ? gap : STR("\n\n"));
}

static struct str assemble(const struct keeping *k) {
  struct str_builder out = {.arena = k->arena};
  const struct segment *before = NULL;
  bool turn = false;
  for (size_t i = 0; i < k->blocks.count;) {
    const struct segment *segment = &k->segment_of[i];
    bool kept = segment->count > 0;
    turn = markdown_list_turn(k->blocks.at[i], i ? k->blocks.at[i - 1] : NULL, turn);
    if (i > 0)
      part(&out, before, segment);
    if (kept)
      str_append(&out, str_slice(segment->source, 0, without_newlines(segment->source)));
    else
      str_append(&out, k->format->write(k->arena, k->blocks.at[i], turn, k->document));
    before = kept ? segment : NULL;
    i += kept ? segment->count : 1;
  }
  str_append(&out, k->definitions);
  return str_built(&out);
}

/* -- link definitions: they stand in one block's piece and serve all -- */

static bool is_definition(struct str line) {
  struct str text = str_trim(line);
  return str_starts_with(text, "[") && str_find(text, "]:") > 0;
}

static struct str dropped_definitions(struct arena *arena, const struct segment *segments, size_t segment_count,
                                      const struct segment *by_block, size_t count) {
  struct str_builder out = {.arena = arena};
  size_t blocks = segment_count ? segments[segment_count - 1].first + 1 : 0;
  bool *kept = ARENA_ARRAY(arena, bool, blocks); /* by the first block of a segment */
  for (size_t i = 0; i < count; i++)
    if (by_block[i].count)
      kept[by_block[i].first] = true;
  for (size_t i = 0; i < segment_count; i++) {
    struct str rest = segments[i].source;
    if (str_find(rest, "]:") < 0 || kept[segments[i].first])
      continue;
    while (rest.length) {
      ptrdiff_t end = str_find(rest, "\n");
      struct str line = str_slice(rest, 0, end < 0 ? rest.length : (size_t)end);
      if (is_definition(line))
        str_append_format(&out, "%s%.*s", out.length ? "\n" : "\n\n", STR_FMT(line));
      rest = str_slice(rest, line.length + (end >= 0), rest.length);
    }
  }
  return str_built(&out);
}

/* -- all of it -- */

static bool same_prints(const struct blocks *a, const struct blocks *b) {
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++)
    same = str_equal(a->prints[i], b->prints[i]);
  return same;
}

static bool says_the_same(const struct keeping *k, struct str text) {
  struct text_document read = {0};
  struct result result = k->format->read(k->arena, text, k->document, &read);
  if (result.code != RESULT_OK)
    return false;
  struct blocks blocks = list_blocks(k->arena, read.adf, k->format->fingerprint);
  bool same = same_prints(&blocks, &k->blocks);
  cJSON_Delete(read.adf);
  return same;
}

/* Per block of the known document, also of those that say nothing. */
static struct str *prints_of(const struct keeping *k, const struct text_document *old) {
  struct str *prints = ARENA_ARRAY(k->arena, struct str, old->count + 1);
  size_t i = 0;
  for (const cJSON *block = adf_first(old->adf); block; block = block->next)
    prints[i++] = k->format->fingerprint(k->arena, block);
  return prints;
}

static void find_segments(struct keeping *k, const struct text_document *old, struct str known) {
  size_t count;
  struct segment *segments = cut(k->arena, known, old, &count);
  int *pairs = ARENA_ARRAY(k->arena, int, old->count + 1);
  keep_align(k->arena, prints_of(k, old), old->count, k->blocks.prints, k->blocks.count, pairs);
  k->segment_of = segments_by_block(k->arena, segments, count, pairs, k->blocks.count);
  k->definitions = dropped_definitions(k->arena, segments, count, k->segment_of, k->blocks.count);
}

struct str keep_source(struct arena *arena, const struct keep_format *format, const cJSON *document, struct str known) {
  struct keeping keeping = {.arena = arena, .format = format, .document = document};
  keeping.blocks = list_blocks(arena, document, format->fingerprint);
  keeping.segment_of = ARENA_ARRAY(arena, struct segment, keeping.blocks.count + 1); /* none: all is written anew */
  struct str plain = assemble(&keeping);
  if (str_is_absent(known))
    return plain;
  if (says_the_same(&keeping, known))
    return known;
  struct text_document old = {0};
  struct result result = format->read(arena, known, document, &old);
  if (result.code != RESULT_OK)
    return plain;
  find_segments(&keeping, &old, known);
  cJSON_Delete(old.adf);
  struct str text = assemble(&keeping);
  return says_the_same(&keeping, text) ? text : plain;
}
