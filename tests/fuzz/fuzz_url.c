/* Addresses that people and trackers name, and times that trackers send. What may be called is https, unless the
 * administrator listed the host. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/http_allow.h"
#include "fuzz.h"

static void try_url(struct str text) {
  static const struct str listed[] = {{"127.0.0.1:8080", 14}, {"tracker.local", 13}};
  const struct http_options strict = {.response_bytes_max = 0},
                            lax = {.allowed_hosts = listed, .allowed_host_count = 2};
  struct http_target target;
  struct result result = http_target_parse(&strict, text, &target);
  if (result_ok(&result)) {
    char *scheme = NULL;
    MUST_HOLD(!target.listed && curl_url_get(target.url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK);
    MUST_HOLD(str_is(str_of(scheme), "https"));
    curl_free(scheme);
    curl_url_cleanup(target.url);
  }
  struct result allowed = http_target_parse(&lax, text, &target);
  MUST_HOLD(!result_ok(&result) || result_ok(&allowed));
  if (result_ok(&allowed))
    curl_url_cleanup(target.url);
}

/* A moment that is read is printed as the same moment. */
static void try_time(struct arena *arena, struct str text) {
  int64_t moment_ms, again_ms;
  if (!clock_parse(text, &moment_ms))
    return;
  MUST_HOLD(clock_parse(clock_format_ms(arena, moment_ms), &again_ms) && again_ms == moment_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  try_url(fuzz_text(data, size));
  try_time(&arena, fuzz_text(data, size));
  arena_free(&arena);
  return 0;
}
