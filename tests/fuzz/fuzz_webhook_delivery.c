/* A delivery to a project with a mapping: its headers are the first line, its body the rest. Verifying never takes a
 * signature that nobody made. */
#include "adapter-webhook/connector.h"
#include "fuzz.h"

static const char options[] =
    "{\"self\":\"us\",\"ticket\":{\"id\":\"/id\",\"author\":\"/by/0\",\"updated_at\":\"/at\",\"deleted\":\"/gone\","
    "\"marker\":\"/mark\",\"fields\":{\"title\":\"/title\",\"labels\":{\"path\":\"/labels\",\"each\":\"/name\"},"
    "\"estimate\":{\"path\":\"/points\",\"optional\":true}}},\"comment\":{\"id\":\"/id\",\"ticket\":\"/on\","
    "\"version\":\"/v\",\"fields\":{\"body\":\"/text\"}},\"events\":{\"type\":\"/type\",\"carry\":[{\"types\":[\"t\"],"
    "\"ticket\":\"/data\"},{\"types\":[\"d\"],\"ticket\":\"/data\",\"deleted\":true},{\"comment\":\"/comment\"}]}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct project project = {.system = STR("webhook"), .options = STR(options)};
  struct arena arena = {0};
  struct str text = fuzz_text(data, size);
  ptrdiff_t line = str_find(text, "\n");
  struct str head = str_slice(text, 0, line < 0 ? 0 : (size_t)line);
  struct str body = str_slice(text, (size_t)(line + 1), text.length);
  LIST_OF(struct observation) seen = {0};
  struct result result = webhook_connector.translate(&arena, &project, head, body, (struct list *)&seen);
  if (result_ok(&result))
    for (size_t i = 0; i < seen.count; i++)
      MUST_HOLD(seen.at[i].kind.length && seen.at[i].external_id.length &&
                (seen.at[i].gone.length > 0) == (seen.at[i].fields.count == 0));
  struct webhook_request request = {
      .delivery_id = head, .timestamp = STR("1767225600"), .signature = head, .body = body, .now_ms = 1767225600000};
  MUST_HOLD(webhook_connector.verify(&request, STR("whsec_bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0")) == WEBHOOK_FORGED);
  arena_free(&arena);
  return 0;
}
