/* What a subscriber reads off the bus. A frame that is taken has data that is JSON, and can be sent on. */
#include "base/json.h"
#include "fuzz.h"
#include "proto/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct stored_event event, again;
  struct str frame;
  struct result result = event_from_frame(&arena, fuzz_text(data, size), &event);
  if (result_ok(&result)) {
    cJSON *tree = NULL;
    result = json_parse(event.data, &tree);
    MUST_HOLD(result_ok(&result) && cJSON_IsObject(tree));
    cJSON_Delete(tree);
    result = event_to_frame(&arena, &event, &frame);
    if (result_ok(&result)) {
      result = event_from_frame(&arena, frame, &again);
      MUST_HOLD(result_ok(&result) && str_equal(event.id, again.id) && event.sequence == again.sequence);
    }
  }
  arena_free(&arena);
  return 0;
}
