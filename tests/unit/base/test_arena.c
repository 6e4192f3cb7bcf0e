/* The arena: zeroed, aligned, whole, and given back at once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static void arena_memory_is_zeroed_and_aligned(void **state) {
  static const size_t sizes[] = {0, 1, 7, 8, 31, 32, 33, 1000, 16 * 1024, 16 * 1024 + 1, 3 * 1024 * 1024};
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      unsigned char *at = arena_alloc(*state, sizes[i]);
      assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
      for (size_t byte = 0; byte < sizes[i]; byte++)
        assert_int_equal(at[byte], 0);
      memset(at, 0xff, sizes[i]); /* what a reset must not bring back */
    }
    arena_reset(*state);
  }
}

static void arena_pieces_do_not_overlap(void **state) {
  enum { PIECES = 4000 };
  static unsigned char *pieces[PIECES];
  for (size_t i = 0; i < PIECES; i++) {
    pieces[i] = arena_alloc(*state, i % 97 + 1);
    memset(pieces[i], (int)(i % 251), i % 97 + 1);
  }
  for (size_t i = 0; i < PIECES; i++)
    for (size_t byte = 0; byte < i % 97 + 1; byte++)
      assert_int_equal(pieces[i][byte], i % 251);
}

static void arena_reset_keeps_a_small_block_for_the_next_unit(void **state) {
  struct arena *arena = *state;
  void *first = arena_alloc(arena, 100);
  arena_alloc(arena, 8 * 1024 * 1024);
  arena_reset(arena);
  assert_ptr_equal(arena_alloc(arena, 100), first);
}

static void arena_reset_gives_large_blocks_back(void **state) {
  struct arena *arena = *state;
  arena_alloc(arena, 8 * 1024 * 1024);
  arena_reset(arena);
  assert_null(arena->block);
}

static void arena_is_usable_after_free(void **state) {
  struct arena *arena = *state;
  arena_free(arena);
  arena_reset(arena);
  arena_alloc(arena, 10);
  arena_free(arena);
  assert_null(arena->block);
  assert_non_null(arena_alloc(arena, 0));
}

static void arena_append_keeps_what_was_there(void **state) {
  static const int more[] = {1, 2, 3, 4, 5, 6, 7};
  size_t count = 0, capacity = 0;
  int *at = arena_append(*state, NULL, &count, &capacity, NULL, 0, sizeof *at);
  for (size_t round = 0; round < 100; round++)
    at = arena_append(*state, at, &count, &capacity, more, round % 8, sizeof *at);
  assert_int_equal(count, 12 * 28 + 0 + 1 + 2 + 3);
  for (size_t i = 0, round = 0; i < count; round++)
    for (size_t n = 0; n < round % 8; n++)
      assert_int_equal(at[i++], more[n]);
}

static void arena_array_of_nothing_is_a_pointer(void **state) {
  assert_non_null(arena_array(*state, 0, 24));
  assert_non_null(arena_array(*state, 24, 0));
  assert_non_null(arena_array(*state, 0, SIZE_MAX));
}

/* Out of memory ends the process, and so does a product that overflows: never a short piece. */
static void arena_array_overflow_ends_the_process(void **state) {
  static const size_t cases[][2] = {{SIZE_MAX, 2}, {SIZE_MAX / 2, 3}, {SIZE_MAX / 16, 17}, {1, SIZE_MAX}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pid_t child = fork();
    if (child == 0) {
      struct arena arena = {0};
      signal(SIGABRT, SIG_DFL);
      fclose(stderr);
      arena_array(&arena, cases[i][0], cases[i][1]);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  }
}

static void arena_room_keeps_what_is_there(void **state) {
  struct arena arena = {0};
  size_t capacity = 0;
  int *at = NULL;
  (void)state;
  for (int i = 0; i < 1000; i++) {
    at = arena_room(&arena, at, (size_t)i, &capacity, sizeof *at);
    assert_true(capacity > (size_t)i);
    at[i] = i;
  }
  for (int i = 0; i < 1000; i++)
    assert_int_equal(at[i], i);
  arena_free(&arena);
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(arena_memory_is_zeroed_and_aligned),
      BEHAVIOUR(arena_pieces_do_not_overlap),
      BEHAVIOUR(arena_reset_keeps_a_small_block_for_the_next_unit),
      BEHAVIOUR(arena_reset_gives_large_blocks_back),
      BEHAVIOUR(arena_is_usable_after_free),
      BEHAVIOUR(arena_append_keeps_what_was_there),
      BEHAVIOUR(arena_array_of_nothing_is_a_pointer),
      BEHAVIOUR(arena_array_overflow_ends_the_process),
      BEHAVIOUR(arena_room_keeps_what_is_there),
  };
  return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
