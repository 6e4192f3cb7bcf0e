/* Who waits for a store that is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/webhook_patience.h"

enum { NOW = 50000 };

static void webhook_patience_is_long_while_the_store_answers(void **state) {
  struct webhook_patience patience = WEBHOOK_PATIENCE_START;
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(webhook_patience_begin(&patience, NOW + i), WEBHOOK_PATIENCE_MS);
    webhook_patience_end(&patience, true, NOW + i);
  }
}

static void webhook_patience_has_one_ask_a_store_that_is_away(void **state) {
  struct webhook_patience patience = WEBHOOK_PATIENCE_START;
  (void)state;
  webhook_patience_end(&patience, false, NOW);
  assert_int_equal(webhook_patience_begin(&patience, NOW), 0);
  assert_int_equal(webhook_patience_begin(&patience, NOW + WEBHOOK_PATIENCE_AWAY_MS), WEBHOOK_PATIENCE_AWAY_MS);
  assert_int_equal(webhook_patience_begin(&patience, NOW + WEBHOOK_PATIENCE_AWAY_MS), 0);
  assert_int_equal(webhook_patience_begin(&patience, NOW + WEBHOOK_PATIENCE_AWAY_MS + 1), 0);
  webhook_patience_end(&patience, false, NOW + 2 * WEBHOOK_PATIENCE_AWAY_MS);
  assert_int_equal(webhook_patience_begin(&patience, NOW + 3 * WEBHOOK_PATIENCE_AWAY_MS - 1), 0);
  assert_int_equal(webhook_patience_begin(&patience, NOW + 3 * WEBHOOK_PATIENCE_AWAY_MS), WEBHOOK_PATIENCE_AWAY_MS);
}

static void webhook_patience_comes_back_with_the_store(void **state) {
  struct webhook_patience patience = WEBHOOK_PATIENCE_START;
  (void)state;
  webhook_patience_end(&patience, false, NOW);
  webhook_patience_end(&patience, true, NOW + 1);
  assert_int_equal(webhook_patience_begin(&patience, NOW + 2), WEBHOOK_PATIENCE_MS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_patience_is_long_while_the_store_answers),
      cmocka_unit_test(webhook_patience_has_one_ask_a_store_that_is_away),
      cmocka_unit_test(webhook_patience_comes_back_with_the_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
