/* What a tracker says of a request that it refuses: the first line is its status, the second a header, the rest the
 * body. None of the request's secrets is left in it. */
#include "base/arena.h"
#include "fuzz.h"
#include "service/exchange_secrets.h"

#define TOKEN "s3cret-t0ken"
#define PASSWORD "p4ssword"

static struct str next_line(struct str *rest) {
  ptrdiff_t end = str_find(*rest, "\n");
  struct str line = str_slice(*rest, 0, end < 0 ? rest->length : (size_t)end);
  *rest = str_slice(*rest, end < 0 ? rest->length : (size_t)end + 1, rest->length);
  return line;
}

static void must_hide(struct str text) {
  MUST_HOLD(str_find(text, TOKEN) < 0);
  MUST_HOLD(str_find(text, PASSWORD) < 0);
}

static void try_request(struct arena *arena, const struct http_request *request, const struct http_response *said) {
  struct http_response response = *said;
  exchange_hide_secrets(arena, request, &response);
  if (response.status >= 200 && response.status < 300)
    return;
  must_hide(response.body);
  must_hide(response.headers[0].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct str rest = fuzz_text(data, size);
  int64_t status = 0;
  str_to_i64(next_line(&rest), &status);
  struct http_header header = {STR("x-reason"), next_line(&rest)};
  struct http_response said = {.status = status, .headers = &header, .header_count = 1, .body = rest};
  struct http_header bearer = {STR("Authorization"), STR("Bearer " TOKEN)};
  struct http_request refused = {.method = "POST",
                                 .headers = &bearer,
                                 .header_count = 1,
                                 .body = STR("{\"a\":[{\"client_secret\":\"" PASSWORD "\"}]}")};
  struct http_request form = {
      .method = "POST", .headers = &bearer, .header_count = 1, .body = STR("x=1&refresh_token=" PASSWORD "&y")};
  try_request(&arena, &refused, &said);
  try_request(&arena, &form, &said);
  arena_free(&arena);
  return 0;
}
