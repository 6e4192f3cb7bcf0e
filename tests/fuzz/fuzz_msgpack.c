/* The store's door: a request frame and its body, and every other record. What decodes must encode to something that
 * decodes to the same. The first byte chooses: 0xff a whole request, else the record of that number. */
#include "base/msgpack.h"
#include "fuzz.h"
#include "proto/verbs.h"
#include "records.h"

static void try_record(struct arena *arena, const struct record *record, struct str bytes) {
  void *first = arena_alloc(arena, record->size_bytes), *second = arena_alloc(arena, record->size_bytes);
  struct result result = msgpack_decode(arena, record, bytes, first);
  if (!result_ok(&result)) {
    MUST_HOLD(result.code == RESULT_REJECTED && result.message[0]);
    return;
  }
  struct str encoded = msgpack_encode(arena, record, first);
  result = msgpack_decode(arena, record, encoded, second);
  MUST_HOLD(result_ok(&result) && str_equal(encoded, msgpack_encode(arena, record, second)));
}

static void try_request(struct arena *arena, struct str bytes) {
  struct verb_request request;
  struct result result = msgpack_decode(arena, &record_verb_request, bytes, &request);
  if (!result_ok(&result))
    return;
  enum verb_id id = verb_named(request.verb);
  if (id != VERB_COUNT)
    try_record(arena, verb_table[id].request, request.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct record *records[RECORDS_MAX];
  size_t count = records_all(records);
  struct arena arena = {0};
  if (size == 0)
    return 0;
  struct str bytes = fuzz_text(data + 1, size - 1);
  if (data[0] == 0xff)
    try_request(&arena, bytes);
  else
    try_record(&arena, records[data[0] % count], bytes);
  arena_free(&arena);
  return 0;
}
