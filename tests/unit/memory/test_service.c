/* Each allocation fails in turn in what the processes share: frames and messages of the verbs, bodies of webhooks,
 * logins, addresses to listen on, histories, a project's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/msgpack.h"
#include "scarce.h"
#include "service/connector_arrivals.h"
#include "service/listen_address.h"
#include "service/oauth.h"
#include "service/project_rules.h"
#include "service/rpc_frames.h"
#include "service/transport.h"
#include "service/webhook_body.h"

/* Each request begins a trace, so the frame is another one every time: its length tells whether it is whole. */
static struct str verb_carried(struct arena *arena) {
  const struct ticket_get get = {.key = STR("T-12")};
  struct str frame;
  struct result result = rpc_frames_request(arena, STR("test"), 7, VERB_TICKET_GET, &get, &frame);
  if (!result_ok(&result))
    return str_copy(arena, str_of(result.message));
  nng_msg *message = transport_message(frame);
  size_t length = nng_msg_len(message);
  nng_msg_free(message);
  return str_format(arena, "%zu %zu", frame.length, length);
}

static struct str refusal_read(struct arena *arena) {
  struct ticket ticket = {0};
  const struct verb_reply reply = {.code = STR("gone"), .message = STR("there is no ticket T-12")};
  struct result result =
      rpc_frames_reply(arena, VERB_TICKET_GET, msgpack_encode(arena, &record_verb_reply, &reply), &ticket);
  return str_format(arena, "%s: %s", result_code_name(result.code), result.message);
}

static struct str body_taken(struct arena *arena) {
  struct webhook_bodies all = {0};
  struct webhook_body *body = webhook_body_new(&all);
  for (int part = 0; part < 40; part++)
    webhook_body_take(body, str_format(arena, "%04d of a delivery that comes in parts; ", part));
  struct str text = str_copy(arena, webhook_body_text(body));
  webhook_body_free(body);
  return str_format(arena, "%.*s, %lld left", STR_FMT(text), (long long)all.bytes);
}

static int64_t noon(void) {
  return 1000;
}

static struct str login_taken(struct arena *arena) {
  static const struct oauth_vendor vendor = {.who = "GitHub", .until_member = "until_ms"};
  struct oauth_client client = {.vendor = &vendor, .now_ms = noon};
  cJSON *answer, *login = cJSON_CreateObject();
  struct result result = json_parse(STR("{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_in\":60}"), &answer);
  if (result_ok(&result)) {
    result = oauth_take(&client, arena, answer, login);
    cJSON_Delete(answer);
  }
  struct str text = json_print(arena, login);
  return result_ok(&result) ? text : scarce_refused(arena, &result);
}

static struct str address_opened(struct arena *arena) {
  int file = -1;
  struct result result = listen_address_open(STR("127.0.0.1:0"), "TANDEM_HEALTH_LISTEN", &file);
  if (!result_ok(&result))
    return scarce_refused(arena, &result);
  close(file);
  return STR("it listens");
}

/* Without memory it must not become one of IPv4 alone. */
static struct str address_for_nng(struct arena *arena) {
  return listen_address_url(arena, STR("tls+tcp://*:7420"));
}

static struct str history_read(struct arena *arena) {
  const struct str now[] = {STR("old")}, came[] = {STR("new"), STR("old")};
  const struct value labels = value_set(STR("labels"), now, 1), with = value_set(STR("labels"), came, 2);
  const struct value added = value_set(STR("labels"), came, 1);
  const struct payload sent = {.add = {&added, 1}};
  const struct intent intent = {.doubted = &sent, .seen_version = 1000};
  const struct observation seen = {.version = 2000, .fields = {&labels, 1}};
  struct arrivals arrivals = arrivals_begin(arena, &intent, &seen);
  arrivals_entry(&arrivals, &labels, &with);
  arrivals_entry(&arrivals, &with, &labels);
  struct values told = arrivals_told(&arrivals);
  return str_format(arena, "%d %zu %zu", arrivals_in_doubt(&intent, &seen), told.count,
                    told.count ? told.at[0].count : 0);
}

static struct str rules_read(struct arena *arena) {
  const struct value_name table[] = {{STR("done"), STR("closed")}};
  const struct field_setting settings[] = {
      {.field = STR("status"), .strategy = STR("local_wins"), .table = {.at = table, .count = 1}}};
  const struct project project = {.strategy = STR("merge"), .rules = {.at = settings, .count = 1}};
  struct rules rules = project_rules(arena, &project);
  const struct field_rule *status = rules_field(&rules, STR("status"));
  return str_format(arena, "%s %zu %.*s", rules_strategy_name(rules_strategy(&rules, STR("status"))), status->count,
                    STR_FMT(status->table[0].external));
}

static void out_of_memory_frames(void **state) {
  (void)state;
  scarce_check(verb_carried);
  scarce_check(refusal_read);
}

static void out_of_memory_webhook_bodies(void **state) {
  (void)state;
  scarce_check(body_taken);
}

static void out_of_memory_logins(void **state) {
  (void)state;
  scarce_check(login_taken);
}

static void out_of_memory_addresses(void **state) {
  (void)state;
  scarce_check(address_opened);
  scarce_check(address_for_nng);
}

static void out_of_memory_histories(void **state) {
  (void)state;
  scarce_check(history_read);
}

static void out_of_memory_rules(void **state) {
  (void)state;
  scarce_check(rules_read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_frames),    cmocka_unit_test(out_of_memory_webhook_bodies),
      cmocka_unit_test(out_of_memory_logins),    cmocka_unit_test(out_of_memory_addresses),
      cmocka_unit_test(out_of_memory_histories), cmocka_unit_test(out_of_memory_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
