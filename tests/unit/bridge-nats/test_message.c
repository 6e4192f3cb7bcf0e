/* Events as NATS messages: subjects, headers, payload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bridge-nats/message.h"

static struct stored_event event_with(struct str type, struct str data) {
  return (struct stored_event){.sequence = 41,
                               .id = STR("0a"),
                               .source = STR("tandem/store"),
                               .type = type,
                               .time = STR("2026-01-31T08:15:00.250Z"),
                               .subject = STR("project/r\xc3\xb6ket \"1\" 100%"),
                               .data = data};
}

static const char *header(const struct message *message, const char *name) {
  for (size_t i = 0; i < message->header_count; i++)
    if (strcmp(message->headers[i].name, name) == 0)
      return message->headers[i].value.at;
  return NULL;
}

static void message_subject_has_stream_type_and_project(void **state) {
  static const struct {
    const char *data, *subject;
  } rows[] = {
      {"{\"project\":\"rocket\"}", "acme.v1.SyncError.rocket"},
      {"{\"project\":\"\"}", "acme.v1.SyncError._"},
      {"{}", "acme.v1.SyncError._"},
      {"{\"project\":7}", "acme.v1.SyncError._"},
      {"{\"project\":\"_\"}", "acme.v1.SyncError.%5F"},
      {"{\"project\":\"a.b *>\"}", "acme.v1.SyncError.a%2Eb%20%2A%3E"},
      {"{\"project\":\"\\r\\nPUB x\"}", "acme.v1.SyncError.%0D%0APUB%20x"},
      {"{\"project\":\"\xc3\xb6\"}", "acme.v1.SyncError.%C3%B6"},
      {"{\"project\":\"50%_x-1\"}", "acme.v1.SyncError.50%25_x-1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct stored_event event = event_with(STR("tandem.v1.SyncError"), str_of(rows[i].data));
    struct message message;
    struct result result = message_of(*state, STR("acme"), &event, &message);
    assert_true(result_ok(&result));
    assert_string_equal(message.subject.at, rows[i].subject);
    assert_true(str_equal(message.payload, event.data));
  }
}

static void message_headers_are_of_the_binding_and_the_place(void **state) {
  struct stored_event event = event_with(STR("tandem.v1.SyncError"), STR("{}"));
  struct message message;
  struct result result = message_of(*state, STR("acme"), &event, &message);
  assert_true(result_ok(&result));
  assert_int_equal(message.sequence, 41);
  assert_string_equal(header(&message, "Nats-Msg-Id"), "0a");
  assert_string_equal(header(&message, "Nats-Expected-Stream"), "acme");
  assert_string_equal(header(&message, "Nats-Expected-Last-Sequence"), "40");
  assert_string_equal(header(&message, "ce-specversion"), "1.0");
  assert_string_equal(header(&message, "ce-id"), "0a");
  assert_string_equal(header(&message, "ce-source"), "tandem/store");
  assert_string_equal(header(&message, "ce-type"), "tandem.v1.SyncError");
  assert_string_equal(header(&message, "ce-time"), "2026-01-31T08:15:00.250Z");
  assert_string_equal(header(&message, "ce-subject"), "project/r%C3%B6ket%20%221%22%20100%25");
  assert_string_equal(header(&message, "ce-sequence"), "41");
  assert_string_equal(header(&message, "ce-datacontenttype"), "application/json");
  assert_null(header(&message, "ce-traceparent"));
}

static void message_of_the_first_event_expects_an_empty_stream(void **state) {
  struct stored_event event = event_with(STR("tandem.v1.SyncError"), STR("{}"));
  struct message message;
  event.sequence = 1;
  event.traceparent = STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  struct result result = message_of(*state, STR("acme"), &event, &message);
  assert_true(result_ok(&result));
  assert_string_equal(header(&message, "Nats-Expected-Last-Sequence"), "0");
  assert_string_equal(header(&message, "ce-traceparent"), event.traceparent.at);
}

static void message_needs_json(void **state) {
  struct stored_event event = event_with(STR("tandem.v1.SyncError"), STR("{"));
  struct message message;
  struct result result = message_of(*state, STR("acme"), &event, &message);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "event 41 of the log"));
}

static int begin(void **state) {
  static struct arena arena;
  *state = &arena;
  return 0;
}

static int end(void **state) {
  arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(message_subject_has_stream_type_and_project, begin, end),
      cmocka_unit_test_setup_teardown(message_headers_are_of_the_binding_and_the_place, begin, end),
      cmocka_unit_test_setup_teardown(message_of_the_first_event_expects_an_empty_stream, begin, end),
      cmocka_unit_test_setup_teardown(message_needs_json, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
