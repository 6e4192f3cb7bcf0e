/* Each allocation fails in turn in what reads secrets, signs, and tells of the process: data keys, secret files, HMACs,
 * spans and metrics. A key is read whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/data_keys.h"
#include "base/hmac.h"
#include "base/http.h"
#include "base/metrics.h"
#include "base/otlp.h"
#include "base/secret_file.h"
#include "scarce.h"

#define KEY "00000000000000000000000000000000000000000000000000000000000000ab\n"

static char path[] = "/tmp/tandem-scarce-XXXXXX";

static int make_file(void **state) {
  (void)state;
  int file = mkstemp(path);
  bool done = file >= 0 && write(file, KEY, sizeof KEY - 1) == sizeof KEY - 1;
  return close(file) == 0 && done ? 0 : -1;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

static struct str secret_read(struct arena *arena) {
  struct secret secret;
  struct result result = secret_file_read(arena, path, &secret);
  return result_ok(&result) ? secret.hidden : scarce_refused(arena, &result);
}

static struct str keys_read(struct arena *arena) {
  struct data_keys keys;
  struct result result = data_keys_read(path, &keys);
  return result_ok(&result) ? str_format(arena, "%zu %s", keys.count, keys.at[0].id) : scarce_refused(arena, &result);
}

static struct str text_signed(struct arena *arena) {
  char digits[HMAC_DIGITS + 1];
  hmac_sha256_hex(STR("key"), STR("text"), digits);
  return str_format(arena, "%s %d", digits, hmac_sha256_fits(STR("key"), STR("text"), str_of(digits)));
}

static struct str spans_told(struct arena *arena) {
  const struct otlp_resource resource = {STR("tandem-store"), STR("store-1")};
  struct span spans[2] = {{.kind = SPAN_SERVER, .name = "ticket.get"}, {.kind = SPAN_CLIENT, .name = "GET"}};
  span_text(&spans[0], "project", STR("rocket"));
  span_number(&spans[1], "status", 200);
  return otlp_request(arena, &resource, spans, 2);
}

/* A series is made when it is first touched: another one each time. */
static struct str series_counted(struct arena *arena) {
  static const struct metric metric = {"tandem_tries_total", METRIC_COUNTER, {"name"}, "Tries."};
  static int number;
  struct str_builder all = {.arena = arena};
  char name[16];
  snprintf(name, sizeof name, "n%d", ++number);
  metric_add(&metric, METRIC_VALUES(name), 1);
  metrics_write(&all);
  struct str text = str_built(&all);
  return str_find(text, str_format(arena, "{name=\"%s\"} 1\n", name).at) >= 0 ? STR("counted") : STR("lost");
}

static struct str url_escaped(struct arena *arena) {
  return http_escape(arena, STR("a b/é&"));
}

static void out_of_memory_secrets(void **state) {
  (void)state;
  scarce_check(secret_read);
  scarce_check(keys_read);
}

static void out_of_memory_signatures(void **state) {
  (void)state;
  scarce_check(text_signed);
}

static void out_of_memory_telemetry(void **state) {
  (void)state;
  scarce_check(spans_told);
  scarce_check(series_counted);
}

static void out_of_memory_escapes(void **state) {
  (void)state;
  scarce_check(url_escaped);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_secrets),
      cmocka_unit_test(out_of_memory_signatures),
      cmocka_unit_test(out_of_memory_telemetry),
      cmocka_unit_test(out_of_memory_escapes),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
