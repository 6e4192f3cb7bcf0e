/* Contexts, spans and their JSON. Recording is the process's, so the tests of what is not recorded come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/metrics.h"
#include "base/otlp.h"

#define IDS "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
#define SAMPLED "00-" IDS "-01"

static const struct trace_context none;

static void trace_reads_what_w3c_allows(void **state) {
  static const struct {
    const char *text;
    bool valid, sampled;
  } rows[] = {
      {SAMPLED, true, true},
      {"00-" IDS "-00", true, false},
      {"00-" IDS "-03", true, true},
      {"01-" IDS "-01", true, true},
      {"cc-" IDS "-01-what-the-future-brings", true, true},
      {"cc-" IDS "-01.what-the-future-brings", false, false},
      {"00-" IDS "-01-", false, false},
      {"ff-" IDS "-01", false, false},
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false, false},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false, false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false, false},
      {"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01", false, false},
      {"00-" IDS "-0", false, false},
      {"00-" IDS "-0g", false, false},
      {"", false, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct trace_context context = trace_parse(str_of(rows[i].text));
    assert_int_equal(trace_is_some(&context), rows[i].valid);
    assert_int_equal(context.sampled, rows[i].sampled);
  }
  struct trace_context absent = trace_parse((struct str){0});
  assert_false(trace_is_some(&absent));
}

static void trace_writes_what_it_read(void **state) {
  struct arena arena = {0};
  (void)state;
  struct trace_context context = trace_parse(STR(SAMPLED));
  assert_string_equal(trace_format(&arena, &context).at, SAMPLED);
  assert_true(str_is_absent(trace_format(&arena, &none)));
  arena_free(&arena);
}

static void trace_is_passed_on_while_nothing_is_recorded(void **state) {
  struct trace_context parent = trace_parse(STR(SAMPLED)), current;
  struct span span, inner;
  (void)state;
  span_begin(&span, "outer", SPAN_SERVER, &parent);
  span_begin_inner(&inner, "inner", SPAN_CLIENT);
  span_text(&inner, "key", STR("value"));
  current = trace_current();
  assert_memory_equal(current.span_id, parent.span_id, SPAN_ID_BYTES);
  span_end(&inner);
  span_end(&span);
  current = trace_current();
  assert_false(trace_is_some(&current));
  span_begin(&span, "root", SPAN_SERVER, &none);
  current = trace_current();
  assert_false(trace_is_some(&current));
  span_end(&span);
  assert_int_equal(trace_waiting(), 0);
}

static void trace_begins_recording(void **state) {
  (void)state;
  trace_start(100);
}

static struct span taken(void) {
  struct span span;
  assert_int_equal(trace_take(&span, 1, 0, 0), 1);
  assert_true(trace_waiting() >= 1); /* until it is sent */
  trace_taken();
  return span;
}

static void trace_spans_nest_below_their_parent(void **state) {
  struct trace_context parent = trace_parse(STR(SAMPLED));
  struct span outer, inner;
  (void)state;
  span_begin(&outer, "outer", SPAN_SERVER, &parent);
  span_begin_inner(&inner, "inner", SPAN_CLIENT);
  span_end(&inner);
  span_end(&outer);
  struct span first = taken(), second = taken();
  assert_string_equal(first.name, "inner");
  assert_memory_equal(first.parent_id, second.context.span_id, SPAN_ID_BYTES);
  assert_memory_equal(second.parent_id, parent.span_id, SPAN_ID_BYTES);
  assert_memory_equal(first.context.trace_id, parent.trace_id, TRACE_ID_BYTES);
  assert_true(first.start_ns >= second.start_ns && first.end_ns <= second.end_ns);
  assert_int_equal(trace_waiting(), 0);
}

static void trace_that_is_not_sampled_is_not_recorded(void **state) {
  struct trace_context parent = trace_parse(STR("00-" IDS "-00"));
  struct span span;
  (void)state;
  span_begin(&span, "quiet", SPAN_SERVER, &parent);
  assert_false(span.recording || trace_current().sampled);
  span_end(&span);
  span_begin_inner(&span, "of nobody", SPAN_CLIENT);
  assert_false(span.recording);
  span_end(&span);
  assert_int_equal(trace_waiting(), 0);
}

static void trace_attributes_and_links_are_bounded(void **state) {
  struct span span;
  (void)state;
  span_open(&span, "a name that is longer than the forty-seven bytes there are for it", SPAN_INTERNAL, &none);
  span_text(&span, "long", STR("123456789012345678901234567890123456789012345\xc3\xab\xc3\xab"));
  span_text(&span, "absent", (struct str){0});
  for (int i = 0; i < SPAN_ATTRIBUTES_MAX; i++)
    span_number(&span, "number", i);
  for (int i = 0; i <= SPAN_LINKS_MAX; i++) {
    struct trace_context other = trace_unrecorded();
    span_link(&span, &other);
  }
  span_link(&span, &none);
  span_close(&span);
  struct span got = taken();
  assert_int_equal(strlen(got.name), SPAN_TEXT_BYTES - 1);
  assert_int_equal(strlen(got.attributes[0].text), 47); /* a whole character */
  assert_int_equal(got.attribute_count, SPAN_ATTRIBUTES_MAX);
  assert_int_equal(got.dropped_attributes, 1);
  assert_int_equal(got.link_count, SPAN_LINKS_MAX);
  assert_int_equal(got.dropped_links, 1);
}

static void trace_json_is_otlp(void **state) {
  struct arena arena = {0};
  struct trace_context context = trace_parse(STR(SAMPLED));
  struct result failure = result_error(RESULT_RETRY, "the title is private");
  struct otlp_resource resource = {STR("tandem-test"), STR("test-1")};
  struct span span;
  cJSON *tree;
  (void)state;
  span_resume(&span, "session \"x\"", SPAN_INTERNAL, &context, 1700000000123);
  span_number(&span, "tandem.seen", -7);
  span_result(&span, &failure);
  span_close(&span);
  struct span got = taken();
  got.end_ns = 1700000001000000001;
  struct result parsed = json_parse(otlp_request(&arena, &resource, &got, 1), &tree);
  assert_true(result_ok(&parsed));
  cJSON *spans = cJSON_DetachItemFromObject(
      cJSON_GetArrayItem(
          cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(tree, "resourceSpans"), 0), "scopeSpans"), 0),
      "spans");
  assert_string_equal(
      json_print(&arena, spans).at,
      "[{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"00f067aa0ba902b7\",\"name\":\"session "
      "\\\"x\\\"\","
      "\"kind\":1,\"startTimeUnixNano\":\"1700000000123000000\",\"endTimeUnixNano\":\"1700000001000000001\",\"flags\":"
      "1,"
      "\"attributes\":[{\"key\":\"tandem.seen\",\"value\":{\"intValue\":\"-7\"}},"
      "{\"key\":\"error.type\",\"value\":{\"stringValue\":\"retry\"}}],\"droppedAttributesCount\":0,\"links\":[],"
      "\"droppedLinksCount\":0,\"status\":{\"code\":2}}]");
  cJSON_Delete(tree);
  arena_free(&arena);
}

static void trace_over_its_queue_drops_and_counts(void **state) {
  struct arena arena = {0};
  struct str_builder out = {.arena = &arena};
  struct span span;
  (void)state;
  for (int i = 0; i < 5000; i++) {
    span_open(&span, "many", SPAN_INTERNAL, &none);
    span_close(&span);
  }
  size_t kept = trace_waiting();
  assert_in_range(kept, 1, 4999);
  metrics_write(&out);
  struct str line = str_format(&arena, "tandem_trace_spans_dropped_total{reason=\"queue_full\"} %zu\n", 5000 - kept);
  assert_true(str_find(str_built(&out), line.at) >= 0);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trace_reads_what_w3c_allows),
      cmocka_unit_test(trace_writes_what_it_read),
      cmocka_unit_test(trace_is_passed_on_while_nothing_is_recorded),
      cmocka_unit_test(trace_begins_recording),
      cmocka_unit_test(trace_spans_nest_below_their_parent),
      cmocka_unit_test(trace_that_is_not_sampled_is_not_recorded),
      cmocka_unit_test(trace_attributes_and_links_are_bounded),
      cmocka_unit_test(trace_json_is_otlp),
      cmocka_unit_test(trace_over_its_queue_drops_and_counts),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
