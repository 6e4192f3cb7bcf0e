/* The msgpack codec on a record of its own: what is skipped, refused and bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/msgpack.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

struct inner {
  struct str name;
  int64_t number;
};
struct outer {
  struct str text, bytes;
  int64_t number;
  bool flag;
  struct values fields;
  struct inner inside;
  const struct inner *maybe;
  LIST_OF(struct str) texts;
  LIST_OF(struct inner) list;
};

static const struct field inner_fields[] = {
    FIELD(struct inner, name, FIELD_STR, FIELD_REQUIRED, "Its name."),
    FIELD(struct inner, number, FIELD_I64, 0, "Its number."),
};
static const struct record inner_record = RECORD("Inner", struct inner, inner_fields, "Inside.");
static const struct field outer_fields[] = {
    FIELD(struct outer, text, FIELD_STR, 0, "A text."),
    FIELD(struct outer, bytes, FIELD_BYTES, 0, "Some bytes."),
    FIELD(struct outer, number, FIELD_I64, 0, "A number."),
    FIELD(struct outer, flag, FIELD_BOOL, 0, "A flag."),
    FIELD(struct outer, fields, FIELD_VALUES, 0, "Some values."),
    FIELD_OF(struct outer, inside, FIELD_INLINE, 0, &inner_record, "Embedded."),
    FIELD_OF(struct outer, maybe, FIELD_RECORD, 0, &inner_record, "Pointed at."),
    FIELD(struct outer, texts, FIELD_STRS, 0, "Some texts."),
    FIELD_OF(struct outer, list, FIELD_LIST, 0, &inner_record, "Some records."),
};
static const struct record outer_record = RECORD("Outer", struct outer, outer_fields, "All types.");

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

static void assert_rejected(struct result result, const char *message) {
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_string_equal(result.message, message);
}

static void msgpack_encodes_what_the_spec_says(void **state) {
  static const struct str texts[] = {{"x", 1}, {"", 0}};
  struct inner maybe = {STR("m"), -1};
  struct value value = value_set(STR("l"), texts, 1);
  struct outer outer = {.text = STR("t"), .bytes = STR("\xff"), .number = 300, .flag = true, .fields = {&value, 1}};
  outer.inside.name = STR("i");
  outer.maybe = &maybe;
  outer.texts.at = texts;
  outer.texts.count = 2;
  outer.list.at = &maybe;
  outer.list.count = 1;
  struct str bytes = msgpack_encode(*state, &outer_record, &outer);
  struct str expected = BYTES("\x89\xa4text\xa1t\xa5"
                              "bytes\xc4\x01\xff\xa6number\xcd\x01\x2c\xa4"
                              "flag\xc3\xa6"
                              "fields\x81\xa1l\x91\xa1x"
                              "\xa6inside\x81\xa4name\xa1i\xa5maybe\x82\xa4name\xa1m\xa6number\xff\xa5texts\x92\xa1x"
                              "\xa0\xa4list\x91\x82\xa4name\xa1m\xa6number\xff");
  assert_int_equal(bytes.length, expected.length);
  assert_memory_equal(bytes.at, expected.at, expected.length);
}

static void msgpack_absent_required_fields_are_sent_empty(void **state) {
  static const struct field fields[] = {
      FIELD(struct outer, text, FIELD_STR, FIELD_REQUIRED, "A text."),
      FIELD(struct outer, bytes, FIELD_BYTES, FIELD_REQUIRED, "Some bytes."),
      FIELD(struct outer, number, FIELD_I64, FIELD_REQUIRED, "A number."),
  };
  static const struct record record = RECORD("Needs", struct outer, fields, "All required.");
  struct outer none = {0}, out;
  struct str bytes = msgpack_encode(*state, &record, &none);
  assert_true(str_equal(bytes, BYTES("\x83\xa4text\xa0\xa5"
                                     "bytes\xc4\x00\xa6number\x00")));
  struct result result = msgpack_decode(*state, &record, bytes, &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_false(str_is_absent(out.text) || str_is_absent(out.bytes));
}

static void msgpack_unknown_keys_are_skipped(void **state) {
  const struct str cases[] = {
      BYTES("\x82\xa6number\x05\xa7unknown\xc0"),
      BYTES("\x82\xa7unknown\x92\x80\x91\xcb\0\0\0\0\0\0\0\0\xa6number\x05"),
      BYTES("\x83\xa0\x01\xa6number\x05\xa7numbers\x06"),
      BYTES("\x82\xa6number\x05\xa1?\xd4\x01\x02"),
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outer out;
    struct result result = msgpack_decode(*state, &outer_record, cases[i], &out);
    assert_string_equal(result.message, "");
    assert_int_equal(out.number, 5);
    assert_true(str_is_absent(out.text));
  }
}

static void msgpack_members_come_in_any_order(void **state) {
  struct outer out;
  struct str bytes = BYTES("\x84\xa5texts\x91\xa1x\xa6number\x05\xa4"
                           "flag\xc3\xa4text\xa1t");
  struct result result = msgpack_decode(*state, &outer_record, bytes, &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(out.flag && out.number == 5 && out.texts.count == 1 && str_is(out.text, "t"));
}

static void msgpack_wrong_types_name_record_and_field(void **state) {
  static const struct {
    struct str bytes;
    const char *message;
  } cases[] = {
      {{"\x05", 1}, "Outer: expected a map"},
      {{"\x90", 1}, "Outer: expected a map"},
      {{"\x81\x05\x05", 3}, "Outer: a key is not a string"},
      {{"\x81\xa4text\x05", 7}, "Outer: text: not of the expected type"},
      {{"\x81\xa5"
        "bytes\x90",
        8},
       "Outer: bytes: not of the expected type"},
      {{"\x81\xa6number\xa1"
        "5",
        10},
       "Outer: number: not of the expected type"},
      {{"\x81\xa6number\xca\0\0\0\0", 13}, "Outer: number: not of the expected type"},
      {{"\x81\xa6number\xc3", 9}, "Outer: number: not of the expected type"},
      {{"\x81\xa4"
        "flag\x01",
        7},
       "Outer: flag: not of the expected type"},
      {{"\x81\xa6"
        "fields\x90",
        9},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6"
        "fields\x81\x01\xa0",
        11},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6"
        "fields\x81\xa1"
        "a\x01",
        12},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6"
        "fields\x81\xa1"
        "a\xc0",
        12},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6"
        "fields\x81\xa1"
        "a\x91\x01",
        13},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6"
        "fields\x82\xa1"
        "a\xa1x\xa1"
        "a\xa1y",
        17},
       "Outer: fields: not of the expected type"},
      {{"\x81\xa6inside\xa1x", 10}, "Outer: Inner: expected a map"},
      {{"\x81\xa6inside\x80", 9}, "Outer: Inner: name is missing"},
      {{"\x81\xa6inside\x81\xa4name\xc0", 15}, "Outer: Inner: name is missing"},
      {{"\x81\xa5maybe\x91\x80", 9}, "Outer: Inner: expected a map"},
      {{"\x81\xa5texts\x80", 8}, "Outer: texts: not of the expected type"},
      {{"\x81\xa5texts\x91\x01", 9}, "Outer: texts: not of the expected type"},
      {{"\x81\xa4list\x80", 7}, "Outer: list: expected a list"},
      {{"\x81\xa4list\x91\x80", 8}, "Outer: Inner: name is missing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outer out = {.number = 4711};
    assert_rejected(msgpack_decode(*state, &outer_record, cases[i].bytes, &out), cases[i].message);
    assert_int_equal(out.number, 4711);
  }
}

static void msgpack_integers_beyond_int64_are_refused(void **state) {
  static const struct {
    struct str number;
    bool fits;
    int64_t value;
  } cases[] = {
      {{"\x7f", 1}, true, 127},
      {{"\xe0", 1}, true, -32},
      {{"\xcc\xff", 2}, true, 255},
      {{"\xcd\xff\xff", 3}, true, 65535},
      {{"\xce\xff\xff\xff\xff", 5}, true, UINT32_MAX},
      {{"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9}, true, INT64_MAX},
      {{"\xcf\x80\0\0\0\0\0\0\0", 9}, false, 0},
      {{"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9}, false, 0},
      {{"\xd3\x80\0\0\0\0\0\0\0", 9}, true, INT64_MIN},
      {{"\xd3\x7f\xff\xff\xff\xff\xff\xff\xff", 9}, true, INT64_MAX},
      {{"\xd0\x80", 2}, true, -128},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outer out = {0};
    struct str_builder bytes = {.arena = *state};
    str_append(&bytes, BYTES("\x81\xa6number"));
    str_append(&bytes, cases[i].number);
    struct result result = msgpack_decode(*state, &outer_record, str_built(&bytes), &out);
    assert_int_equal(result.code, cases[i].fits ? RESULT_OK : RESULT_REJECTED);
    assert_int_equal(out.number, cases[i].value);
  }
}

static void msgpack_texts_are_utf8_and_bytes_are_anything(void **state) {
  static const struct {
    struct str text;
    bool fits;
  } cases[] = {
      {{"", 0}, true},
      {{"a\0b", 3}, true},
      {{"\x7f", 1}, true},
      {{"\xc3\xa4", 2}, true},
      {{"\xe6\x97\xa5", 3}, true},
      {{"\xf0\x9f\x90\x99", 4}, true},
      {{"\xf4\x8f\xbf\xbf", 4}, true},
      {{"\xed\x9f\xbf", 3}, true},
      {{"\x80", 1}, false}, /* a continuation alone */
      {{"\xc3", 1}, false}, /* cut */
      {{"\xe6\x97", 2}, false},
      {{"\xf0\x9f\x90", 3}, false},
      {{"\xc3\x28", 2}, false},
      {{"\xc0\xaf", 2}, false}, /* overlong */
      {{"\xe0\x80\xaf", 3}, false},
      {{"\xf0\x80\x80\xaf", 4}, false},
      {{"\xed\xa0\x80", 3}, false},     /* a surrogate */
      {{"\xf4\x90\x80\x80", 4}, false}, /* beyond U+10FFFF */
      {{"\xf8\x88\x80\x80\x80", 5}, false},
      {{"\xff", 1}, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct value value = value_text(STR("n"), cases[i].text), named = value_text(cases[i].text, STR("v"));
    struct value set = value_set(STR("s"), &cases[i].text, 1);
    struct outer places[5] = {{.text = cases[i].text}};
    places[1].fields = (struct values){&value, 1};
    places[2].fields = (struct values){&named, 1};
    places[3].fields = (struct values){&set, 1};
    places[4].texts.at = &cases[i].text;
    places[4].texts.count = 1;
    for (size_t p = 0; p < 5; p++) {
      struct outer out;
      places[p].inside.name = STR("");
      struct str bytes = msgpack_encode(*state, &outer_record, &places[p]);
      struct result result = msgpack_decode(*state, &outer_record, bytes, &out);
      assert_int_equal(result.code, cases[i].fits ? RESULT_OK : RESULT_REJECTED);
    }
    struct outer raw = {.bytes = cases[i].text, .inside = {STR(""), 0}}, out;
    struct result result = msgpack_decode(*state, &outer_record, msgpack_encode(*state, &outer_record, &raw), &out);
    assert_int_equal(result.code, RESULT_OK);
    assert_true(str_equal(out.bytes, cases[i].text));
  }
}

/* Checked on the bytes, before anything is allocated for what they promise. */
static void msgpack_promises_larger_than_the_input_are_refused(void **state) {
  static const struct str cases[] = {
      {NULL, 0},
      {"", 0},
      {"\xc1", 1},
      {"\x81", 1},
      {"\x80\x80", 2},
      {"\xdb\xff\xff\xff\xff", 5},
      {"\xc6\xff\xff\xff\xff", 5},
      {"\xc9\xff\xff\xff\xff\x01", 6},
      {"\xdd\xff\xff\xff\xff", 5},
      {"\xdf\xff\xff\xff\xff", 5},
      {"\xdf\x80\0\0\x01", 5},
      {"\x81\xa4list\xdd\x7f\xff\xff\xff\x80", 12},
      {"\x81\xa4text\xd9\x05"
       "abcd",
       12},
      {"\x81\xa4text\xda\xff\xff", 9},
      {"\xd8\x01", 2},
      {"\xcb\0\0\0", 4},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outer out;
    assert_rejected(msgpack_decode(*state, &outer_record, cases[i], &out), "Outer: not one well-formed msgpack value");
  }
}

static void msgpack_depth_is_bounded(void **state) {
  for (int depth = 1; depth < 200; depth++) {
    struct str_builder bytes = {.arena = *state};
    struct outer out;
    str_append(&bytes, BYTES("\x81\xa1?"));
    for (int i = 1; i < depth; i++)
      str_append(&bytes, BYTES("\x91"));
    str_append(&bytes, BYTES("\xc0"));
    struct result result = msgpack_decode(*state, &outer_record, str_built(&bytes), &out);
    assert_int_equal(result.code, depth <= MSGPACK_DEPTH_MAX ? RESULT_OK : RESULT_REJECTED);
  }
}

/* One byte of input can become a record of hundreds: the number of values in a message has a limit. */
static void msgpack_number_of_values_is_bounded(void **state) {
  static const struct {
    uint32_t count;
    bool fits;
  } cases[] = {{1000, true}, {1000 * 1000, true}, {1 << 20, false}, {8u << 20, false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint32_t n = cases[i].count;
    struct str_builder bytes = {.arena = *state};
    const char header[] = {(char)0x81,      (char)0xa1,     '?',    (char)0xdd, (char)(n >> 24),
                           (char)(n >> 16), (char)(n >> 8), (char)n};
    str_append(&bytes, (struct str){header, sizeof header});
    char *zeros = arena_alloc(*state, n);
    str_append(&bytes, (struct str){zeros, n});
    struct outer out;
    struct result result = msgpack_decode(*state, &outer_record, str_built(&bytes), &out);
    assert_int_equal(result.code, cases[i].fits ? RESULT_OK : RESULT_REJECTED);
    arena_reset(*state);
  }
}

static void msgpack_number_of_names_is_bounded(void **state) {
  for (int n = 4096; n <= 4097; n++) {
    struct str_builder bytes = {.arena = *state};
    const char count[] = {(char)(n >> 8), (char)n};
    str_append(&bytes, BYTES("\x81\xa6"
                             "fields\xde"));
    str_append(&bytes, (struct str){count, 2});
    for (int i = 0; i < n; i++)
      str_append_format(&bytes, "\xa5%05d\xa1x", i);
    struct outer out;
    struct result result = msgpack_decode(*state, &outer_record, str_built(&bytes), &out);
    assert_int_equal(result.code, n == 4096 ? RESULT_OK : RESULT_REJECTED);
  }
}

static void msgpack_strings_point_into_the_input(void **state) {
  struct outer out;
  struct str bytes = BYTES("\x81\xa4text\xa3"
                           "abc");
  struct result result = msgpack_decode(*state, &outer_record, bytes, &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_ptr_equal(out.text.at, bytes.at + 7);
}

static void msgpack_old_senders_may_send_texts_as_bytes(void **state) {
  struct outer out;
  struct result result = msgpack_decode(*state, &outer_record, BYTES("\x82\xa4text\xc4\x01t\xc4\x06number\x05"), &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(out.text, "t") && out.number == 5);
}
#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(msgpack_encodes_what_the_spec_says),
      BEHAVIOUR(msgpack_absent_required_fields_are_sent_empty),
      BEHAVIOUR(msgpack_unknown_keys_are_skipped),
      BEHAVIOUR(msgpack_members_come_in_any_order),
      BEHAVIOUR(msgpack_wrong_types_name_record_and_field),
      BEHAVIOUR(msgpack_integers_beyond_int64_are_refused),
      BEHAVIOUR(msgpack_texts_are_utf8_and_bytes_are_anything),
      BEHAVIOUR(msgpack_promises_larger_than_the_input_are_refused),
      BEHAVIOUR(msgpack_depth_is_bounded),
      BEHAVIOUR(msgpack_number_of_values_is_bounded),
      BEHAVIOUR(msgpack_number_of_names_is_bounded),
      BEHAVIOUR(msgpack_strings_point_into_the_input),
      BEHAVIOUR(msgpack_old_senders_may_send_texts_as_bytes),
  };
  return cmocka_run_group_tests_name("msgpack", tests, NULL, NULL);
}
