/* The store's replies, as a client reads them. The first byte chooses the verb. */
#include "base/msgpack.h"
#include "fuzz.h"
#include "service/rpc_frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  if (size == 0)
    return 0;
  enum verb_id id = (enum verb_id)(data[0] % VERB_COUNT);
  void *reply = arena_alloc(&arena, verb_table[id].reply->size_bytes);
  struct result result = rpc_frames_reply(&arena, id, fuzz_text(data + 1, size - 1), reply);
  if (result_ok(&result))
    MUST_HOLD(msgpack_encode(&arena, verb_table[id].reply, reply).length > 0);
  arena_free(&arena);
  return 0;
}
