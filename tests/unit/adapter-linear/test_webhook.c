/* Deliveries: the signature of Linear's scheme, the minute, and what each event shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/linear.h"
#include "base/hmac.h"

#define NOW_MS 1767225600000
#define ID "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"
#define TEAM "2b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"

static enum webhook_verdict verdict_of(const char *body, const char *secret, int64_t now_ms) {
  char digits[HMAC_DIGITS + 1];
  hmac_sha256_hex(str_of(secret), str_of(body), digits);
  struct webhook_request request = {.signature = str_of(digits), .body = str_of(body), .now_ms = now_ms};
  return linear_verify(&request, STR("secret"));
}

static void webhook_verify_rows(void **state) {
  (void)state;
  static const struct {
    const char *body, *secret;
    int64_t now_ms;
    enum webhook_verdict verdict;
  } rows[] = {
      {"{\"webhookTimestamp\":1767225600000}", "secret", NOW_MS, WEBHOOK_GENUINE},
      {"{\"webhookTimestamp\":1767225600000}", "secret", NOW_MS + 60000, WEBHOOK_GENUINE},
      {"{\"webhookTimestamp\":1767225600000}", "secret", NOW_MS + 60001, WEBHOOK_UNTIMELY},
      {"{\"webhookTimestamp\":1767225600000}", "secret", NOW_MS - 60000, WEBHOOK_GENUINE},
      {"{\"webhookTimestamp\":1767225600000}", "secret", NOW_MS - 60001, WEBHOOK_UNTIMELY},
      {"{\"webhookTimestamp\":1767225600000}", "other", NOW_MS + 60001, WEBHOOK_FORGED},
      {"{\"webhookTimestamp\":1767225600000}", "other", NOW_MS, WEBHOOK_FORGED},
      {"{\"webhookTimestamp\":\"1767225600000\"}", "secret", NOW_MS, WEBHOOK_UNTIMELY},
      {"{}", "secret", NOW_MS, WEBHOOK_UNTIMELY},
      {"not JSON", "secret", NOW_MS, WEBHOOK_UNTIMELY},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (verdict_of(rows[i].body, rows[i].secret, rows[i].now_ms) != rows[i].verdict)
      fail_msg("row %zu", i);
}

#define ISSUE(action, team, more)                                                                                 \
  "{\"action\":\"" action "\",\"type\":\"Issue\",\"data\":{\"id\":\"" ID "\",\"identifier\":\"ENG-7\",\"team\":{" \
  "\"id\":\"" TEAM "\",\"key\":\"" team "\"}}" more "}"
#define COMMENT(action, team)                                                                                 \
  "{\"action\":\"" action "\",\"type\":\"Comment\",\"url\":\"u\",\"data\":{\"id\":\"" ID "\",\"body\":\"b\"," \
  "\"updatedAt\":\"2026-01-01T00:00:00.000Z\",\"user\":{\"name\":\"Alice Moore\"},\"issue\":{\"id\":\"" TEAM  \
  "\",\"identifier\":\"ENG-7\",\"team\":{\"id\":\"" TEAM "\",\"key\":\"" team "\"}}}}"

static void webhook_translate_rows(void **state) {
  (void)state;
  static const struct {
    const char *event, *body, *options;
    enum result_code code;
    size_t count;
    const char *gone;
  } rows[] = {
      {"Issue", ISSUE("create", "ENG", ""), "", RESULT_OK, 1, "unreadable"},
      {"Issue", ISSUE("update", "eng", ""), "", RESULT_OK, 1, "unreadable"},
      {"Issue", ISSUE("remove", "ENG", ""), "", RESULT_OK, 1, "deleted"},
      {"Issue", ISSUE("update", "OPS", ""), "", RESULT_OK, 0, NULL},
      {"Issue", ISSUE("update", "OPS", ",\"updatedFrom\":{\"teamId\":\"x\"}"), "", RESULT_OK, 1, "unreadable"},
      {"Issue", ISSUE("update", "NEW", ""), "{\"team_id\":\"" TEAM "\"}", RESULT_OK, 1, "unreadable"},
      {"Issue", ISSUE("update", "ENG", ""), "{\"team_id\":\"" ID "\"}", RESULT_OK, 0, NULL},
      {"Issue", "{\"action\":\"update\",\"data\":{\"id\":\"7\",\"identifier\":\"ENG-7\"}}", "", RESULT_REJECTED, 0,
       NULL},
      {"Issue", "{\"action\":\"update\"}", "", RESULT_REJECTED, 0, NULL},
      {"Issue", "[]", "", RESULT_REJECTED, 0, NULL},
      {"Issue", "{", "", RESULT_REJECTED, 0, NULL},
      {"Comment", COMMENT("create", "ENG"), "", RESULT_OK, 1, ""},
      {"Comment", COMMENT("remove", "ENG"), "", RESULT_OK, 1, "deleted"},
      {"Comment", COMMENT("create", "OPS"), "", RESULT_OK, 0, NULL},
      {"Comment", "{\"data\":{\"id\":\"x\",\"body\":\"on a document\"}}", "", RESULT_OK, 0, NULL},
      {"Comment", "{}", "", RESULT_REJECTED, 0, NULL},
      {"Reaction", "{}", "", RESULT_OK, 0, NULL},
      {"", "", "", RESULT_OK, 0, NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct project project = {.remote = STR("ENG"), .options = str_of(rows[i].options)};
    LIST_OF(struct observation) seen = {0};
    struct result result =
        linear_translate(&arena, &project, str_of(rows[i].event), str_of(rows[i].body), (struct list *)&seen);
    if (result.code != rows[i].code || seen.count != rows[i].count ||
        (seen.count && (!str_is(seen.at[0].gone, rows[i].gone) || !str_is(seen.at[0].external_id, ID))))
      fail_msg("row %zu: %s, %zu observations", i, result.message, seen.count);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_verify_rows),
      cmocka_unit_test(webhook_translate_rows),
  };
  return cmocka_run_group_tests_name("adapter-linear webhook", tests, NULL, NULL);
}
