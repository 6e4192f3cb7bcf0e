/* A traceparent of a stranger's request: what is understood of it is written as it came. */
#include "base/trace.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct trace_context context = trace_parse(fuzz_text(data, size));
  struct str text = trace_format(&arena, &context);
  MUST_HOLD(str_is_absent(text) == !trace_is_some(&context));
  struct trace_context again = trace_parse(text);
  MUST_HOLD(memcmp(again.trace_id, context.trace_id, sizeof context.trace_id) == 0);
  MUST_HOLD(memcmp(again.span_id, context.span_id, sizeof context.span_id) == 0 && again.sampled == context.sampled);
  arena_free(&arena);
  return 0;
}
