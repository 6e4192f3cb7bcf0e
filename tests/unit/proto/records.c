/* Walking the tables and filling objects by their descriptors. */
#include "records.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/events.h"
#include "proto/verbs.h"

/* -- the list -- */

static void add(const struct record **out, size_t *count, const struct record *record) {
  for (size_t i = 0; i < *count; i++)
    if (out[i] == record)
      return;
  assert(*count < RECORDS_MAX);
  out[(*count)++] = record;
  for (size_t i = 0; i < record->field_count; i++)
    if (record->fields[i].of)
      add(out, count, record->fields[i].of);
}

size_t records_all(const struct record *out[RECORDS_MAX]) {
  size_t count = 0;
  for (int id = 0; id < VERB_COUNT; id++) {
    add(out, &count, verb_table[id].request);
    add(out, &count, verb_table[id].reply);
  }
  for (int id = 0; id < EVENT_COUNT; id++)
    add(out, &count, event_table[id].data);
  add(out, &count, &record_verb_request);
  add(out, &count, &record_verb_reply);
  add(out, &count, &record_stored_event);
  return count;
}

/* -- chance -- */

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
uint64_t dice_roll(struct dice *dice, uint64_t sides) {
  uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (z ^ (z >> 31)) % sides;
}

struct dice dice_new(const char *test) {
  const char *given = getenv("TANDEM_TEST_SEED");
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 20;
  printf("# %s: TANDEM_TEST_SEED=%llu\n", test, (unsigned long long)seed);
  return (struct dice){seed};
}

/* -- filling -- */

static struct str some_text(struct arena *arena, struct dice *dice) {
  static const char *const words[] = {
      "",
      "a",
      "T-12",
      "#40",
      "open",
      "shareable",
      "körper",
      "日本語",
      "\xf0\x9f\x90\x99 octopus",
      "line\nbreak\ttab",
      "\"quoted\" \\ back",
      "null",
      "\x01\x1f\x7f",
      "1700000000000",
      "https://example.org/x?y=1&z=2",
  };
  struct str_builder text = {.arena = arena};
  for (uint64_t words_left = dice_roll(dice, 4); words_left; words_left--)
    str_append_c(&text, words[dice_roll(dice, sizeof words / sizeof words[0])]);
  for (uint64_t more = dice_roll(dice, 20) == 0 ? 40 + dice_roll(dice, 300) : 0; more; more--)
    str_append_c(&text, "long ");
  return str_built(&text);
}

static struct str some_bytes(struct arena *arena, struct dice *dice) {
  size_t length = (size_t)dice_roll(dice, 40);
  char *at = arena_alloc(arena, length + 1);
  for (size_t i = 0; i < length; i++)
    at[i] = (char)dice_roll(dice, 256);
  return (struct str){at, length};
}

static int64_t some_i64(struct dice *dice, bool wide) {
  static const int64_t exact[] = {0, 1, -1, 127, 128, 255, 256, -32, -33, -128, -129, 65535, 65536, 4294967296};
  uint64_t kind = dice_roll(dice, wide ? 4 : 3);
  if (kind == 0)
    return exact[dice_roll(dice, sizeof exact / sizeof exact[0])];
  if (kind == 3)
    return dice_roll(dice, 2) ? INT64_MAX - (int64_t)dice_roll(dice, 3) : INT64_MIN + (int64_t)dice_roll(dice, 3);
  int64_t size = (int64_t)dice_roll(dice, UINT64_C(1) << 52);
  return dice_roll(dice, 4) ? size : -size;
}

static struct list some_strs(struct arena *arena, struct dice *dice) {
  size_t count = (size_t)dice_roll(dice, 4);
  struct str *at = ARENA_ARRAY(arena, struct str, count);
  for (size_t i = 0; i < count; i++)
    at[i] = some_text(arena, dice);
  return (struct list){at, count};
}

static struct values some_values(struct arena *arena, struct dice *dice) {
  static const char *const names[] = {"title", "body", "status", "labels", "assignees", "milestone", "größe"};
  struct values_builder values = {.arena = arena};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (dice_roll(dice, 2))
      continue;
    struct list items = some_strs(arena, dice);
    bool is_set = dice_roll(dice, 3) == 0;
    values_put(&values, is_set ? value_set(str_of(names[i]), items.at, items.count)
                               : value_text(str_of(names[i]), some_text(arena, dice)));
  }
  return values_built(&values);
}

static struct list some_records(struct arena *arena, struct dice *dice, const struct record *record, bool wide) {
  size_t count = (size_t)dice_roll(dice, 3);
  char *at = arena_array(arena, count, record->size_bytes);
  for (size_t i = 0; i < count; i++)
    records_fill(arena, dice, record, wide, at + i * record->size_bytes);
  return (struct list){at, count};
}

static void fill_field(struct arena *arena, struct dice *dice, const struct field *field, bool wide, void *at) {
  switch (field->type) {
  case FIELD_STR:
    *(struct str *)at = some_text(arena, dice);
    break;
  case FIELD_BYTES:
    *(struct str *)at = some_bytes(arena, dice);
    break;
  case FIELD_I64:
    *(int64_t *)at = some_i64(dice, wide);
    break;
  case FIELD_BOOL:
    *(bool *)at = dice_roll(dice, 2);
    break;
  case FIELD_VALUES:
    *(struct values *)at = some_values(arena, dice);
    break;
  case FIELD_STRS:
    *(struct list *)at = some_strs(arena, dice);
    break;
  case FIELD_LIST:
    *(struct list *)at = some_records(arena, dice, field->of, wide);
    break;
  case FIELD_INLINE:
    records_fill(arena, dice, field->of, wide, at);
    break;
  case FIELD_RECORD: {
    void *inner = arena_alloc(arena, field->of->size_bytes);
    records_fill(arena, dice, field->of, wide, inner);
    *(const void **)at = inner;
    break;
  }
  }
}

void records_fill(struct arena *arena, struct dice *dice, const struct record *record, bool wide, void *object) {
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    bool always = field->flags & FIELD_REQUIRED || field->type == FIELD_INLINE;
    if (always || dice_roll(dice, 5))
      fill_field(arena, dice, field, wide, (char *)object + field->offset);
  }
}
