/* What an unanswered update had put there, by the entries of a history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/connector_arrivals.h"

#define TEXT(name, text) value_text(STR(name), STR(text))
#define SET(name, ...)                                    \
  value_set(STR(name), (const struct str[]){__VA_ARGS__}, \
            sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
#define NONE(name) value_set(STR(name), NULL, 0)
#define NOTHING ((struct value){.count = 0})
#define LIST(...) \
  { (const struct value[]){__VA_ARGS__}, sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value) }

#define WHOLE_S_MS INT64_C(1700000000000)
#define BEFORE_MS (WHOLE_S_MS + 1)

/* The update that is in doubt: a title, a label added, one removed, a text. */
static struct intent intent_of(const struct payload *payload) {
  return (struct intent){.doubted = payload, .seen_version = BEFORE_MS};
}

static const struct payload *payload_of(struct arena *arena) {
  const struct payload payload = {
      .set = LIST(TEXT("title", "ours"), TEXT("body", "our text"), TEXT("due_date", "")),
      .add = LIST(SET("labels", STR("New"), STR("Other"))),
      .remove = LIST(SET("labels", STR("old"))),
  };
  struct payload *copy = ARENA_NEW(arena, struct payload);
  copy->set = values_copy(arena, &payload.set);
  copy->add = values_copy(arena, &payload.add);
  copy->remove = values_copy(arena, &payload.remove);
  return copy;
}

static void doubt_is_where_something_is_missing(void **state) {
  const struct values whole = LIST(TEXT("title", "ours"), TEXT("body", "our text"), TEXT("due_date", ""),
                                   SET("labels", STR("new"), STR("OTHER"), STR("more")));
  const struct {
    struct value differs;
    int64_t version;
    bool gone, doubted;
  } rows[] = {
      {TEXT("title", "ours"), BEFORE_MS + 1, false, false},
      {TEXT("title", "theirs"), BEFORE_MS + 1, false, true},
      {TEXT("title", "theirs"), BEFORE_MS, false, false},
      {TEXT("title", "theirs"), WHOLE_S_MS, false, true},
      {TEXT("title", "theirs"), BEFORE_MS + 1, true, false},
      {TEXT("body", "another text"), BEFORE_MS + 1, false, false},
      {TEXT("due_date", "2026-01-01"), BEFORE_MS + 1, false, true},
      {SET("labels", STR("new")), BEFORE_MS + 1, false, true},
      {SET("labels", STR("new"), STR("other"), STR("OLD")), BEFORE_MS + 1, false, true},
  };
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct intent intent = intent_of(payload_of(&arena));
    struct observation seen = {.version = rows[i].version, .fields = values_with(&arena, &whole, rows[i].differs)};
    if (rows[i].version == WHOLE_S_MS)
      intent.seen_version = WHOLE_S_MS;
    seen.gone = rows[i].gone ? STR("deleted") : (struct str){0};
    assert_int_equal(arrivals_in_doubt(&intent, &seen), rows[i].doubted);
    intent.doubted = NULL;
    assert_false(arrivals_in_doubt(&intent, &seen));
  }
  arena_free(&arena);
}

/* What entries tell, where the issue is as it was before. */
static void entries_tell_what_was_there(void **state) {
  const struct values now =
      LIST(TEXT("title", "before"), TEXT("due_date", "2026-01-01"), SET("labels", STR("old"), STR("kept")));
  const struct {
    struct value from, to, told; /* told without a name: nothing */
  } rows[] = {
      {TEXT("title", "before"), TEXT("title", "ours"), TEXT("title", "ours")},
      {TEXT("title", "before"), TEXT("title", "somebody's"), NOTHING},
      {TEXT("due_date", "2026-01-01"), TEXT("due_date", ""), TEXT("due_date", "")},
      {TEXT("milestone", ""), TEXT("milestone", "ours"), NOTHING},
      {NONE("labels"), SET("labels", STR("new")), SET("labels", STR("old"), STR("kept"), STR("New"))},
      {SET("labels", STR("old"), STR("kept")), SET("labels", STR("kept"), STR("new")),
       SET("labels", STR("kept"), STR("New"))},
      {SET("labels", STR("Old")), NONE("labels"), SET("labels", STR("kept"))},
      {SET("labels", STR("new")), SET("labels", STR("new"), STR("theirs")), NOTHING},
      {SET("labels", STR("kept")), NONE("labels"), NOTHING},
  };
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct intent intent = intent_of(payload_of(&arena));
    const struct observation seen = {.version = BEFORE_MS + 1, .fields = now};
    struct arrivals arrivals = arrivals_begin(&arena, &intent, &seen);
    arrivals_entry(&arrivals, &rows[i].from, &rows[i].to);
    arrivals_entry(&arrivals, &rows[i].from, &rows[i].to); /* what is told twice is there once */
    const struct values told = arrivals_told(&arrivals);
    assert_int_equal(told.count, rows[i].told.name.length > 0);
    if (told.count)
      assert_true(str_equal(told.at[0].name, rows[i].told.name) && value_equal(&told.at[0], &rows[i].told));
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubt_is_where_something_is_missing),
      cmocka_unit_test(entries_tell_what_was_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
