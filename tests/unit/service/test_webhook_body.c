/* What strangers may make a receiver hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "service/webhook_body.h"

enum { CHUNK_BYTES = 1024 * 1024, CONNECTIONS = 8 };

static char chunk[CHUNK_BYTES];

static void take(struct webhook_body *body, size_t bytes) {
  for (size_t done = 0; done < bytes; done += CHUNK_BYTES)
    webhook_body_take(body, (struct str){chunk, bytes - done < CHUNK_BYTES ? bytes - done : CHUNK_BYTES});
}

static void webhook_body_is_what_came_in_pieces(void **state) {
  (void)state;
  struct webhook_bodies all = {0};
  struct webhook_body *body = webhook_body_new(&all);
  assert_string_equal(webhook_body_text(body).at, "");
  webhook_body_take(body, STR("one"));
  take(body, 100000);
  webhook_body_take(body, STR("two"));
  struct str text = webhook_body_text(body);
  assert_int_equal(text.length, 100006);
  assert_true(str_starts_with(text, "one") && str_ends_with(text, "two"));
  webhook_body_free(body);
}

static void webhook_body_ends_at_the_largest_delivery(void **state) {
  (void)state;
  struct webhook_bodies all = {0};
  struct webhook_body *body = webhook_body_new(&all);
  take(body, WEBHOOK_BYTES_MAX);
  assert_int_equal(webhook_body_state(body), WEBHOOK_BODY_WHOLE);
  assert_int_equal(webhook_body_text(body).length, WEBHOOK_BYTES_MAX);
  webhook_body_take(body, STR("x"));
  assert_int_equal(webhook_body_state(body), WEBHOOK_BODY_TOO_LARGE);
  assert_int_equal(webhook_body_text(body).length, 0);
  assert_int_equal(atomic_load(&all.bytes), 0); /* nothing is held for it any more */
  webhook_body_free(body);
  assert_int_equal(atomic_load(&all.bytes), 0);
}

/* Connections that send as much as they can, all at the same time, and one of the usual size among them. */
static void webhook_bodies_together_are_bounded(void **state) {
  (void)state;
  struct webhook_bodies all = {0};
  struct webhook_body *bodies[CONNECTIONS], *usual = webhook_body_new(&all);
  int whole = 0;
  for (int i = 0; i < CONNECTIONS; i++)
    bodies[i] = webhook_body_new(&all);
  for (size_t done = 0; done < WEBHOOK_BYTES_MAX; done += CHUNK_BYTES)
    for (int i = 0; i < CONNECTIONS; i++) {
      take(bodies[i], CHUNK_BYTES);
      assert_in_range(atomic_load(&all.bytes), 0, WEBHOOK_BODIES_BYTES_MAX);
    }
  take(usual, WEBHOOK_BODY_SMALL_BYTES);
  assert_int_equal(webhook_body_state(usual), WEBHOOK_BODY_WHOLE);
  for (int i = 0; i < CONNECTIONS; i++) {
    whole += webhook_body_state(bodies[i]) == WEBHOOK_BODY_WHOLE;
    webhook_body_free(bodies[i]);
  }
  assert_in_range(whole, 1, WEBHOOK_BODIES_BYTES_MAX / WEBHOOK_BYTES_MAX);
  webhook_body_free(usual);
  assert_int_equal(atomic_load(&all.bytes), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_body_is_what_came_in_pieces),
      cmocka_unit_test(webhook_body_ends_at_the_largest_delivery),
      cmocka_unit_test(webhook_bodies_together_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
