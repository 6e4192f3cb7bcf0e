/* Events between the reader and the application: order, room, position, and what is wrong. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/queue.h"

enum { FIRST = 100, ROOM = 1000, FOR_EVER = -1, NOW = 0, NOT_YET_MS = 50 };

static struct item *item(int64_t sequence) {
  const struct stored_event event = {.sequence = sequence, .id = STR("an id"), .data = STR("{}")};
  return item_new(&event);
}

static bool is_readable(int fd) {
  struct pollfd polled = {.fd = fd, .events = POLLIN};
  return poll(&polled, 1, 0) == 1;
}

static void assert_next(struct queue *queue, int64_t sequence) {
  struct result problem = RESULT_DONE;
  struct item *taken = queue_take(queue, FOR_EVER, &problem);
  assert_non_null(taken);
  assert_int_equal(taken->event.sequence, sequence);
  assert_string_equal(taken->event.id, "an id");
  assert_string_equal(taken->event.data, "{}");
  assert_string_equal(taken->event.traceparent, "");
  item_free(taken);
}

static void assert_none(struct queue *queue, enum result_code code, const char *message) {
  struct result problem = RESULT_DONE;
  assert_null(queue_take(queue, NOW, &problem));
  assert_int_equal(problem.code, code);
  assert_string_equal(problem.message, message);
}

static void queue_gives_events_in_order_and_says_when_there_are_some(void **state) {
  (void)state;
  struct queue *queue = queue_new(FIRST);
  assert_false(is_readable(queue_fd(queue)));
  assert_none(queue, RESULT_OK, "");
  queue_put(queue, item(FIRST + 1));
  queue_put(queue, item(FIRST + 2));
  assert_true(is_readable(queue_fd(queue)));
  assert_next(queue, FIRST + 1);
  assert_true(is_readable(queue_fd(queue)));
  assert_next(queue, FIRST + 2);
  assert_false(is_readable(queue_fd(queue)));
  queue_free(queue);
}

/* What a commit may say: never beyond an event that the application has not got. */
static void queue_position_stays_before_what_was_not_taken(void **state) {
  (void)state;
  struct queue *queue = queue_new(FIRST);
  assert_int_equal(queue_position(queue), FIRST);
  queue_put(queue, item(FIRST + 5));
  assert_int_equal(queue_position(queue), FIRST + 4);
  queue_pass(queue, mark_of(FIRST + 9, STR("nine")));
  assert_int_equal(queue_position(queue), FIRST + 4);
  assert_next(queue, FIRST + 5);
  assert_int_equal(queue_position(queue), FIRST + 9);
  queue_pass(queue, mark_of(FIRST, STR("first")));
  assert_int_equal(queue_position(queue), FIRST + 9);
  assert_string_equal(queue_mark(queue).id, "nine");
  queue_free(queue);
}

static void queue_problem_is_told_once_and_after_the_events(void **state) {
  (void)state;
  struct queue *queue = queue_new(FIRST);
  queue_put(queue, item(FIRST + 1));
  queue_problem(queue, result_error(RESULT_STALE, "restored"));
  assert_next(queue, FIRST + 1);
  assert_true(is_readable(queue_fd(queue)));
  assert_none(queue, RESULT_STALE, "restored");
  assert_false(is_readable(queue_fd(queue)));
  assert_none(queue, RESULT_OK, "restored");
  queue_problem(queue, result_error(RESULT_RETRY, "nobody there")); /* mends itself */
  assert_false(is_readable(queue_fd(queue)));
  assert_none(queue, RESULT_OK, "nobody there");
  queue_problem(queue, RESULT_DONE);
  assert_none(queue, RESULT_OK, "");
  queue_free(queue);
}

struct putting {
  struct queue *queue;
  int done_fd;
};

static void *put_one_too_many(void *context) {
  const struct putting *putting = context;
  queue_put(putting->queue, item(FIRST + ROOM + 1));
  eventfd_write(putting->done_fd, 1);
  return NULL;
}

static bool is_done(const struct putting *putting, int within_ms) {
  struct pollfd polled = {.fd = putting->done_fd, .events = POLLIN};
  return poll(&polled, 1, within_ms) == 1;
}

static void fill(struct queue *queue) {
  for (int i = 1; i <= ROOM; i++)
    queue_put(queue, item(FIRST + i));
}

static void queue_waits_for_room(void **state) {
  (void)state;
  pthread_t thread;
  struct queue *queue = queue_new(FIRST);
  struct putting putting = {queue, eventfd(0, EFD_CLOEXEC)};
  fill(queue);
  assert_int_equal(pthread_create(&thread, NULL, put_one_too_many, &putting), 0);
  assert_false(is_done(&putting, NOT_YET_MS));
  for (int i = 1; i <= ROOM + 1; i++)
    assert_next(queue, FIRST + i);
  pthread_join(thread, NULL);
  assert_true(is_done(&putting, 0));
  assert_int_equal(queue_position(queue), FIRST + ROOM + 1);
  close(putting.done_fd);
  queue_free(queue);
}

static void queue_that_is_closed_lets_everybody_go(void **state) {
  (void)state;
  pthread_t thread;
  struct queue *queue = queue_new(FIRST);
  struct putting putting = {queue, eventfd(0, EFD_CLOEXEC)};
  fill(queue);
  assert_int_equal(pthread_create(&thread, NULL, put_one_too_many, &putting), 0);
  assert_false(is_readable(queue_closed_fd(queue)));
  queue_close(queue);
  pthread_join(thread, NULL);
  assert_true(queue_is_closed(queue));
  assert_true(is_readable(queue_closed_fd(queue)));
  close(putting.done_fd);
  queue_free(queue);
  queue = queue_new(FIRST);
  queue_close(queue);
  struct result problem = RESULT_DONE;
  assert_null(queue_take(queue, FOR_EVER, &problem));
  queue_free(queue);
}

/* One event may be larger than all the room. */
static void queue_takes_one_event_of_any_size(void **state) {
  enum { LARGE = 20 * 1024 * 1024 };
  (void)state;
  char *data = calloc(1, LARGE);
  const struct stored_event event = {.sequence = FIRST + 1, .data = {data, LARGE}};
  struct result problem = RESULT_DONE;
  struct queue *queue = queue_new(FIRST);
  queue_put(queue, item_new(&event));
  struct item *taken = queue_take(queue, NOW, &problem);
  assert_non_null(taken);
  assert_int_equal(taken->event.data_bytes, LARGE);
  item_free(taken);
  queue_free(queue);
  free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(queue_gives_events_in_order_and_says_when_there_are_some),
      cmocka_unit_test(queue_position_stays_before_what_was_not_taken),
      cmocka_unit_test(queue_problem_is_told_once_and_after_the_events),
      cmocka_unit_test(queue_waits_for_room),
      cmocka_unit_test(queue_that_is_closed_lets_everybody_go),
      cmocka_unit_test(queue_takes_one_event_of_any_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
