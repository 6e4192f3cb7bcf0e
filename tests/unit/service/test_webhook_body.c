/* Bodies of unknown senders: each has a bound, and so have all together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/webhook_body.h"

enum { CHUNK = 1024 * 1024 };
static const char chunk[CHUNK] = {'x'};

static void fill(struct webhook_room *room, struct webhook_body *body, size_t chunks) {
  for (size_t i = 0; i < chunks; i++)
    webhook_body_take(room, body, chunk, CHUNK);
}

static void webhook_body_keeps_what_comes_in_pieces(void **state) {
  struct webhook_room room = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  struct webhook_body body = {0};
  (void)state;
  webhook_body_take(&room, &body, "ab", 2);
  webhook_body_take(&room, &body, "", 0);
  webhook_body_take(&room, &body, "c", 1);
  assert_int_equal(body.length, 3);
  assert_memory_equal(body.bytes, "abc", 3);
  webhook_body_drop(&room, &body);
  assert_int_equal(room.used_bytes, 0);
}

static void webhook_body_of_the_largest_size_is_kept_and_not_a_byte_more(void **state) {
  struct webhook_room room = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  struct webhook_body body = {0};
  (void)state;
  fill(&room, &body, WEBHOOK_BYTES_MAX / CHUNK);
  assert_int_equal(body.length, WEBHOOK_BYTES_MAX);
  assert_false(body.too_large);
  webhook_body_take(&room, &body, "x", 1);
  assert_true(body.too_large);
  assert_int_equal(room.used_bytes, 0);
  webhook_body_take(&room, &body, "x", 1);
  assert_int_equal(body.length, 0);
}

static void webhook_bodies_have_one_room_and_give_it_back(void **state) {
  struct webhook_room room = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  struct webhook_body bodies[5] = {{0}};
  (void)state;
  for (size_t i = 0; i < 5; i++)
    fill(&room, &bodies[i], WEBHOOK_BYTES_MAX / CHUNK);
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(bodies[i].no_room, i == 4);
  assert_int_equal(bodies[4].length, 0);
  webhook_body_drop(&room, &bodies[0]);
  struct webhook_body next = {0};
  fill(&room, &next, WEBHOOK_BYTES_MAX / CHUNK);
  assert_false(next.no_room);
  webhook_body_drop(&room, &next);
  for (size_t i = 1; i < 5; i++)
    webhook_body_drop(&room, &bodies[i]);
  assert_int_equal(room.used_bytes, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_body_keeps_what_comes_in_pieces),
      cmocka_unit_test(webhook_body_of_the_largest_size_is_kept_and_not_a_byte_more),
      cmocka_unit_test(webhook_bodies_have_one_room_and_give_it_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
