/* Canonical form: cleaning byte by byte, then Unicode by utf8proc, then the hash. */
#include "sync/canon.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base/heap.h"
#include "sync/words.h"

#define REPLACEMENT "\xEF\xBF\xBD"

enum { UUID_LENGTH = 36, HMAC_DIGITS_MIN = 16, HMAC_DIGITS_MAX = 128 };

static bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_uuid(struct str text) {
  for (size_t i = 0; i < UUID_LENGTH; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text.at[i] != '-' : !is_lower_hex(text.at[i]))
      return false;
  }
  return true;
}

size_t canon_marker_at_end(struct str text) {
  static const char opening[] = "<!-- tandem:v1:", closing[] = " -->";
  const size_t before_hmac = sizeof opening - 1 + UUID_LENGTH + 1;
  if (!str_ends_with(text, closing))
    return 0;
  size_t end = text.length - (sizeof closing - 1), digits = 0;
  while (digits < end && digits <= HMAC_DIGITS_MAX && is_lower_hex(text.at[end - digits - 1]))
    digits++;
  if (digits < HMAC_DIGITS_MIN || digits > HMAC_DIGITS_MAX || end - digits < before_hmac)
    return 0;
  struct str head = {text.at + end - digits - before_hmac, before_hmac};
  struct str op_id = str_slice(head, sizeof opening - 1, sizeof opening - 1 + UUID_LENGTH);
  if (!str_starts_with(head, opening) || head.at[before_hmac - 1] != ':' || !is_uuid(op_id))
    return 0;
  return text.length - (size_t)(head.at - text.at);
}

static size_t without_blanks_at_end(const char *at, size_t length) {
  while (length && (at[length - 1] == ' ' || at[length - 1] == '\t'))
    length--;
  return length;
}

/* Takes a marker off the end; if it began a line, the blank lines before it too. */
static void drop_marker(struct str_builder *out) {
  size_t length = canon_marker_at_end((struct str){out->at, out->length});
  if (!length)
    return;
  out->length -= length;
  size_t line = without_blanks_at_end(out->at, out->length);
  if (line && out->at[line - 1] != '\n')
    return;
  while (line && out->at[line - 1] == '\n')
    line = without_blanks_at_end(out->at, line - 1);
  out->length = line;
}

/* The next character into `out`, cleaned; returns how many bytes of `rest` it took. Markers are dropped as soon as they
 * are complete, so that taking one out cannot leave another. */
static size_t clean_next(struct str_builder *out, struct str rest, bool one_line) {
  utf8proc_int32_t code;
  utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)rest.at, (utf8proc_ssize_t)rest.length, &code);
  if (took <= 0 || code == 0) {
    str_append_c(out, REPLACEMENT);
    return 1;
  }
  if (code == '\r' || code == '\n') {
    str_append_c(out, one_line ? " " : "\n");
    return code == '\r' && rest.length > 1 && rest.at[1] == '\n' ? 2 : 1;
  }
  str_append(out, str_slice(rest, 0, (size_t)took));
  if (code == '>' && !one_line)
    drop_marker(out);
  return (size_t)took;
}

/* Bytes at the start that are clean as they are: printable ASCII but for what needs a closer look. */
static size_t plain_prefix(struct str text) {
  size_t length = 0;
  while (length < text.length) {
    unsigned char c = (unsigned char)text.at[length];
    if (c >= 0x80 || c == 0 || c == '\r' || c == '\n' || c == '>')
      break;
    length++;
  }
  return length;
}

struct str canon_clean_text(struct arena *arena, enum content_kind kind, struct str text) {
  bool one_line = kind != CONTENT_TEXT;
  struct str_builder out = {.arena = arena};
  while (text.length) {
    size_t took = plain_prefix(text);
    str_append(&out, str_slice(text, 0, took));
    if (took < text.length)
      took += clean_next(&out, str_slice(text, took, text.length), one_line);
    text = str_slice(text, took, text.length);
  }
  struct str cleaned = str_built(&out);
  return one_line ? str_trim(cleaned) : cleaned;
}

static bool is_ascii(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.at[i] >= 0x80)
      return false;
  return true;
}

static struct str unicode_map(struct arena *arena, struct str text, int options) {
  utf8proc_uint8_t *mapped = NULL;
  utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text.at, (utf8proc_ssize_t)text.length, &mapped,
                                         (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
  if (length == UTF8PROC_ERROR_NOMEM)
    heap_exhausted();  /* unreached: the library's own allocation cannot be made to fail */
  assert(length >= 0); /* the text is valid UTF-8 */
  struct str result = str_copy(arena, (struct str){(const char *)mapped, (size_t)length});
  free(mapped);
  return result;
}

static struct str fold_ascii(struct arena *arena, struct str text) {
  char *folded = str_c(arena, text);
  for (size_t i = 0; i < text.length; i++)
    if (folded[i] >= 'A' && folded[i] <= 'Z')
      folded[i] = (char)(folded[i] - 'A' + 'a');
  return (struct str){folded, text.length};
}

/* NFC, and for set members then the case folded: folding before would tell equivalent spellings apart. */
static struct str unicode_form(struct arena *arena, enum content_kind kind, struct str text) {
  if (is_ascii(text))
    return kind == CONTENT_SET ? fold_ascii(arena, text) : text;
  text = unicode_map(arena, text, 0);
  return kind == CONTENT_SET ? unicode_map(arena, text, UTF8PROC_CASEFOLD) : text;
}

/* Without blanks at the ends of lines and newlines at the end. */
static struct str without_trailing_blanks(struct arena *arena, struct str text) {
  char *out = str_c(arena, text);
  size_t length = 0;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == '\n')
      length = without_blanks_at_end(out, length);
    out[length++] = text.at[i];
  }
  length = without_blanks_at_end(out, length);
  while (length && out[length - 1] == '\n')
    length--;
  out[length] = '\0';
  return (struct str){out, length};
}

struct str canon_text(struct arena *arena, enum content_kind kind, struct str text) {
  struct str form = unicode_form(arena, kind, canon_clean_text(arena, kind, text));
  return kind == CONTENT_TEXT ? without_trailing_blanks(arena, form) : str_trim(form);
}

static int compare_items(const void *a, const void *b) {
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct value canon_set(struct arena *arena, const struct value *value) {
  struct str *items = ARENA_ARRAY(arena, struct str, value->count);
  size_t count = 0, kept = 0;
  for (size_t i = 0; i < value->count; i++) {
    items[count] = canon_text(arena, CONTENT_SET, value->items[i]);
    count += items[count].length > 0;
  }
  if (count)
    qsort(items, count, sizeof *items, compare_items);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || !str_equal(items[kept - 1], items[i]))
      items[kept++] = items[i];
  return value_set(value->name, items, kept);
}

static struct value clean_set(struct arena *arena, const struct value *value) {
  struct str *items = ARENA_ARRAY(arena, struct str, value->count);
  size_t count = 0;
  for (size_t i = 0; i < value->count; i++) {
    items[count] = canon_clean_text(arena, CONTENT_SET, value->items[i]);
    count += items[count].length > 0;
  }
  return value_set(value->name, items, count > 1 ? words_distinct(items, count) : count);
}

struct value canon_clean(struct arena *arena, enum content_kind kind, const struct value *value) {
  if (value->kind == VALUE_SET)
    return clean_set(arena, value);
  return value_text(value->name, canon_clean_text(arena, kind, value->text));
}

struct value canon_value(struct arena *arena, enum content_kind kind, const struct value *value) {
  if (value->kind == VALUE_SET)
    return canon_set(arena, value);
  return value_text(value->name, canon_text(arena, kind, value->text));
}

static bool is_printable_ascii(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < 0x20 || text.at[i] > 0x7e)
      return false;
  return true;
}

/* The common case, without memory: words that cleaning only trims. */
static bool equal_words(enum content_kind kind, struct str a, struct str b) {
  a = str_trim(a);
  b = str_trim(b);
  return kind == CONTENT_SET ? str_equal_caseless(a, b) : str_equal(a, b);
}

bool canon_equal_text(enum content_kind kind, struct str a, struct str b) {
  if (str_equal(a, b))
    return true;
  if (kind != CONTENT_TEXT && is_printable_ascii(a) && is_printable_ascii(b))
    return equal_words(kind, a, b);
  struct arena scratch = {0};
  bool equal = str_equal(canon_text(&scratch, kind, a), canon_text(&scratch, kind, b));
  arena_free(&scratch);
  return equal;
}

bool canon_equal(enum content_kind kind, const struct value *a, const struct value *b) {
  if (a->kind != b->kind)
    return false;
  if (a->kind == VALUE_TEXT)
    return canon_equal_text(kind, a->text, b->text);
  struct arena scratch = {0};
  struct value left = canon_set(&scratch, a), right = canon_set(&scratch, b);
  bool equal = left.count == right.count;
  for (size_t i = 0; equal && i < left.count; i++)
    equal = str_equal(left.items[i], right.items[i]);
  arena_free(&scratch);
  return equal;
}

/* How many of `members` are in `set`. */
static size_t members_in(const struct value *set, const struct value *members) {
  struct arena scratch = {0};
  struct words words = {0};
  size_t *of_set = ARENA_ARRAY(&scratch, size_t, set->count), *numbers = ARENA_ARRAY(&scratch, size_t, members->count);
  size_t count = 0;
  for (size_t i = 0; i < set->count; i++)
    words_add(&words, set->items[i], &of_set[i]);
  for (size_t i = 0; i < members->count; i++)
    words_add(&words, members->items[i], &numbers[i]);
  const bool *there = words_marked(&scratch, of_set, set->count, words_number(&words));
  for (size_t i = 0; i < members->count; i++)
    count += there[numbers[i]];
  arena_free(&scratch);
  return count;
}

bool canon_has_all(const struct value *set, const struct value *members) {
  return members_in(set, members) == members->count;
}

bool canon_has_any(const struct value *set, const struct value *members) {
  return members->count && members_in(set, members) > 0;
}

static void append_number(struct str_builder *out, uint64_t number) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++)
    bytes[i] = (unsigned char)(number >> (8 * i));
  str_append(out, (struct str){(const char *)bytes, sizeof bytes});
}

static void append_part(struct str_builder *out, struct str part) {
  append_number(out, part.length);
  str_append(out, part);
}

static struct str hash_input(struct arena *arena, const struct value *value) {
  struct str_builder out = {.arena = arena};
  struct value canonical = canon_value(arena, catalogue_kind(value->name, value->kind), value);
  append_part(&out, value->name);
  append_number(&out, (uint64_t)value->kind);
  if (value->kind == VALUE_TEXT) {
    append_part(&out, canonical.text);
    return str_built(&out);
  }
  append_number(&out, canonical.count);
  for (size_t i = 0; i < canonical.count; i++)
    append_part(&out, canonical.items[i]);
  return str_built(&out);
}

void canon_hash(const struct values *values, unsigned char out[CANON_HASH_BYTES]) {
  struct arena scratch = {0};
  struct str *fields = ARENA_ARRAY(&scratch, struct str, values->count);
  for (size_t i = 0; i < values->count; i++)
    fields[i] = hash_input(&scratch, &values->at[i]);
  if (values->count)
    qsort(fields, values->count, sizeof *fields, compare_items);
  struct str_builder all = {.arena = &scratch};
  append_number(&all, CANON_VERSION);
  for (size_t i = 0; i < values->count; i++)
    append_part(&all, fields[i]);
  struct str bytes = str_built(&all);
  crypto_generichash(out, CANON_HASH_BYTES, (const unsigned char *)bytes.at, bytes.length, NULL, 0);
  arena_free(&scratch);
}
