/* A webhook delivery: the event's name is the first line, its body the rest. Verifying never takes a wrong signature.
 */
#include "adapter-linear/connector.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct project project = {.name = {"eng", 3}, .system = {"linear", 6}, .remote = {"ENG", 3}};
  struct arena arena = {0};
  struct str text = fuzz_text(data, size);
  ptrdiff_t line = str_find(text, "\n");
  struct str event = str_slice(text, 0, line < 0 ? 0 : (size_t)line);
  struct str body = str_slice(text, (size_t)(line + 1), text.length);
  LIST_OF(struct observation) seen = {0};
  struct result result = linear_connector.translate(&arena, &project, event, body, (struct list *)&seen);
  if (result_ok(&result))
    for (size_t i = 0; i < seen.count; i++)
      MUST_HOLD(seen.at[i].kind.length && seen.at[i].external_id.length);
  struct webhook_request request = {.event = event, .signature = event, .body = body};
  MUST_HOLD(linear_connector.verify(&request, STR("a secret that no input knows")) == WEBHOOK_FORGED);
  arena_free(&arena);
  return 0;
}
