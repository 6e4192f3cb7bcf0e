/* Deliveries: what they carry where the mapping says, and what is refused rather than overlooked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/webhook.h"

#define TICKET "{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"t\"}"
#define OPTIONS(event)                                                                                             \
  "{\"ticket\":{\"id\":\"/id\",\"updated_at\":\"/at\",\"fields\":{\"title\":\"/title\"}},\"events\":{\"type\":\"/" \
  "type\","                                                                                                        \
  "\"carry\":[" event "]}}"

static const char any_type[] = OPTIONS("{\"ticket\":\"/data\"}");
static const char one_type[] = OPTIONS("{\"types\":[\"made\"],\"ticket\":\"/data\"}");

static void events_rows(void **state) {
  (void)state;
  static const struct {
    const char *options, *body;
    size_t count;
    const char *refused; /* NULL: taken */
  } rows[] = {
      {any_type, "{\"data\":" TICKET "}", 1, NULL},
      {any_type, "{\"data\":[" TICKET "," TICKET "]}", 2, NULL},
      {any_type, "{\"data\":[]}", 0, NULL},
      {any_type, "{\"data\":null}", 0, NULL},
      {any_type, "{}", 0, NULL},
      {any_type, "{\"data\":\"a\"}", 0, "/data of the delivery is no object and no list"},
      {any_type, "{\"data\":7}", 0, "/data of the delivery is no object and no list"},
      {any_type, "{\"data\":true}", 0, "/data of the delivery is no object and no list"},
      {any_type, "{\"data\":[7]}", 0, "ticket.id: there is no text or number at \"/id\""},
      {one_type, "{\"type\":\"made\",\"data\":" TICKET "}", 1, NULL},
      {one_type, "{\"type\":\"closed\",\"data\":7}", 0, NULL},
      {one_type, "{\"type\":\"made\"}", 0, "the delivery has no /data"},
      {one_type, "{\"type\":\"made\",\"data\":\"a\"}", 0, "/data of the delivery is no object and no list"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct project project = {.options = str_of(rows[i].options)};
    struct list seen = {0};
    struct result result = webhook_translate(&arena, &project, STR(""), str_of(rows[i].body), &seen);
    assert_string_equal(result.message, rows[i].refused ? rows[i].refused : "");
    assert_int_equal(result.code, rows[i].refused ? RESULT_REJECTED : RESULT_OK);
    assert_int_equal(seen.count, rows[i].count);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(events_rows)};
  return cmocka_run_group_tests_name("adapter-webhook events", tests, NULL, NULL);
}
