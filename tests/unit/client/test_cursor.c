/* The cursor file: what is read, what is refused, and what is on the disk after a write. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/cursor.h"

enum { NOBODY = 65534 };

static const struct mark unknown = {0}, mark = {11, "an-id"};

struct place {
  char folder[64], path[96], lock[96], next[96];
};

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  snprintf(place->folder, sizeof place->folder, "/tmp/tandem-cursor-XXXXXX");
  if (!mkdtemp(place->folder))
    return -1;
  snprintf(place->path, sizeof place->path, "%s/cursor", place->folder);
  snprintf(place->lock, sizeof place->lock, "%s/cursor.lock", place->folder);
  snprintf(place->next, sizeof place->next, "%s/cursor.next", place->folder);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  remove(place->path);
  remove(place->lock);
  remove(place->next);
  int status = rmdir(place->folder);
  free(place);
  return status;
}

static void write_file(const char *path, const char *text, size_t length) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, length), (ssize_t)length);
  close(fd);
}

static void assert_file(const char *path, const char *wanted) {
  char text[512] = "";
  FILE *file = fopen(path, "re");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(text, wanted);
}

static struct cursor *opened(const char *path) {
  struct cursor *cursor = NULL;
  struct result result = cursor_open(path, &cursor);
  assert_string_equal(result.message, "");
  return cursor;
}

static void assert_refused(const char *path, const char *words) {
  struct cursor *cursor = NULL;
  struct result result = cursor_open(path, &cursor);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_null(cursor);
  assert_non_null(strstr(result.message, path));
  if (!strstr(result.message, words))
    fail_msg("\"%s\" does not say \"%s\"", result.message, words);
}

/* -- what is read -- */

static void cursor_file_is_made_and_read_again(void **state) {
  const struct place *place = *state;
  struct stat found;
  struct cursor *cursor = opened(place->path);
  assert_false(cursor_exists(cursor));
  struct result result = cursor_begin(cursor, STR("in \"st\""), 7, &unknown);
  assert_string_equal(result.message, "");
  assert_true(cursor_exists(cursor));
  result = cursor_write(cursor, 12, &mark);
  assert_string_equal(result.message, "");
  assert_file(place->path, "{\"installation\":\"in \\\"st\\\"\",\"sequence\":12,\"seen\":11,\"seen_id\":\"an-id\"}\n");
  assert_int_equal(stat(place->path, &found), 0);
  assert_int_equal(found.st_mode & 0777, 0600);
  cursor_close(cursor);
  cursor = opened(place->path);
  assert_true(cursor_exists(cursor));
  assert_int_equal(cursor_sequence(cursor), 12);
  assert_int_equal(cursor_mark(cursor).sequence, 11);
  assert_string_equal(cursor_mark(cursor).id, "an-id");
  result = cursor_check(cursor, STR("in \"st\""));
  assert_int_equal(result.code, RESULT_OK);
  result = cursor_check(cursor, STR("another"));
  assert_int_equal(result.code, RESULT_STALE);
  assert_non_null(strstr(result.message, "another installation"));
  cursor_close(cursor);
}

static void cursor_never_goes_back(void **state) {
  const struct place *place = *state;
  struct cursor *cursor = opened(place->path);
  struct result result = cursor_begin(cursor, STR("i"), 9, &unknown);
  assert_int_equal(result.code, RESULT_OK);
  result = cursor_write(cursor, 3, &mark);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(cursor_sequence(cursor), 9);
  assert_file(place->path, "{\"installation\":\"i\",\"sequence\":9}\n");
  cursor_close(cursor);
}

static void cursor_file_that_is_none_is_refused(void **state) {
#define BYTES(literal) literal, sizeof(literal) - 1
  static const struct {
    const char *text;
    size_t length;
  } rows[] = {
      {BYTES("")},
      {BYTES("\0\0\0\0")},
      {BYTES("{\"installation\":\"i\",\"sequence\":4")}, /* cut short */
      {BYTES("{\"installation\":\"i\"}")},
      {BYTES("{\"sequence\":4}")},
      {BYTES("{\"installation\":\"\",\"sequence\":4}")},
      {BYTES("{\"installation\":7,\"sequence\":4}")},
      {BYTES("{\"installation\":\"i\",\"sequence\":\"4\"}")},
      {BYTES("{\"installation\":\"i\",\"sequence\":-1}")},
      {BYTES("{\"installation\":\"i\",\"sequence\":4.5}")},
      {BYTES("{\"installation\":\"i\",\"sequence\":1e30}")},
      {BYTES("{\"installation\":\"i\",\"sequence\":null}")},
      {BYTES("[4]")},
      {BYTES("4\n")},
      {BYTES("{\"installation\":\"i\",\"sequence\":4}{}")},
      {BYTES("\x7f"
             "ELF\x02\x01\x01")},
  };
  const struct place *place = *state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    write_file(place->path, rows[i].text, rows[i].length);
    assert_refused(place->path, "is not a cursor file of libtandem: restore it, or remove it");
  }
}

static void cursor_file_that_is_too_large_is_refused(void **state) {
  static char text[8192];
  const struct place *place = *state;
  memset(text, ' ', sizeof text);
  memcpy(text, "{\"installation\":\"i\",\"sequence\":4}", 33);
  write_file(place->path, text, sizeof text);
  assert_refused(place->path, "is not a cursor file");
}

static void cursor_of_another_kind_is_refused(void **state) {
  const struct place *place = *state;
  assert_int_equal(mkdir(place->path, 0700), 0);
  assert_refused(place->path, "is not a cursor file");
  assert_int_equal(rmdir(place->path), 0);
  assert_int_equal(mkfifo(place->path, 0600), 0); /* and nobody waits for its other end */
  assert_refused(place->path, "is not a cursor file");
}

/* -- who may -- */

static void cursor_is_for_one_at_a_time(void **state) {
  const struct place *place = *state;
  struct cursor *cursor = opened(place->path);
  assert_refused(place->path, "in use by another subscription");
  cursor_close(cursor);
  cursor_close(opened(place->path));
}

static void cursor_below_what_is_no_folder_is_refused(void **state) {
  char path[128];
  const struct place *place = *state;
  snprintf(path, sizeof path, "%s/nowhere/cursor", place->folder);
  assert_refused(path, "cannot lock");
  write_file(place->path, "", 0);
  snprintf(path, sizeof path, "%s/cursor", place->path);
  assert_refused(path, strerror(ENOTDIR));
}

/* Root may read anything: it takes another's place for a moment. */
static void as_another(bool begin) {
  if (getuid() == 0)
    assert_int_equal(seteuid(begin ? NOBODY : 0), 0);
}

static void cursor_file_of_another_is_refused(void **state) {
  const struct place *place = *state;
  write_file(place->path, "{\"installation\":\"i\",\"sequence\":4}", 33);
  write_file(place->lock, "", 0);
  assert_int_equal(chmod(place->lock, getuid() ? 0400 : 0644), 0);
  assert_int_equal(chmod(place->folder, 0755), 0);
  as_another(true);
  struct cursor *cursor = NULL;
  struct result result = cursor_open(place->path, &cursor);
  as_another(false);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_string_equal(strrchr(result.message, ':'), ": Permission denied");
  assert_int_equal(chmod(place->lock, 0666), 0);
  assert_int_equal(chmod(place->path, 0), 0);
  as_another(true);
  result = cursor_open(place->path, &cursor);
  as_another(false);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "cannot read"));
}

/* -- disks -- */

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* It takes some bytes of the new file and then no more: the old one stays, and the next write goes on from there. */
static void cursor_stays_when_the_disk_is_full(void **state) {
  static const char before[] = "{\"installation\":\"i\",\"sequence\":4}\n";
  const struct place *place = *state;
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  struct cursor *cursor = opened(place->path);
  struct result result = cursor_begin(cursor, STR("i"), 4, &unknown);
  assert_int_equal(result.code, RESULT_OK);
  for (rlim_t bytes = 0; bytes < sizeof before - 1; bytes += 11) {
    limit_files(bytes);
    result = cursor_write(cursor, 5, &unknown);
    limit_files(RLIM_INFINITY);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_string_equal(strrchr(result.message, ':'), ": File too large");
    assert_int_equal(cursor_sequence(cursor), 4);
    assert_file(place->path, before);
  }
  result = cursor_write(cursor, 5, &unknown);
  assert_int_equal(result.code, RESULT_OK);
  assert_file(place->path, "{\"installation\":\"i\",\"sequence\":5}\n");
  cursor_close(cursor);
  signal(SIGXFSZ, handler);
}

static void cursor_says_that_its_folder_is_gone(void **state) {
  const struct place *place = *state;
  struct cursor *cursor = opened(place->path);
  remove(place->lock);
  assert_int_equal(rmdir(place->folder), 0);
  struct result result = cursor_begin(cursor, STR("i"), 4, &unknown);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, strerror(ENOENT)));
  assert_false(cursor_exists(cursor));
  cursor_close(cursor);
  assert_int_equal(mkdir(place->folder, 0700), 0);
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(cursor_file_is_made_and_read_again),        BEHAVIOUR(cursor_never_goes_back),
      BEHAVIOUR(cursor_file_that_is_none_is_refused),       BEHAVIOUR(cursor_file_that_is_too_large_is_refused),
      BEHAVIOUR(cursor_of_another_kind_is_refused),         BEHAVIOUR(cursor_is_for_one_at_a_time),
      BEHAVIOUR(cursor_below_what_is_no_folder_is_refused), BEHAVIOUR(cursor_file_of_another_is_refused),
      BEHAVIOUR(cursor_stays_when_the_disk_is_full),        BEHAVIOUR(cursor_says_that_its_folder_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
