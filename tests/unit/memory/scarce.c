/* One failure after the other, each in a child process. */
#include "scarce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "allocator.h"

/* The leak checker of a build with AddressSanitizer. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

enum { ALLOCATIONS_MAX = 50000, EACH = 60, SAID_BYTES = 4096, WHOLE = 0, PARTIAL = 3, LEAKED = 4 };

/* What this thread asks for; others never lack anything. */
struct turn {
  int count;
  int fails_at; /* 0 = none fails */
  bool for_good;
};

static _Thread_local struct turn turn;

bool allocator_has_none(const void *caller) {
  (void)caller;
  int count = ++turn.count, fails_at = turn.fails_at;
  return fails_at && (turn.for_good ? count >= fails_at : count == fails_at);
}

static const char refused[] = "refused: ";

struct str scarce_refused(struct arena *arena, const struct result *result) {
  return str_format(arena, "%s%s", refused, result->message);
}

static bool has(const char *text, const char *word) {
  return strcasestr(text, word) != NULL;
}

/* libcmark-gfm and others end the process by themselves, in words of their own. */
static bool speaks_of_memory(const char *said) {
  return has(said, "event=out_of_memory") || has(said, "out of memory") || has(said, "null pointer, aborting") ||
         has(said, "malloc failure") || has(said, "cannot allocate memory");
}

static bool is_refused_for_it(struct arena *arena, struct str outcome) {
  return str_starts_with(outcome, refused) && speaks_of_memory(str_c(arena, outcome));
}

static _Noreturn void run_child(scarce_case *run, struct str whole, struct turn scarce, int told) {
  struct arena arena = {0}, scratch = {0};
  dup2(told, STDERR_FILENO);
  turn = scarce;
  struct str outcome = run(&arena);
  turn.fails_at = 0;
  int status = str_equal(outcome, whole) || is_refused_for_it(&scratch, outcome) ? WHOLE : PARTIAL;
  if (status == PARTIAL)
    dprintf(STDERR_FILENO, "gave: %.*s\n", STR_FMT(outcome));
  arena_free(&arena);
  arena_free(&scratch);
  if (status == WHOLE && __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
    status = LEAKED;
  _exit(status);
}

static void read_all(int fd, char *said, size_t size) {
  size_t length = 0;
  char more[512];
  for (ssize_t some; (some = read(fd, more, sizeof more)) > 0;) {
    size_t taken = (size_t)some < size - 1 - length ? (size_t)some : size - 1 - length;
    memcpy(said + length, more, taken);
    length += taken;
  }
  said[length] = '\0';
}

/* What the process ended with, and what it said. */
static int run_without(scarce_case *run, struct str whole, struct turn scarce, char said[SAID_BYTES]) {
  int ends[2], status = 0;
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0)
    run_child(run, whole, scarce, ends[1]);
  close(ends[1]);
  read_all(ends[0], said, SAID_BYTES);
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static void check_one(scarce_case *run, struct str whole, struct turn scarce, int count) {
  char said[SAID_BYTES];
  int status = run_without(run, whole, scarce, said);
  bool ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && speaks_of_memory(said);
  if (!ended && status != 0)
    fail_msg("allocation %d of %d fails%s: status %x, \"%s\"", scarce.fails_at, count,
             scarce.for_good ? " and all after it" : "", (unsigned)status, said);
}

/* The first EACH of them one by one, of the rest as many; an odd number of steps on, so that both kinds take turns. */
static int next_after(int at, int count) {
  int step = at > EACH ? (count - EACH) / EACH : 0;
  return at + step / 2 * 2 + 1;
}

void scarce_check(scarce_case *run) {
  struct arena arena = {0};
  run(&arena);
  arena_free(&arena); /* what a library keeps once for the process is there now */
  turn.count = 0;
  struct str whole = run(&arena);
  int count = turn.count;
  assert_in_range(count, 1, ALLOCATIONS_MAX);
  assert_false(str_starts_with(whole, refused));
  for (int at = 1; at <= count; at = next_after(at, count))
    check_one(run, whole, (struct turn){.fails_at = at, .for_good = at % 2 == 0}, count);
  printf("# %d allocations\n", count);
  arena_free(&arena);
}
