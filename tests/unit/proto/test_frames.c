/* Event frames: topic, NUL, map; what is refused; the tables' names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/msgpack.h"
#include "proto/events.h"
#include "proto/roles.h"
#include "records.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static struct stored_event an_event(void) {
  return (struct stored_event){.sequence = 41,
                               .id = STR("2b7a2c9e-8d0f-4b6e-9a51-0c7f5d1f3a10"),
                               .source = STR("tandem/store"),
                               .type = STR("tandem.v1.TicketCreated"),
                               .time = STR("2024-05-06T07:08:09.010Z"),
                               .subject = STR("T-1"),
                               .partitionkey = STR("T-1"),
                               .traceparent = STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                               .data = STR("{\"ticket\":\"T-1\",\"names\":[\"title\"],\"fields\":{\"title\":\"x\"}}")};
}

static struct str frame_of(struct arena *arena, const struct stored_event *event) {
  struct str frame = {0};
  struct result result = event_to_frame(arena, event, &frame);
  assert_string_equal(result.message, "");
  return frame;
}

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

/* -- there and back -- */

static void frame_starts_with_topic_and_nul(void **state) {
  struct stored_event event = an_event();
  struct str frame = frame_of(*state, &event);
  assert_memory_equal(frame.at, "tandem.v1.TicketCreated\0", 24);
  assert_int_equal((unsigned char)frame.at[24], 0x8a); /* a map of ten: nine attributes that are there, and data */
}

static void frame_round_trip_keeps_every_attribute(void **state) {
  struct stored_event event = an_event(), again;
  struct result result = event_from_frame(*state, frame_of(*state, &event), &again);
  assert_int_equal(result.code, RESULT_OK);
  struct str before = msgpack_encode(*state, &record_stored_event, &event);
  assert_true(str_equal(before, msgpack_encode(*state, &record_stored_event, &again)));
}

static void frame_of_what_is_not_logged_has_no_sequence(void **state) {
  struct stored_event event = an_event(), again;
  event.sequence = 0;
  event.subject = event.partitionkey = event.traceparent = event.time = (struct str){0};
  struct str frame = frame_of(*state, &event);
  struct result result = event_from_frame(*state, frame, &again);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(again.sequence, 0);
  assert_true(str_is_absent(again.subject) && str_is_absent(again.time));
  assert_int_equal(str_find(str_slice(frame, 24, frame.length), "sequence"), -1);
}

/* Data of every event type that the tables can make, and what comes out is the same JSON. */
static void frame_round_trip_keeps_data_of_every_type(void **state) {
  struct arena *arena = *state;
  struct dice dice = dice_new(__func__);
  for (int id = 0; id < EVENT_COUNT; id++)
    for (int round = 0; round < 40; round++) {
      const struct record *record = event_table[id].data;
      void *object = arena_alloc(arena, record->size_bytes);
      records_fill(arena, &dice, record, false, object);
      struct stored_event event = an_event(), again;
      event.type = str_of(event_table[id].type);
      event.data = json_print(arena, json_from_record(record, object, false));
      struct result result = event_from_frame(arena, frame_of(arena, &event), &again);
      assert_int_equal(result.code, RESULT_OK);
      assert_int_equal(event_named(again.type), id);
      void *decoded = arena_alloc(arena, record->size_bytes);
      result = json_to_record(arena, record, again.data, decoded);
      assert_int_equal(result.code, RESULT_OK);
      assert_string_equal(json_print(arena, json_from_record(record, decoded, false)).at, event.data.at);
      arena_reset(arena);
    }
}

static void frame_carries_every_kind_of_json(void **state) {
  static const struct {
    const char *data, *back;
  } cases[] = {
      {"{}", "{}"},
      {"{\"a\":[1,-1,true,false,null,\"x\",{\"b\":[]}]}", "{\"a\":[1,-1,true,false,null,\"x\",{\"b\":[]}]}"},
      {"{\"a\":9007199254740992,\"b\":-9007199254740992}", "{\"a\":9007199254740992,\"b\":-9007199254740992}"},
      {"{\"a\":1.5,\"b\":1e300}", "{\"a\":1.5,\"b\":1.0000000000000001e+300}"},
      {"{\"a\":1e999}", "{\"a\":null}"},
      {"{\"a\":\"\\u0001\\n\\\"\"}", "{\"a\":\"\\u0001\\n\\\"\"}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stored_event event = an_event(), again;
    event.data = str_of(cases[i].data);
    struct result result = event_from_frame(*state, frame_of(*state, &event), &again);
    assert_int_equal(result.code, RESULT_OK);
    assert_string_equal(again.data.at, cases[i].back);
  }
}

/* -- what is refused -- */

static void frame_of_a_wrong_event_is_not_made(void **state) {
  static const struct {
    const char *type, *data;
  } cases[] = {{"x", "[]"}, {"x", "\"text\""}, {"x", "null"}, {"x", ""},
               {"x", "{"},  {"x", NULL},       {"", "{}"},    {NULL, "{}"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stored_event event = an_event();
    struct str frame = STR("untouched");
    event.type = str_of(cases[i].type);
    event.data = str_of(cases[i].data);
    struct result result = event_to_frame(*state, &event, &frame);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_true(str_is(frame, "untouched"));
  }
}

/* Exactly EVENT_BYTES_MAX fits, one byte more does not. */
static void frame_is_bounded(void **state) {
  struct arena *arena = *state;
  struct stored_event event = an_event();
  event.data = STR("{\"a\":\"\"}");
  size_t around = frame_of(arena, &event).length + 2; /* a long text's length takes two bytes more */
  for (size_t more = 0; more < 2; more++) {
    size_t length = EVENT_BYTES_MAX - around + more;
    char *text = arena_alloc(arena, length + 1);
    memset(text, 'x', length);
    event.data = str_format(arena, "{\"a\":\"%s\"}", text);
    struct str frame = {0};
    struct result result = event_to_frame(arena, &event, &frame);
    assert_int_equal(result.code, more ? RESULT_REJECTED : RESULT_OK);
    if (!more)
      assert_int_equal(frame.length, EVENT_BYTES_MAX);
  }
}

static void frame_that_is_none_is_refused(void **state) {
  char *large = calloc(1, 2 * EVENT_BYTES_MAX + 1);
  const struct {
    struct str frame;
    const char *message;
  } cases[] = {
      {{0}, "not an event"},
      {BYTES("no nul"), "not an event"},
      {{large, 2 * EVENT_BYTES_MAX + 1}, "not an event"},
      {BYTES("t\0"), "not one well-formed"},
      {BYTES("t\0\x90"), "expected a map"},
      {BYTES("t\0\x80"), "id is missing"},
      {BYTES("t\0\x83\xa2id\xa1i\xa6source\xa1s\xa4type\xa1u"), "event type and topic differ"},
      {BYTES("t\0\x83\xa2id\xa1i\xa6source\xa1s\xa4type\xa2tt"), "event type and topic differ"},
      {BYTES("t\0\x83\xa2id\xa1i\xa6source\xa1s\xa4type\xa1t\xc0"), "not one well-formed"},
      {BYTES("t\0\x84\xa2id\xa1i\xa6source\xa1s\xa4type\xa1t\xa8sequence\xa1x"), "sequence: not of"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stored_event event = an_event();
    struct result result = event_from_frame(*state, cases[i].frame, &event);
    assert_int_equal(result.code, RESULT_REJECTED);
    if (!strstr(result.message, cases[i].message))
      fail_msg("case %zu: %s", i, result.message);
    assert_int_equal(event.sequence, 41);
  }
  free(large);
}

/* A sender that is newer or careless: the data that can be read as JSON is. */
static void frame_data_is_always_an_object(void **state) {
  static const struct {
    struct str member;
    const char *data;
  } cases[] = {
      {{0}, "{}"},
      {{"\xa4"
        "data\xc0",
        6},
       "{}"},
      {{"\xa4"
        "data\x91\x01",
        7},
       "{}"},
      {{"\xa4"
        "data\x82\x01\x02\xa1"
        "a\x03",
        11},
       "{\"a\":3}"},
      {{"\xa4"
        "data\x81\xa1"
        "a\xc4\x01x",
        11},
       "{\"a\":null}"},
      {{"\xa4"
        "data\x81\xa1"
        "a\xca\x3f\x80\x00\x00",
        13},
       "{\"a\":1}"},
      {{"\xa4"
        "data\x81\xa1"
        "a\xca\x7f\x80\x00\x00",
        13},
       "{\"a\":null}"},
      {{"\xa4"
        "data\x81\xa1"
        "a\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
        17},
       "{\"a\":18446744073709551615}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct str_builder frame = {.arena = *state};
    char head[] = "t\0\x83\xa2id\xa1i\xa6source\xa1s\xa4type\xa1t";
    head[2] = (char)(cases[i].member.length ? 0x84 : 0x83);
    str_append(&frame, (struct str){head, sizeof head - 1});
    str_append(&frame, cases[i].member);
    struct stored_event event;
    struct result result = event_from_frame(*state, str_built(&frame), &event);
    assert_string_equal(result.message, "");
    assert_string_equal(event.data.at, cases[i].data);
  }
}

static void frame_with_data_twice_has_the_first(void **state) {
  struct stored_event event;
  struct str frame = BYTES("t\0\x85\xa2id\xa1i\xa6source\xa1s\xa4type\xa1t\xa4"
                           "data\x81\xa1"
                           "a\x01\xa4"
                           "data\x81\xa1"
                           "a\x02");
  struct result result = event_from_frame(*state, frame, &event);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(event.data.at, "{\"a\":1}");
}

static void frame_of_packed_data_is_the_same(void **state) {
  struct stored_event event = an_event(), packed = an_event();
  event.data = STR("{\"a\":1}");
  packed.data = (struct str){0};
  packed.packed = BYTES("\x81\xa1"
                        "a\x01");
  assert_true(str_equal(frame_of(*state, &packed), frame_of(*state, &event)));
}

/* What a service is given that asks for an event's data as msgpack: the same bytes as in the frame. */
static void frame_data_alone_is_what_the_frame_ends_with(void **state) {
  struct stored_event event = an_event();
  struct str frame = frame_of(*state, &event), data;
  struct result result = event_data_to_msgpack(*state, event.data, &data);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(data.length > 1 && memcmp(frame.at + frame.length - data.length, data.at, data.length) == 0);
  result = event_data_to_msgpack(*state, STR("[1]"), &data);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "not a JSON object"));
}

/* -- names -- */

static void names_are_found_and_unique(void **state) {
  (void)state;
  for (int id = 0; id < EVENT_COUNT; id++) {
    assert_int_equal(event_named(str_of(event_table[id].type)), id);
    assert_true(str_starts_with(str_of(event_table[id].type), "tandem.v1."));
  }
  for (int id = 0; id < VERB_COUNT; id++)
    assert_int_equal(verb_named(str_of(verb_table[id].name)), id);
  assert_int_equal(event_named(STR("tandem.v1.Nothing")), EVENT_COUNT);
  assert_int_equal(event_named((struct str){0}), EVENT_COUNT);
  assert_int_equal(verb_named(STR("ticket")), VERB_COUNT);
  assert_int_equal(verb_named((struct str){0}), VERB_COUNT);
  for (int role = 0; role < ROLE_COUNT; role++)
    assert_int_equal(role_named(str_of(role_names[role])), role);
  assert_int_equal(role_named(STR("root")), ROLE_COUNT);
  assert_int_equal(role_named((struct str){0}), ROLE_COUNT);
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(frame_starts_with_topic_and_nul),
      BEHAVIOUR(frame_round_trip_keeps_every_attribute),
      BEHAVIOUR(frame_of_what_is_not_logged_has_no_sequence),
      BEHAVIOUR(frame_round_trip_keeps_data_of_every_type),
      BEHAVIOUR(frame_carries_every_kind_of_json),
      BEHAVIOUR(frame_of_a_wrong_event_is_not_made),
      BEHAVIOUR(frame_is_bounded),
      BEHAVIOUR(frame_that_is_none_is_refused),
      BEHAVIOUR(frame_data_is_always_an_object),
      BEHAVIOUR(frame_with_data_twice_has_the_first),
      BEHAVIOUR(frame_of_packed_data_is_the_same),
      BEHAVIOUR(frame_data_alone_is_what_the_frame_ends_with),
      BEHAVIOUR(names_are_found_and_unique),
  };
  return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
