/* Refusals are counted by project, and none is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "service/webhook_refusals.h"

enum { EACH = 200 };

static struct {
  pthread_mutex_t mutex;
  pthread_cond_t told;
  int64_t rocket, other;
  int calls, failures;
  bool untimely, late;
} store = {.mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};

/* The store is away at first. */
static struct result tell(void *context, const struct hook_refused *refused) {
  (void)context;
  pthread_mutex_lock(&store.mutex);
  bool away = store.failures > 0;
  store.failures -= away;
  store.calls += !away;
  if (!away && str_is(refused->project, "rocket"))
    store.rocket += refused->count;
  store.late |= refused->ago_ms < 0 || refused->ago_ms > 60000;
  if (!away && str_is(refused->project, "other")) {
    store.other += refused->count;
    store.untimely = refused->untimely;
  }
  pthread_cond_signal(&store.told);
  pthread_mutex_unlock(&store.mutex);
  return away ? result_error(RESULT_RETRY, "away") : RESULT_DONE;
}

static void webhook_refusals_are_all_told_by_project(void **state) {
  struct webhook_refusals *refusals;
  (void)state;
  store.failures = 2;
  struct result started = webhook_refusals_start(tell, NULL, 20, &refusals);
  assert_true(result_ok(&started));
  for (int i = 0; i < EACH; i++)
    webhook_refusals_note(refusals, STR("rocket"), false);
  webhook_refusals_note(refusals, STR("other"), true);
  pthread_mutex_lock(&store.mutex);
  while (store.rocket < EACH || store.other < 1)
    pthread_cond_wait(&store.told, &store.mutex);
  assert_int_equal(store.rocket, EACH);
  assert_int_equal(store.other, 1);
  assert_true(store.untimely);
  assert_false(store.late);
  assert_in_range(store.calls, 2, EACH / 2);
  pthread_mutex_unlock(&store.mutex);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_refusals_are_all_told_by_project),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
