/* Each allocation of the codecs fails in turn: msgpack-c, cJSON and what is built on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/msgpack.h"
#include "records.h"
#include "scarce.h"

enum { RECORDS_TRIED = 4 };

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
    str_append(&all, result_ok(&result) ? msgpack_encode(arena, records[i], read) : scarce_refused(arena, &result));
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
    str_append(&all,
               result_ok(&result) ? json_record_text(arena, records[i], read, false) : scarce_refused(arena, &result));
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

static void out_of_memory_msgpack(void **state) {
  (void)state;
  scarce_check(through_msgpack);
}

static void out_of_memory_json(void **state) {
  (void)state;
  scarce_check(through_json);
}

static void out_of_memory_trees(void **state) {
  (void)state;
  scarce_check(built_as_adapters_do);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_msgpack),
      cmocka_unit_test(out_of_memory_json),
      cmocka_unit_test(out_of_memory_trees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
