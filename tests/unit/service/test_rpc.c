/* Asking a store that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <nng/nng.h>

#include <nng/protocol/reqrep0/rep.h>

#include "base/clock.h"
#include "service/rpc.h"

enum { TIMEOUT_MS = 200, DEADLINE_MS = 20000 };

static struct rpc *open_rpc(const char *url) {
  const struct endpoint endpoint = {.store_url = str_of(url), .insecure = true};
  struct rpc *rpc;
  struct result result = rpc_open(&endpoint, STR("test"), &rpc);
  assert_int_equal(result.code, RESULT_OK);
  return rpc; /* sockets are never closed */
}

static struct result ask(struct rpc *rpc, enum verb_id id, const void *request) {
  struct arena arena = {0};
  struct result result = rpc_call(rpc, &arena, id, request, NULL, TIMEOUT_MS);
  arena_free(&arena);
  return result;
}

static void assert_says(const struct result *result, const char *words) {
  assert_int_equal(result->code, RESULT_RETRY);
  if (!strstr(result->message, words))
    fail_msg("%s", result->message);
}

static void rpc_that_nobody_hears_asks_whether_the_store_runs(void **state) {
  (void)state;
  struct schedule_tick tick = {0};
  struct result result = ask(open_rpc("inproc://nobody"), VERB_SCHEDULE_TICK, &tick);
  assert_says(&result, "is it running?");
}

/* A store that takes requests, and is frozen then. */
static void rpc_write_without_an_answer_may_have_been_done(void **state) {
  (void)state;
  static const char url[] = "inproc://frozen";
  nng_socket frozen;
  assert_true(nng_rep0_open(&frozen) == 0 && nng_listen(frozen, url, NULL, 0) == 0);
  struct rpc *rpc = open_rpc(url);
  struct schedule_tick tick = {0};
  struct empty nothing = {0};
  struct result result = ask(rpc, VERB_SCHEDULE_TICK, &tick);
  for (int64_t until_ms = clock_mono_ms() + DEADLINE_MS; strstr(result.message, "is it running?");) {
    assert_true(clock_mono_ms() < until_ms); /* the connection comes in its own time */
    result = ask(rpc, VERB_SCHEDULE_TICK, &tick);
  }
  assert_says(&result, "it may have been done");
  result = ask(rpc, VERB_HELLO, &nothing);
  assert_says(&result, "is it running?");
}

/* The other side would hang up, and be asked again and again. */
static void rpc_request_longer_than_a_message_is_refused_here(void **state) {
  (void)state;
  struct arena arena = {0};
  char *text = arena_alloc(&arena, WIRE_FRAME_BYTES_MAX);
  memset(text, 'x', WIRE_FRAME_BYTES_MAX);
  struct ticket_comment comment = {.key = STR("T-1"), .body = {text, WIRE_FRAME_BYTES_MAX}};
  struct result result = ask(open_rpc("inproc://nobody"), VERB_TICKET_COMMENT, &comment);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "say it in parts"));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rpc_that_nobody_hears_asks_whether_the_store_runs),
      cmocka_unit_test(rpc_write_without_an_answer_may_have_been_done),
      cmocka_unit_test(rpc_request_longer_than_a_message_is_refused_here),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
