/* OAuth: the new pair of tokens is stored before it is used, and what another process renewed is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/linear.h"

#define NOW_MS 1767225600000
#define CLIENT "\"client_id\":\"c\",\"client_secret\":\"s\""
#define ENDED "{" CLIENT ",\"refresh_token\":\"r1\",\"access_token\":\"lin_oauth_1\",\"expires_at_ms\":1}"
#define RENEWED "{" CLIENT ",\"refresh_token\":\"r2\",\"access_token\":\"lin_oauth_2\",\"expires_at_ms\":1767312000000}"
#define ENDED_TOO "{" CLIENT ",\"refresh_token\":\"r2\",\"access_token\":\"lin_oauth_2\",\"expires_at_ms\":2}"
#define TOKENS "{\"access_token\":\"lin_oauth_9\",\"refresh_token\":\"r9\",\"expires_in\":86399}"

/* Linear and the store in one: what is asked, answered, stored, and in which order. */
struct world {
  struct http http;
  struct credential_renewal renewal;
  struct arena arena;
  const char *stored; /* by another process; NULL: as this one knows it */
  int64_t status;
  const char *tokens;
  enum result_code save_code;
  int begins, asks, saves;
  struct str form, saved;
};

static int64_t now_ms(void) {
  return NOW_MS;
}

static struct result answer(struct http *http, struct arena *arena, const struct http_request *request,
                            struct http_response *out) {
  struct world *world = (struct world *)http;
  assert_true(str_ends_with(request->url, "/oauth/token"));
  world->form = str_copy(&world->arena, request->body);
  world->asks++;
  *out = (struct http_response){.status = world->status, .body = str_copy(arena, str_of(world->tokens))};
  return world->status ? RESULT_DONE : result_error(RESULT_UNCERTAIN, "as scripted");
}

static struct world *world_of(struct credential_renewal *renewal) {
  return (struct world *)(void *)((char *)renewal - offsetof(struct world, renewal));
}

static struct result begin(struct credential_renewal *renewal, struct arena *arena, struct str *out, bool *done) {
  struct world *world = world_of(renewal);
  *done = world->stored && world->begins == 0;
  *out = str_copy(arena, str_of(world->stored ? world->stored : ENDED));
  world->begins++;
  return RESULT_DONE;
}

static struct result save(struct credential_renewal *renewal, struct str secret) {
  struct world *world = world_of(renewal);
  assert_int_equal(world->asks, 1); /* asked once, and not used before */
  world->saved = str_copy(&world->arena, secret);
  world->saves++;
  return world->save_code == RESULT_OK ? RESULT_DONE : result_error(world->save_code, "as scripted");
}

static struct connection *open_with(struct world *world, const char *kind, const char *credential, bool may_renew) {
  static const struct project project = {.remote = {"ENG", 3}, .credential = {"bot", 3}};
  world->http = (struct http){.call = answer};
  world->renewal = (struct credential_renewal){begin, save};
  struct connector_config config = {.project = &project,
                                    .credential_kind = str_of(kind),
                                    .credential = str_of(credential),
                                    .renewal = may_renew ? &world->renewal : NULL,
                                    .http = &world->http,
                                    .now_ms = now_ms};
  struct connection *c;
  struct result result = linear_connector.open(&config, &c);
  assert_int_equal(result.code, RESULT_OK);
  return c;
}

static void auth_rows(void **state) {
  (void)state;
  static const struct {
    const char *credential, *stored, *tokens;
    int64_t status;
    enum result_code save_code, code;
    int asks, saves;
    const char *header;
  } rows[] = {
      {RENEWED, NULL, "", 0, RESULT_OK, RESULT_OK, 0, 0, "Bearer lin_oauth_2"},
      {ENDED, NULL, TOKENS, 200, RESULT_OK, RESULT_OK, 1, 1, "Bearer lin_oauth_9"},
      {ENDED, RENEWED, "", 0, RESULT_OK, RESULT_OK, 0, 0, "Bearer lin_oauth_2"},
      {ENDED, ENDED_TOO, TOKENS, 200, RESULT_OK, RESULT_OK, 1, 1, "Bearer lin_oauth_9"},
      {ENDED, NULL, TOKENS, 200, RESULT_STALE, RESULT_STALE, 1, 1, NULL},
      {ENDED, NULL, "{\"error\":\"invalid_grant\"}", 400, RESULT_OK, RESULT_AUTH, 1, 0, NULL},
      {ENDED, NULL, "{}", 200, RESULT_OK, RESULT_AUTH, 1, 0, NULL},
      {ENDED, NULL, "{\"access_token\":\"a b\"}", 200, RESULT_OK, RESULT_AUTH, 1, 0, NULL},
      {ENDED, NULL, "<html>", 200, RESULT_OK, RESULT_RETRY, 1, 0, NULL},
      {ENDED, NULL, "", 503, RESULT_OK, RESULT_RETRY, 1, 0, NULL},
      {ENDED, NULL, "", 429, RESULT_OK, RESULT_RETRY, 1, 0, NULL},
      {ENDED, NULL, "", 0, RESULT_OK, RESULT_RETRY, 1, 0, NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world = {
        .stored = rows[i].stored, .status = rows[i].status, .tokens = rows[i].tokens, .save_code = rows[i].save_code};
    struct connection *c = open_with(&world, "oauth", rows[i].credential, true);
    struct str header = {0};
    struct result result = linear_auth_header(c, &world.arena, &header);
    if (result.code != rows[i].code || world.asks != rows[i].asks || world.saves != rows[i].saves ||
        (rows[i].header && !str_is(header, rows[i].header)))
      fail_msg("row %zu: %s, %d asks, %d saves, %.*s", i, result.message, world.asks, world.saves, STR_FMT(header));
    linear_connector.close(c);
    arena_free(&world.arena);
  }
}

static void auth_stores_the_new_pair_with_its_end(void **state) {
  (void)state;
  struct world world = {.status = 200, .tokens = TOKENS};
  struct connection *c = open_with(&world, "oauth", ENDED, true);
  struct str header;
  struct result result = linear_auth_header(c, &world.arena, &header);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(world.form, "grant_type=refresh_token&refresh_token=r1&client_id=c&client_secret=s"));
  cJSON *tree = cJSON_Parse(world.saved.at);
  assert_true(str_is(json_str(tree, "refresh_token"), "r9"));
  assert_true(str_is(json_str(tree, "access_token"), "lin_oauth_9"));
  assert_true(str_is(json_str(tree, "client_secret"), "s"));
  assert_int_equal(json_i64(tree, "expires_at_ms"), NOW_MS + 86399000);
  cJSON_Delete(tree);
  linear_connector.close(c);
  arena_free(&world.arena);
}

static void auth_never_renews_what_it_cannot_store(void **state) {
  (void)state;
  struct world world = {.status = 200, .tokens = TOKENS};
  struct connection *c = open_with(&world, "oauth", ENDED, false);
  struct str header;
  struct result result = linear_auth_header(c, &world.arena, &header);
  assert_int_equal(result.code, RESULT_AUTH);
  assert_int_equal(world.asks, 0);
  linear_connector.close(c);
  arena_free(&world.arena);
}

static void auth_key_goes_as_it_is_and_is_never_renewed(void **state) {
  (void)state;
  struct world world = {0};
  struct connection *c = open_with(&world, "pat", "{\"token\":\"lin_api_1\"}", true);
  struct str header;
  struct result result = linear_auth_header(c, &world.arena, &header);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(header, "lin_api_1"));
  result = linear_auth_renew(c, &world.arena);
  assert_int_equal(result.code, RESULT_AUTH);
  assert_int_equal(world.begins, 0);
  linear_connector.close(c);
  arena_free(&world.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(auth_rows),
      cmocka_unit_test(auth_stores_the_new_pair_with_its_end),
      cmocka_unit_test(auth_never_renews_what_it_cannot_store),
      cmocka_unit_test(auth_key_goes_as_it_is_and_is_never_renewed),
  };
  return cmocka_run_group_tests_name("adapter-linear auth", tests, NULL, NULL);
}
