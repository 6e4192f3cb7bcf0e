/* Standard Webhooks: the published vector, secrets, several signatures, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/webhook.h"

/* Of the reference libraries (github.com/standard-webhooks/standard-webhooks, their tests). */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIMESTAMP "1614265330"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define SENT_MS INT64_C(1614265330000)
#define WRONG "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void signature_is_that_of_the_standard(void **state) {
  (void)state;
  char signature[WEBHOOK_SIGNATURE_BYTES];
  assert_true(webhook_signature(STR(SECRET), STR(ID), STR(TIMESTAMP), STR(BODY), signature));
  assert_string_equal(signature, SIGNATURE);
}

static void signature_secret_rows(void **state) {
  (void)state;
  char text[400] = "", signature[WEBHOOK_SIGNATURE_BYTES];
  memset(text, 'A', sizeof text - 1);
  memcpy(text, "whsec_", 6);
  const struct {
    struct str secret;
    bool fits;
  } rows[] = {
      {STR("plain words"), true}, {STR("whsec_AAAA"), true},  {STR(""), false},           {STR("whsec_"), false},
      {STR("whsec_A"), false},    {STR("whsec_*A=="), false}, {STR("whsec_AA A"), false}, {{0}, false},
      {str_of(text), false}, /* longer than a key is */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (webhook_signature(rows[i].secret, STR(ID), STR(TIMESTAMP), STR(BODY), signature) != rows[i].fits)
      fail_msg("row %zu", i);
}

static void signature_verify_rows(void **state) {
  (void)state;
  static const struct {
    const char *id, *timestamp, *signature, *secret;
    int64_t now_ms;
    enum webhook_verdict verdict;
  } rows[] = {
      {ID, TIMESTAMP, SIGNATURE, SECRET, SENT_MS, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, SIGNATURE, SECRET, SENT_MS + 300000, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, SIGNATURE, SECRET, SENT_MS + 300001, WEBHOOK_UNTIMELY},
      {ID, TIMESTAMP, SIGNATURE, SECRET, SENT_MS - 300000, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, SIGNATURE, SECRET, SENT_MS - 300001, WEBHOOK_UNTIMELY},
      {ID, TIMESTAMP, WRONG " " SIGNATURE, SECRET, SENT_MS, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, SIGNATURE " " WRONG, SECRET, SENT_MS, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, "v1a,x " SIGNATURE, SECRET, SENT_MS, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, "  " SIGNATURE, SECRET, SENT_MS, WEBHOOK_GENUINE},
      {ID, TIMESTAMP, WRONG, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, "", SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, NULL, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, SIGNATURE "x", SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, "v1a" SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {"msg_other", TIMESTAMP, SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {"", TIMESTAMP, SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, "1614265331", SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, "1614265330.0", SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, "9223372036854775807", SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, "-1614265330", SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, "", SIGNATURE, SECRET, SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, SIGNATURE, "whsec_AAAA", SENT_MS, WEBHOOK_FORGED},
      {ID, TIMESTAMP, SIGNATURE, "", SENT_MS, WEBHOOK_FORGED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct webhook_request request = {.delivery_id = str_of(rows[i].id),
                                      .timestamp = str_of(rows[i].timestamp),
                                      .signature = str_of(rows[i].signature),
                                      .body = STR(BODY),
                                      .now_ms = rows[i].now_ms};
    if (webhook_verify(&request, str_of(rows[i].secret)) != rows[i].verdict)
      fail_msg("row %zu", i);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signature_is_that_of_the_standard),
      cmocka_unit_test(signature_secret_rows),
      cmocka_unit_test(signature_verify_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
