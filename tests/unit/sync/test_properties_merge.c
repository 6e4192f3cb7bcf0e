/* Properties of the merges: both edits are kept, and it does not matter which side is which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "property.h"
#include "sync/canon.h"
#include "sync/merge.h"

/* --- sets --- */

static const char *const members[] = {"a", "b", "c", "d", "e"};
enum { MEMBER_COUNT = sizeof members / sizeof members[0], ALL = (1 << MEMBER_COUNT) - 1 };

static struct value set_of(struct property_case *c, uint32_t bits) {
  struct str *items = ARENA_ARRAY(c->arena, struct str, MEMBER_COUNT);
  size_t count = 0;
  for (int i = 0; i < MEMBER_COUNT; i++)
    if (bits & (1u << i))
      items[count++] = str_of(members[i]);
  return value_set(STR("labels"), items, count);
}

static uint32_t bits_of(const struct value *set) {
  uint32_t bits = 0;
  for (int i = 0; i < MEMBER_COUNT; i++)
    if (value_has(set, str_of(members[i])))
      bits |= 1u << i;
  return bits;
}

static const struct field_rule plain;

static struct merge_set merge_bits(struct property_case *c, uint32_t l, uint32_t x, uint32_t sl, uint32_t sx) {
  struct value *faces = ARENA_ARRAY(c->arena, struct value, 4);
  faces[0] = set_of(c, l), faces[1] = set_of(c, x), faces[2] = set_of(c, sl), faces[3] = set_of(c, sx);
  struct merge_sides sides = {&faces[0], &faces[1], &faces[2], &faces[3]};
  if (c->shows)
    property_note(c, "l {%s} x {%s} sl {%s} sx {%s}", make_shown(c->arena, &faces[0]), make_shown(c->arena, &faces[1]),
                  make_shown(c->arena, &faces[2]), make_shown(c->arena, &faces[3]));
  return merge_sets(c->arena, &plain, &sides, true, true);
}

static bool merge_sets_is_the_formula(struct property_case *c) {
  uint32_t l = property_draw(c, ALL + 1), x = property_draw(c, ALL + 1), s = property_draw(c, ALL + 1);
  struct merge_set merged = merge_bits(c, l, x, s, s);
  uint32_t wanted = (l | x) & ~(s & ~l) & ~(s & ~x);
  return bits_of(&merged.local) == wanted && bits_of(&merged.add) == (wanted & ~x) &&
         bits_of(&merged.remove) == (x & ~wanted) && bits_of(&merged.shadow_local) == x &&
         bits_of(&merged.shadow_external) == x && bits_of(&merged.sent_local) == wanted;
}

/* With any dual shadow: added members stay, removed ones go unless the other side added them again, and what neither
 * side touched stays as it is on each side. */
static bool merge_sets_loses_no_edit(struct property_case *c) {
  uint32_t l = property_draw(c, ALL + 1), x = property_draw(c, ALL + 1);
  uint32_t sl = property_draw(c, ALL + 1), sx = property_draw(c, ALL + 1);
  struct merge_set merged = merge_bits(c, l, x, sl, sx);
  uint32_t here = bits_of(&merged.local), there = (x | bits_of(&merged.add)) & ~bits_of(&merged.remove);
  uint32_t added = (l & ~sl) | (x & ~sx), removed = ((sl & ~l) | (sx & ~x)) & ~added & ~(l & x);
  if (added & ~(here & there))
    return property_broken(c, "an addition is lost: %x %x", here, there);
  if (removed & (here | there))
    return property_broken(c, "a removal is lost: %x %x", here, there);
  uint32_t quiet = ~((l ^ sl) | (x ^ sx)) & ALL;
  return ((here ^ l) & quiet) == 0 && ((there ^ x) & quiet) == 0;
}

static bool merge_sets_commutes(struct property_case *c) {
  uint32_t l = property_draw(c, ALL + 1), x = property_draw(c, ALL + 1);
  uint32_t sl = property_draw(c, ALL + 1), sx = property_draw(c, ALL + 1);
  struct merge_set one = merge_bits(c, l, x, sl, sx), other = merge_bits(c, x, l, sx, sl);
  uint32_t one_there = (x | bits_of(&one.add)) & ~bits_of(&one.remove);
  uint32_t other_there = (l | bits_of(&other.add)) & ~bits_of(&other.remove);
  return bits_of(&one.local) == other_there && bits_of(&other.local) == one_there;
}

static bool merge_sets_is_quiet_afterwards(struct property_case *c) {
  uint32_t l = property_draw(c, ALL + 1), x = property_draw(c, ALL + 1);
  uint32_t sl = property_draw(c, ALL + 1), sx = property_draw(c, ALL + 1);
  struct merge_set merged = merge_bits(c, l, x, sl, sx);
  uint32_t written = bits_of(&merged.add) | bits_of(&merged.remove);
  uint32_t there = (x | bits_of(&merged.add)) & ~bits_of(&merged.remove);
  uint32_t shadow = (bits_of(&merged.shadow_external) & ~written) | (there & written);
  struct merge_set again = merge_bits(c, bits_of(&merged.local), there, bits_of(&merged.sent_local), shadow);
  struct merge_set unsent =
      merge_bits(c, bits_of(&merged.local), x, bits_of(&merged.shadow_local), bits_of(&merged.shadow_external));
  if (unsent.pulls || bits_of(&unsent.add) != bits_of(&merged.add) ||
      bits_of(&unsent.remove) != bits_of(&merged.remove))
    return property_broken(c, "before it is sent, the same is not still to be sent");
  return !again.pulls && again.add.count == 0 && again.remove.count == 0;
}

/* --- texts --- */

enum { LINES_MAX = 9, TEXT_ROOM = 2 * LINES_MAX };

struct text {
  const char *lines[TEXT_ROOM];
  int count;
};

static const char *const base_lines[] = {"one", "two", "three", "four", "", "one", "- [ ] x", "}", "seven"};

static struct str joined(struct property_case *c, const struct text *text) {
  struct str_builder out = {.arena = c->arena};
  for (int i = 0; i < text->count; i++)
    str_append_format(&out, "%s%s", i ? "\n" : "", text->lines[i]);
  return str_built(&out);
}

/* An edit: some lines removed, some added with words that are nowhere else. */
static struct text edited(struct property_case *c, const struct text *base, const char *who) {
  struct text text = {.count = 0};
  for (int i = 0; i < base->count; i++) {
    if (property_rarely(c, 6))
      text.lines[text.count++] = str_format(c->arena, "%s %d", who, i).at;
    if (!property_rarely(c, 6))
      text.lines[text.count++] = base->lines[i];
  }
  return text;
}

static int occurrences(const struct text *text, const char *line) {
  int count = 0;
  for (int i = 0; i < text->count; i++)
    count += strcmp(text->lines[i], line) == 0;
  return count;
}

/* The lines of a merged text. */
static struct text split(struct property_case *c, struct str merged) {
  struct text text = {.count = 0};
  while (merged.at && text.count < TEXT_ROOM) {
    ptrdiff_t end = str_find(merged, "\n");
    text.lines[text.count++] = str_c(c->arena, end < 0 ? merged : str_slice(merged, 0, (size_t)end));
    merged = end < 0 ? (struct str){0} : str_slice(merged, (size_t)end + 1, merged.length);
  }
  return text;
}

/* What a side added is there, and a line that a side removed altogether is gone. */
static bool holds_edit(const struct text *base, const struct text *side, const struct text *merged) {
  for (int i = 0; i < side->count; i++)
    if (!occurrences(base, side->lines[i]) && !occurrences(merged, side->lines[i]))
      return false;
  for (int i = 0; i < base->count; i++)
    if (*base->lines[i] && !occurrences(side, base->lines[i]) && occurrences(merged, base->lines[i]))
      return false;
  return true;
}

static struct text draw_base(struct property_case *c) {
  struct text base = {.count = (int)property_draw(c, LINES_MAX + 1)};
  for (int i = 0; i < base.count; i++)
    base.lines[i] = base_lines[property_rarely(c, 3) ? property_draw(c, LINES_MAX) : (uint32_t)i];
  return base;
}

static bool merge_text_keeps_both_edits(struct property_case *c) {
  struct text base = draw_base(c), local = edited(c, &base, "local"), external = edited(c, &base, "external");
  struct str b = joined(c, &base), l = joined(c, &local), x = joined(c, &external), merged, other;
  property_note(c, "base '%.*s' local '%.*s' external '%.*s'", STR_FMT(b), STR_FMT(l), STR_FMT(x));
  bool clean = merge_text(c->arena, b, l, x, &merged);
  if (clean != merge_text(c->arena, b, x, l, &other) || (clean && !str_equal(merged, other)))
    return property_broken(c, "it matters which side is which");
  if (!clean)
    return true;
  struct text m = split(c, merged);
  property_note(c, "merged '%.*s'", STR_FMT(merged));
  return holds_edit(&base, &local, &m) && holds_edit(&base, &external, &m);
}

static bool merge_text_of_one_edit_is_that_edit(struct property_case *c) {
  struct text base = draw_base(c), local = edited(c, &base, "local");
  struct str b = joined(c, &base), l = joined(c, &local), merged;
  property_note(c, "base '%.*s' local '%.*s'", STR_FMT(b), STR_FMT(l));
  uint32_t whose = property_draw(c, 3); /* local's, the other side's, or both made the same */
  return merge_text(c->arena, b, whose == 1 ? b : l, whose == 0 ? b : l, &merged) &&
         canon_equal_text(CONTENT_TEXT, merged, l);
}

#define PROPERTY(function)                               \
  static void test_##function(void **state) {            \
    (void)state;                                         \
    property_check(#function, PROPERTY_CASES, function); \
  }

PROPERTY(merge_sets_is_the_formula)
PROPERTY(merge_sets_loses_no_edit)
PROPERTY(merge_sets_commutes)
PROPERTY(merge_sets_is_quiet_afterwards)
PROPERTY(merge_text_keeps_both_edits)
PROPERTY(merge_text_of_one_edit_is_that_edit)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_merge_sets_is_the_formula),   cmocka_unit_test(test_merge_sets_loses_no_edit),
      cmocka_unit_test(test_merge_sets_commutes),         cmocka_unit_test(test_merge_sets_is_quiet_afterwards),
      cmocka_unit_test(test_merge_text_keeps_both_edits), cmocka_unit_test(test_merge_text_of_one_edit_is_that_edit),
  };
  return cmocka_run_group_tests_name("properties of merge", tests, NULL, NULL);
}
