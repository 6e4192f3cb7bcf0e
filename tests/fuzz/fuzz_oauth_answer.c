/* What an authorization server answers to a request for tokens: the first line its status, the rest the body. A login
 * is taken whole or not at all. */
#include "fuzz.h"
#include "service/oauth.h"

#define NOW_MS INT64_C(1767225600000)

struct server {
  struct http http;
  struct http_response answer;
};

static struct result answer(struct http *http, struct arena *arena, const struct http_request *request,
                            struct http_response *out) {
  (void)arena, (void)request;
  *out = ((struct server *)http)->answer;
  return RESULT_DONE;
}

static int64_t now_ms(void) {
  return NOW_MS;
}

static struct http_response read_answer(struct str text) {
  ptrdiff_t end = str_find(text, "\n");
  int64_t status = 0;
  struct str line = str_slice(text, 0, end < 0 ? text.length : (size_t)end);
  str_to_i64(line, &status);
  return (struct http_response){.status = status >= 100 && status < 600 ? status : 200,
                                .body = str_slice(text, end < 0 ? text.length : (size_t)end + 1, text.length)};
}

static void try_vendor(struct arena *arena, const struct oauth_vendor *vendor, struct server *server) {
  struct usage usage = {0};
  struct oauth_client client = {.vendor = vendor, .http = &server->http, .now_ms = now_ms, .usage = &usage};
  const struct oauth_pair pairs[] = {{"grant_type", STR("refresh_token")}, {"refresh_token", STR("r3fresh-token")}};
  cJSON *tree = NULL, *login = cJSON_CreateObject();
  struct result result = oauth_ask(&client, arena, STR("https://id.example/token"), pairs, 2, &tree);
  if (result_ok(&result)) {
    result = oauth_take(&client, arena, tree, login);
    MUST_HOLD(result_ok(&result) == (json_str(login, "access_token").length > 0));
    MUST_HOLD(oauth_end_ms(login) == 0 || oauth_end_ms(login) > NOW_MS);
    cJSON_Delete(tree);
  }
  cJSON_Delete(login);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct oauth_vendor vendors[] = {
      {.who = "Forms", .until_member = "until_ms"},
      {.who = "JSON", .until_member = "until_ms", .takes_json = true},
  };
  struct server server = {.http = {.call = answer}, .answer = read_answer(fuzz_text(data, size))};
  for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++) {
    struct arena arena = {0};
    try_vendor(&arena, &vendors[i], &server);
    arena_free(&arena);
  }
  return 0;
}
