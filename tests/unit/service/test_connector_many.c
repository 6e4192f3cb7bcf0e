/* Outcomes of several writes, and sending singly what could not be sent together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/connector_many.h"

enum { COUNT = 4 };

/* What a push answers: the code that its payload's marker names. */
static int pushes;

static struct result push(struct connection *connection, struct arena *arena, const struct push *one,
                          struct observation *out) {
  (void)connection, (void)arena;
  struct str name = one->payload->marker;
  enum result_code code = result_code_named(name.at, name.length);
  pushes++;
  if (code != RESULT_OK)
    return result_error(code, "as asked for");
  out->external_id = STR("made");
  return RESULT_DONE;
}

static void singly_goes_on_until_nobody_would_fare_better(void **state) {
  static const struct {
    const char *says[COUNT]; /* "": it is done already */
    const char *becomes[COUNT];
    int pushes;
  } rows[] = {
      {{"ok", "ok", "ok", "ok"}, {"ok", "ok", "ok", "ok"}, 4},
      {{"ok", "rejected", "gone", "ok"}, {"ok", "rejected", "gone", "ok"}, 4},
      {{"uncertain", "ok", "stale", "ok"}, {"uncertain", "ok", "stale", "ok"}, 4},
      {{"ok", "retry", "ok", "ok"}, {"ok", "retry", "retry", "retry"}, 2},
      {{"auth", "ok", "ok", "ok"}, {"auth", "auth", "auth", "auth"}, 1},
      {{"", "ok", "retry", ""}, {"bug", "ok", "retry", "bug"}, 2},
      {{"", "", "", ""}, {"bug", "bug", "bug", "bug"}, 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pushed all[COUNT] = {0};
    struct payload payloads[COUNT] = {0};
    for (size_t n = 0; n < COUNT; n++) {
      payloads[n].marker = str_of(rows[i].says[n]);
      all[n].push.payload = &payloads[n];
      if (!rows[i].says[n][0])
        pushed_end(&all[n], result_error(RESULT_BUG, "done before"));
    }
    pushes = 0;
    pushed_singly(NULL, NULL, push, all, COUNT);
    assert_int_equal(pushes, rows[i].pushes);
    assert_int_equal(pushed_open(all, COUNT), 0);
    for (size_t n = 0; n < COUNT; n++) {
      assert_string_equal(result_code_name(all[n].result.code), rows[i].becomes[n]);
      assert_int_equal(result_ok(&all[n].result), str_is(all[n].seen.external_id, "made"));
    }
  }
}

static void end_all_leaves_what_is_done(void **state) {
  struct pushed all[COUNT] = {0};
  (void)state;
  pushed_end(&all[2], RESULT_DONE);
  assert_int_equal(pushed_open(all, COUNT), COUNT - 1);
  pushed_end_all(all, COUNT, result_retry_after(7, "later"));
  for (size_t n = 0; n < COUNT; n++)
    assert_int_equal(all[n].result.retry_after_ms, n == 2 ? 0 : 7);
}

static void nothing_is_never_said_of_what_may_have_happened(void **state) {
  static const struct {
    enum result_code code;
    bool nothing;
  } rows[] = {{RESULT_OK, false},      {RESULT_RETRY, false}, {RESULT_UNCERTAIN, false}, {RESULT_STALE, true},
              {RESULT_REJECTED, true}, {RESULT_GONE, true},   {RESULT_AUTH, false},      {RESULT_BUG, false}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct result result = {.code = rows[i].code};
    assert_int_equal(pushed_nothing(&result), rows[i].nothing);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singly_goes_on_until_nobody_would_fare_better),
      cmocka_unit_test(end_all_leaves_what_is_done),
      cmocka_unit_test(nothing_is_never_said_of_what_may_have_happened),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
