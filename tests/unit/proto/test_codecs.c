/* Every record of every verb and event, through msgpack and JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/msgpack.h"
#include "proto/events.h"
#include "records.h"

enum { ROUNDS = 40 };

static const struct record *records[RECORDS_MAX];
static size_t record_count;

static int set_up(void **state) {
  record_count = records_all(records);
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static struct str as_json(struct arena *arena, const struct record *record, const void *object) {
  return json_print(arena, json_from_record(record, object, false));
}

static void assert_same(const struct record *record, struct str a, struct str b) {
  if (!str_equal(a, b))
    fail_msg("%s differs:\n%.*s\n%.*s", record->name, STR_FMT(a), STR_FMT(b));
}

static void assert_ok(const struct record *record, struct result result) {
  if (!result_ok(&result))
    fail_msg("%s: %s", record->name, result.message);
}

static void *filled(struct arena *arena, struct dice *dice, const struct record *record, bool wide) {
  void *object = arena_alloc(arena, record->size_bytes);
  records_fill(arena, dice, record, wide, object);
  return object;
}

/* -- descriptors -- */

static void record_tables_fit_the_codecs(void **state) {
  (void)state;
  assert_true(record_count > 80);
  for (size_t r = 0; r < record_count; r++) {
    assert_true(records[r]->field_count > 0 && records[r]->field_count <= 64); /* the decoder's set of seen fields */
    for (size_t i = 0; i < records[r]->field_count; i++) {
      const struct field *field = &records[r]->fields[i];
      bool nested = field->type == FIELD_INLINE || field->type == FIELD_RECORD || field->type == FIELD_LIST;
      assert_true(field->offset < records[r]->size_bytes && nested == (field->of != NULL));
      for (size_t before = 0; before < i; before++)
        assert_string_not_equal(field->name, records[r]->fields[before].name);
    }
  }
}

/* A help text is one sentence that says more than the name: "Api calls." for api_calls is none. */
static bool says_more_than(const char *help, const char *name) {
  size_t i = 0;
  for (; name[i]; i++)
    if ((name[i] == '_' ? ' ' : name[i]) != (help[i] >= 'A' && help[i] <= 'Z' ? help[i] + 32 : help[i]))
      return true;
  return strcmp(help + i, ".") != 0;
}

static void record_tables_explain_every_field(void **state) {
  (void)state;
  for (size_t r = 0; r < record_count; r++) {
    if (!says_more_than(records[r]->help, records[r]->name))
      fail_msg("%s repeats its name", records[r]->name);
    for (size_t i = 0; i < records[r]->field_count; i++) {
      const struct field *field = &records[r]->fields[i];
      size_t length = field->help ? strlen(field->help) : 0;
      if (length < 8 || field->help[length - 1] != '.' || !says_more_than(field->help, field->name))
        fail_msg("%s.%s is not explained: %s", records[r]->name, field->name, field->help);
    }
  }
}

/* -- round trips -- */

static void msgpack_round_trip_keeps_every_record(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (size_t r = 0; r < record_count; r++)
    for (int round = 0; round < ROUNDS; round++) {
      const struct record *record = records[r];
      void *object = filled(arena, &dice, record, round % 2), *again = arena_alloc(arena, record->size_bytes);
      struct str bytes = msgpack_encode(arena, record, object);
      assert_ok(record, msgpack_decode(arena, record, bytes, again));
      assert_same(record, bytes, msgpack_encode(arena, record, again));
      if (round % 2 == 0)
        assert_same(record, as_json(arena, record, object), as_json(arena, record, again));
      arena_reset(arena);
    }
}

static void json_round_trip_keeps_every_record(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (size_t r = 0; r < record_count; r++)
    for (int round = 0; round < ROUNDS; round++) {
      const struct record *record = records[r];
      void *object = filled(arena, &dice, record, false), *again = arena_alloc(arena, record->size_bytes);
      struct str text = as_json(arena, record, object);
      assert_ok(record, json_to_record(arena, record, text, again));
      assert_same(record, text, as_json(arena, record, again));
      assert_same(record, msgpack_encode(arena, record, object), msgpack_encode(arena, record, again));
      arena_reset(arena);
    }
}

static void codecs_round_trip_keeps_zeroed_records(void **state) {
  struct arena *arena = *state;
  for (size_t r = 0; r < record_count; r++) {
    const void *object = arena_alloc(arena, records[r]->size_bytes);
    void *again = arena_alloc(arena, records[r]->size_bytes);
    struct str bytes = msgpack_encode(arena, records[r], object);
    struct result result = msgpack_decode(arena, records[r], bytes, again);
    assert_ok(records[r], result);
    assert_same(records[r], bytes, msgpack_encode(arena, records[r], again));
    struct str text = as_json(arena, records[r], object);
    assert_ok(records[r], json_to_record(arena, records[r], text, again));
    assert_same(records[r], text, as_json(arena, records[r], again));
  }
}

/* -- damage -- */

static void msgpack_refuses_every_truncation(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (size_t r = 0; r < record_count; r++) {
    const struct record *record = records[r];
    struct str bytes = msgpack_encode(arena, record, filled(arena, &dice, record, true));
    void *out = arena_alloc(arena, record->size_bytes), *zeros = arena_alloc(arena, record->size_bytes);
    for (size_t length = 0; length < bytes.length; length++) {
      char *cut = malloc(length ? length : 1); /* exactly so long, for the sanitizer */
      memcpy(cut, bytes.at, length);
      struct result result = msgpack_decode(arena, record, (struct str){cut, length}, out);
      assert_int_equal(result.code, RESULT_REJECTED);
      assert_memory_equal(out, zeros, record->size_bytes);
      free(cut);
    }
    arena_reset(arena);
  }
}

static void codecs_survive_flipped_bytes(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (size_t r = 0; r < record_count; r++)
    for (int round = 0; round < ROUNDS; round++) {
      const struct record *record = records[r];
      void *object = filled(arena, &dice, record, false), *out = arena_alloc(arena, record->size_bytes);
      struct str bytes = msgpack_encode(arena, record, object), text = as_json(arena, record, object);
      ((char *)bytes.at)[dice_roll(&dice, bytes.length)] = (char)dice_roll(&dice, 256);
      ((char *)text.at)[dice_roll(&dice, text.length)] = (char)dice_roll(&dice, 256);
      struct result packed = msgpack_decode(arena, record, bytes, out);
      struct result parsed = json_to_record(arena, record, text, out);
      assert_true(packed.code == RESULT_OK || packed.code == RESULT_REJECTED);
      assert_true(parsed.code == RESULT_OK || parsed.code == RESULT_REJECTED);
      arena_reset(arena);
    }
}

/* Each required field left out in turn: the message names the record and the field. */
static void codecs_name_the_missing_field(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (size_t r = 0; r < record_count; r++)
    for (size_t i = 0; i < records[r]->field_count; i++) {
      const struct record *record = records[r];
      if (!(record->fields[i].flags & FIELD_REQUIRED))
        continue;
      struct field *fields = ARENA_ARRAY(arena, struct field, record->field_count);
      size_t count = 0;
      for (size_t f = 0; f < record->field_count; f++)
        if (f != i)
          fields[count++] = record->fields[f];
      struct record without = *record;
      without.fields = fields;
      without.field_count = count;
      void *object = filled(arena, &dice, record, false), *out = arena_alloc(arena, record->size_bytes);
      struct str expected = str_format(arena, "%s: %s is missing", record->name, record->fields[i].name);
      struct result packed = msgpack_decode(arena, record, msgpack_encode(arena, &without, object), out);
      struct result parsed = json_to_record(arena, record, as_json(arena, &without, object), out);
      assert_int_equal(packed.code, RESULT_REJECTED);
      assert_string_equal(packed.message, expected.at);
      assert_int_equal(parsed.code, RESULT_REJECTED);
      assert_string_equal(parsed.message, expected.at);
    }
}

/* A nil, or a JSON null, where an optional field is: the same as absent. */
static void codecs_take_nil_for_absent(void **state) {
  struct arena *arena = *state;
  for (size_t r = 0; r < record_count; r++)
    for (size_t i = 0; i < records[r]->field_count; i++) {
      const struct record *record = records[r];
      const struct field *field = &record->fields[i];
      struct field one = *field;
      one.flags = 0;
      struct record alone = {record->name, record->help, record->size_bytes, &one, 1};
      char bytes[128];
      int length = snprintf(bytes, sizeof bytes, "\x81%c%s\xc0", (int)(0xa0 | strlen(field->name)), field->name);
      void *out = arena_alloc(arena, record->size_bytes), *zeros = arena_alloc(arena, record->size_bytes);
      assert_ok(record, msgpack_decode(arena, &alone, (struct str){bytes, (size_t)length}, out));
      assert_memory_equal(out, zeros, record->size_bytes);
      assert_ok(record, json_to_record(arena, &alone, str_format(arena, "{\"%s\":null}", field->name), out));
      assert_memory_equal(out, zeros, record->size_bytes);
    }
}

/* -- secrets -- */

static void json_hides_secrets_of_every_record(void **state) {
  struct arena *arena = *state;
  struct credential credential = {
      .name = STR("bot"), .kind = STR("pat"), .secret = STR("{\"token\":\"hunter2\"}"), .previous = STR("hunter2")};
  const struct record *record = verb_table[VERB_CREDENTIAL_GET].reply;
  struct str hidden = json_print(arena, json_from_record(record, &credential, true));
  assert_true(str_is(hidden, "{\"name\":\"bot\",\"kind\":\"pat\",\"secret\":\"***\",\"generation\":0,"
                             "\"unproven\":false,\"previous\":\"***\"}"));
  assert_true(str_find(as_json(arena, record, &credential), "hunter2") >= 0);
}

static bool has_secret(const struct record *record) {
  for (size_t i = 0; i < record->field_count; i++)
    if (record->fields[i].flags & FIELD_SECRET)
      return true;
  return false;
}

/* A kept reply would be a secret in clear text in the database. */
static void verbs_with_secrets_say_so_and_keep_no_reply(void **state) {
  (void)state;
  for (int id = 0; id < VERB_COUNT; id++) {
    const struct verb *verb = &verb_table[id];
    assert_int_equal((verb->flags & VERB_SECRET) != 0, has_secret(verb->request) || has_secret(verb->reply));
    assert_false((verb->flags & VERB_SECRET) && (verb->flags & VERB_ONCE));
  }
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(record_tables_fit_the_codecs),
      BEHAVIOUR(record_tables_explain_every_field),
      BEHAVIOUR(msgpack_round_trip_keeps_every_record),
      BEHAVIOUR(json_round_trip_keeps_every_record),
      BEHAVIOUR(codecs_round_trip_keeps_zeroed_records),
      BEHAVIOUR(msgpack_refuses_every_truncation),
      BEHAVIOUR(codecs_survive_flipped_bytes),
      BEHAVIOUR(codecs_name_the_missing_field),
      BEHAVIOUR(codecs_take_nil_for_absent),
      BEHAVIOUR(json_hides_secrets_of_every_record),
      BEHAVIOUR(verbs_with_secrets_say_so_and_keep_no_reply),
  };
  return cmocka_run_group_tests_name("codecs", tests, NULL, NULL);
}
