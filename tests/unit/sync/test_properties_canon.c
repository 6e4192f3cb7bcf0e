/* Properties of canon(): one form, and a hash of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "property.h"
#include "sync/canon.h"

#define UUID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

/* Pieces that canon() cares about; beyond them any byte. */
static const char *const pieces[] = {
    "a",
    "B",
    " ",
    "\n",
    "\r",
    "\t",
    "\r\n",
    "e\xCC\x81",
    "\xC3\xA9",
    "\xC3\x9F",
    "\xC4\xB0",
    "\xC7\xB0",
    "\xCE\x90",
    "\xCD\x85",
    "\xCC\xB8",
    "\xE1\xBE\xB3",
    "\xE2\x84\xAA",
    "\xEF\xBF\xBD",
    "\xFF",
    "\xC3",
    "\xED\xA0\x80",
    "\xF0\x9F\x98\x80",
    "\xE1\x84\x80\xE1\x85\xA1",
    "<!-- tandem:v1:",
    UUID,
    ":0123456789abcdef",
    " -->",
    ">",
    "<!-- tandem:v1:" UUID ":0123456789abcdef -->",
    "\n\n<!-- tandem:v1:" UUID ":00112233445566778899 -->",
};
enum { PIECE_COUNT = sizeof pieces / sizeof pieces[0] };

static struct str draw_text(struct property_case *c) {
  struct str_builder out = {.arena = c->arena};
  for (uint32_t left = property_draw(c, 9); left > 0; left--) {
    uint32_t piece = property_draw(c, PIECE_COUNT + 4);
    if (piece < PIECE_COUNT)
      str_append_c(&out, pieces[piece]);
    else
      str_append(&out, (struct str){&(char){(char)property_draw(c, 256)}, 1});
  }
  return str_built(&out);
}

static bool canon_is_idempotent(struct property_case *c) {
  enum content_kind kind = (enum content_kind)property_draw(c, 4);
  struct str text = draw_text(c), once = canon_text(c->arena, kind, text);
  struct str twice = canon_text(c->arena, kind, once), clean = canon_clean_text(c->arena, kind, text);
  property_note(c, "kind %d '%.*s' -> '%.*s' -> '%.*s'", (int)kind, STR_FMT(text), STR_FMT(once), STR_FMT(twice));
  if (!str_equal(clean, canon_clean_text(c->arena, kind, clean)))
    return property_broken(c, "cleaning twice differs");
  if (!str_equal(once, canon_text(c->arena, kind, clean)))
    return property_broken(c, "cleaning first differs");
  return str_equal(once, twice) && canon_equal_text(kind, text, once);
}

static bool canon_leaves_no_marker(struct property_case *c) {
  struct str clean = canon_clean_text(c->arena, CONTENT_TEXT, draw_text(c));
  property_note(c, "'%.*s'", STR_FMT(clean));
  for (size_t end = 0; end <= clean.length; end++)
    if (canon_marker_at_end(str_slice(clean, 0, end)))
      return false;
  return true;
}

static const char *const members[] = {"bug", "Docs", "UI", "a b", "\xC3\x89", "\xC3\xA9", "BUG", "ui"};

static struct value draw_set(struct property_case *c, struct str name) {
  size_t count = property_draw(c, 6);
  struct str *items = ARENA_ARRAY(c->arena, struct str, count);
  for (size_t i = 0; i < count; i++)
    items[i] = property_word(c, members, sizeof members / sizeof members[0]);
  return value_set(name, items, count);
}

static void shuffle(struct property_case *c, void *at, size_t count, size_t size) {
  char *bytes = at, kept[sizeof(struct value)];
  for (size_t i = count; i > 1; i--) {
    size_t j = property_draw(c, (uint32_t)i);
    memcpy(kept, bytes + (i - 1) * size, size);
    memmove(bytes + (i - 1) * size, bytes + j * size, size);
    memcpy(bytes + j * size, kept, size);
  }
}

static bool canon_hash_ignores_order(struct property_case *c) {
  static const char *const names[] = {"title", "body", "status", "labels", "assignees", "milestone"};
  struct value at[6];
  size_t count = property_draw(c, 7);
  for (size_t i = 0; i < count; i++)
    at[i] = i == 3 || i == 4 ? draw_set(c, str_of(names[i])) : value_text(str_of(names[i]), draw_text(c));
  unsigned char before[CANON_HASH_BYTES], after[CANON_HASH_BYTES];
  canon_hash(&(struct values){at, count}, before);
  for (size_t i = 0; i < count; i++) {
    struct value other = value_copy(c->arena, &at[i]);
    shuffle(c, (void *)(uintptr_t)other.items, other.count, sizeof(struct str));
    at[i] = property_rarely(c, 2) ? canon_value(c->arena, catalogue_kind(other.name, other.kind), &other) : other;
  }
  shuffle(c, at, count, sizeof at[0]);
  canon_hash(&(struct values){at, count}, after);
  property_note(c, "%zu fields", count);
  return memcmp(before, after, CANON_HASH_BYTES) == 0;
}

static bool canon_hash_differs_when_contents_do(struct property_case *c) {
  struct value a[2] = {value_text(STR("title"), draw_text(c)), draw_set(c, STR("labels"))};
  struct value b[2] = {value_text(STR("title"), draw_text(c)), draw_set(c, STR("labels"))};
  unsigned char hash_a[CANON_HASH_BYTES], hash_b[CANON_HASH_BYTES];
  canon_hash(&(struct values){a, 2}, hash_a);
  canon_hash(&(struct values){b, 2}, hash_b);
  bool equal = canon_equal(CONTENT_LINE, &a[0], &b[0]) && canon_equal(CONTENT_SET, &a[1], &b[1]);
  property_note(c, "'%.*s' '%.*s'", STR_FMT(a[0].text), STR_FMT(b[0].text));
  return equal == (memcmp(hash_a, hash_b, CANON_HASH_BYTES) == 0);
}

static void idempotent(void **state) {
  (void)state;
  property_check("canon_is_idempotent", PROPERTY_CASES, canon_is_idempotent);
}

static void no_marker(void **state) {
  (void)state;
  property_check("canon_leaves_no_marker", PROPERTY_CASES, canon_leaves_no_marker);
}

static void hash_order(void **state) {
  (void)state;
  property_check("canon_hash_ignores_order", PROPERTY_CASES, canon_hash_ignores_order);
}

static void hash_difference(void **state) {
  (void)state;
  property_check("canon_hash_differs_when_contents_do", PROPERTY_CASES, canon_hash_differs_when_contents_do);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(idempotent),
      cmocka_unit_test(no_marker),
      cmocka_unit_test(hash_order),
      cmocka_unit_test(hash_difference),
  };
  return cmocka_run_group_tests_name("properties of canon", tests, NULL, NULL);
}
