/* Trackers' answers, stored JSON and events' data: parsing, values, and every record. The first byte chooses the
 * record. */
#include "base/json.h"
#include "fuzz.h"
#include "records.h"

static void try_values(struct arena *arena, struct str text) {
  struct values values, again;
  struct result result = json_to_values(arena, text, &values);
  if (!result_ok(&result))
    return;
  struct str written = json_values_text(arena, &values);
  result = json_to_values(arena, written, &again);
  MUST_HOLD(result_ok(&result) && str_equal(written, json_values_text(arena, &again)));
  MUST_HOLD(str_equal(written, json_values_text(arena, &again)));
}

static void try_record(struct arena *arena, const struct record *record, struct str text) {
  void *first = arena_alloc(arena, record->size_bytes), *second = arena_alloc(arena, record->size_bytes);
  struct result result = json_to_record(arena, record, text, first);
  if (!result_ok(&result))
    return;
  struct str written = json_print(arena, json_from_record(record, first, false));
  result = json_to_record(arena, record, written, second);
  MUST_HOLD(result_ok(&result));
  MUST_HOLD(str_equal(written, json_print(arena, json_from_record(record, second, false))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct record *records[RECORDS_MAX];
  size_t count = records_all(records);
  struct arena arena = {0};
  cJSON *tree = NULL;
  if (size == 0)
    return 0;
  struct str text = fuzz_text(data + 1, size - 1);
  struct result result = json_parse(text, &tree);
  if (result_ok(&result)) {
    cJSON_Delete(tree);
    try_values(&arena, text);
    try_record(&arena, records[data[0] % count], text);
  }
  arena_free(&arena);
  return 0;
}
