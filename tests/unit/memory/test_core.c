/* Each allocation fails in turn, alone and with all that follow: the process ends and says so, or the outcome is whole.
 * What the program itself asks for goes through the linker's --wrap; cJSON asks through it too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/http.h"
#include "base/json.h"
#include "base/msgpack.h"
#include "base/settings.h"
#include "records.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);

static struct {
  int count, fails_at; /* 0 = none fails */
  bool for_good;
} memory;

static bool there_is_none(void) {
  memory.count++;
  return memory.fails_at && (memory.for_good ? memory.count >= memory.fails_at : memory.count == memory.fails_at);
}

void *__wrap_malloc(size_t size) {
  return there_is_none() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return there_is_none() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *at, size_t size) {
  return there_is_none() ? NULL : __real_realloc(at, size);
}

/* -- cases: what each gives is text that tells whether it is whole -- */

enum { RECORDS_TRIED = 4 };

static struct str say(struct arena *arena, const struct result *result) {
  return str_format(arena, "refused: %s", result->message);
}

static void *made(struct arena *arena, const struct record *record) {
  struct dice dice = {7};
  void *object = arena_alloc(arena, record->size_bytes);
  records_fill(arena, &dice, record, false, object);
  return object;
}

static struct str through_msgpack(struct arena *arena) {
  const struct record *records[RECORDS_MAX];
  struct str_builder all = {.arena = arena};
  size_t count = records_all(records);
  for (size_t i = 0; i < count; i += count / RECORDS_TRIED) {
    void *read = arena_alloc(arena, records[i]->size_bytes);
    struct str bytes = msgpack_encode(arena, records[i], made(arena, records[i]));
    struct result result = msgpack_decode(arena, records[i], bytes, read);
    str_append(&all, result_ok(&result) ? msgpack_encode(arena, records[i], read) : say(arena, &result));
  }
  return str_built(&all);
}

static struct str through_json(struct arena *arena) {
  const struct record *records[RECORDS_MAX];
  struct str_builder all = {.arena = arena};
  size_t count = records_all(records);
  for (size_t i = 0; i < count; i += count / RECORDS_TRIED) {
    void *read = arena_alloc(arena, records[i]->size_bytes);
    struct str text = json_print(arena, json_from_record(records[i], made(arena, records[i]), false));
    struct result result = json_to_record(arena, records[i], text, read);
    str_append(&all, result_ok(&result) ? json_record_text(arena, records[i], read, false) : say(arena, &result));
  }
  return str_built(&all);
}

static struct str built_as_adapters_do(struct arena *arena) {
  cJSON *tree = cJSON_CreateObject(), *labels = cJSON_AddArrayToObject(tree, "labels");
  cJSON_AddStringToObject(tree, "title", "Pump leaks");
  cJSON_AddItemToArray(labels, cJSON_CreateString("bug"));
  cJSON_AddNumberToObject(tree, "milestone", 7);
  return json_print(arena, tree);
}

static struct str settings_read(struct arena *arena) {
  struct settings settings;
  settings_defaults(arena, &settings);
  struct result result =
      settings_parse_yaml(arena, STR("store:\n  url: tls+tcp://127.0.0.1:7700\n"), "tandem.yaml", &settings);
  return result_ok(&result) ? STR("read") : say(arena, &result);
}

static struct str client_opened(struct arena *arena) {
  const struct str hosts[] = {STR("127.0.0.1:8080")};
  struct http_options options = {.allowed_hosts = hosts, .allowed_host_count = 1};
  struct http *http = http_open(&options);
  struct result result = http_url_allowed(&options, STR("http://127.0.0.1:8080/x"));
  http->close(http);
  return result_ok(&result) ? STR("allowed") : say(arena, &result);
}

/* -- one failure after the other -- */

typedef struct str case_fn(struct arena *arena);

static _Noreturn void run_child(case_fn *run, struct str whole, int told) {
  struct arena arena = {0};
  dup2(told, STDERR_FILENO);
  memory.count = 0;
  struct str outcome = run(&arena);
  memory.fails_at = 0;
  _exit(str_equal(outcome, whole) || str_starts_with(outcome, "refused: ") ? 0 : 3);
}

/* What the process ended with, and what it said. */
static int run_without(case_fn *run, struct str whole, int fails_at, bool for_good, char *said, size_t size) {
  int ends[2], status = 0;
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    memory.fails_at = fails_at;
    memory.for_good = for_good;
    run_child(run, whole, ends[1]);
  }
  close(ends[1]);
  ssize_t length = read(ends[0], said, size - 1);
  said[length > 0 ? length : 0] = '\0';
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static void check(case_fn *run) {
  struct arena arena = {0};
  run(&arena);
  arena_free(&arena); /* what a library keeps once for the process is there now */
  memory.count = 0;
  struct str whole = run(&arena);
  int count = memory.count;
  assert_in_range(count, 1, 5000);
  for (int i = 0; i < 2 * count; i++) {
    char said[512];
    int status = run_without(run, whole, i / 2 + 1, i % 2 == 0, said, sizeof said);
    bool ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "event=out_of_memory");
    if (!ended && status != 0)
      fail_msg("allocation %d of %d fails%s: status %x, \"%s\"", i / 2 + 1, count, i % 2 ? "" : " and all after it",
               (unsigned)status, said);
  }
  printf("# %d allocations\n", count);
  arena_free(&arena);
}

static void test_out_of_memory_msgpack(void **state) {
  (void)state;
  check(through_msgpack);
}

static void test_out_of_memory_json(void **state) {
  (void)state;
  check(through_json);
}

static void test_out_of_memory_trees(void **state) {
  (void)state;
  check(built_as_adapters_do);
}

static void test_out_of_memory_settings(void **state) {
  (void)state;
  check(settings_read);
}

static void test_out_of_memory_http(void **state) {
  (void)state;
  check(client_opened);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_out_of_memory_msgpack), cmocka_unit_test(test_out_of_memory_json),
      cmocka_unit_test(test_out_of_memory_trees),   cmocka_unit_test(test_out_of_memory_settings),
      cmocka_unit_test(test_out_of_memory_http),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
