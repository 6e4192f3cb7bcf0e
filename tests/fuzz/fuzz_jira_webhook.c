/* A webhook of an OAuth app: "HEADER.CLAIMS" of its token in the first line, signed here so that it gets past the MAC,
 * and the body. A token is taken only when it says HS256 and holds now; with another secret never. */
#include <sodium.h>

#include "adapter-jira/jira.h"
#include "base/hmac.h"
#include "fuzz.h"

enum { NOW_S = 1700000000 };

static struct str sign(struct arena *arena, struct str token, struct str secret) {
  unsigned char mac[HMAC_BYTES];
  char text[64];
  hmac_sha256(secret, token, mac);
  sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return str_format(arena, "Bearer %.*s.%s", STR_FMT(token), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct project project = {.name = {"rocket", 6}, .system = {"jira", 4}, .remote = {"ROCKET", 6}};
  struct arena arena = {0};
  struct str text = fuzz_text(data, size);
  ptrdiff_t line = str_find(text, "\n");
  struct str token = str_slice(text, 0, line < 0 ? 0 : (size_t)line);
  struct webhook_request request = {.authorization = sign(&arena, token, STR("ours")),
                                    .body = str_slice(text, (size_t)(line + 1), text.length),
                                    .now_ms = (int64_t)NOW_S * 1000};
  enum webhook_verdict verdict = jira_verify(&request, STR("ours"));
  MUST_HOLD(verdict == WEBHOOK_FORGED || str_find(token, ".") > 0);
  MUST_HOLD(jira_verify(&request, STR("another")) == WEBHOOK_FORGED);
  struct list seen = {0};
  struct result result = jira_translate(&arena, &project, STR(""), request.body, &seen);
  MUST_HOLD(!result_ok(&result) || seen.count <= 1);
  arena_free(&arena);
  return 0;
}
