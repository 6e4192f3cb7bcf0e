/* Trackers described by a mapping: the mapping, what they answer and deliver, and what addresses are made of. */
#include "adapter-webhook/template.h"
#include "adapter-webhook/webhook.h"
#include "base/json.h"
#include "growth.h"

#define TICKET                                                                                             \
  "{\"id\":\"a\",\"by\":[\"us\"],\"at\":\"2026-01-01T00:00:00Z\",\"title\":$T,\"labels\":$N,\"points\":1," \
  "\"mark\":$T,\"other\":$M}"

enum { HEADER_BYTES = 64 * KIB, OPTIONS_BYTES = 256 * KIB };

static const char options[] =
    "{\"self\":\"us\",\"ticket\":{\"id\":\"/id\",\"author\":\"/by/0\",\"updated_at\":\"/at\",\"deleted\":\"/gone\","
    "\"marker\":\"/mark\",\"fields\":{\"title\":\"/title\",\"labels\":{\"path\":\"/labels\",\"each\":\"/name\"}}},"
    "\"events\":{\"type\":\"/type\",\"carry\":[{\"types\":[\"t\"],\"ticket\":\"/data\"}]}}";

static struct str text_of(const void *prepared) {
  return *(const struct str *)prepared;
}

/* -- the mapping -- */

static void mapping(struct arena *arena, const void *prepared) {
  struct schema schema;
  growth_ignore(schema_read(arena, text_of(prepared), &schema));
}

static void *words_with(struct arena *arena, struct str text) {
  return growth_fill(arena,
                     "{\"ticket\":{\"id\":\"/id\",\"updated_at\":\"/at\",\"fields\":{\"title\":\"/title\","
                     "\"status\":{\"path\":\"/s\",\"words\":$L}}}}",
                     text);
}

static void *fields_with(struct arena *arena, struct str text) {
  return growth_fill(arena, "{\"ticket\":{\"id\":\"/id\",\"updated_at\":\"/at\",\"fields\":$M}}", text);
}

static void address(struct arena *arena, const void *prepared) {
  static const char *const names[] = {"remote", "id", NULL};
  const struct template_variable variables[] = {{"remote", text_of(prepared)}, {"id", text_of(prepared)}};
  struct str path;
  growth_ignore(template_check(text_of(prepared), names));
  growth_ignore(template_expand(arena, STR("/projects/{remote}/tickets{?id}"), variables, 2, &path));
}

/* -- answers and deliveries -- */

static void *ticket_with(struct arena *arena, struct str text) {
  return growth_fill(arena, TICKET, text);
}

static void ticket(struct arena *arena, const void *prepared) {
  struct schema schema;
  struct observation seen;
  cJSON *tree = NULL, *body = NULL;
  growth_ignore(schema_read(arena, str_of(options), &schema));
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    result = webhook_read(arena, &schema, &schema.ticket, tree, &seen);
  if (result_ok(&result)) {
    const struct payload payload = {.set = seen.fields};
    growth_ignore(webhook_write(arena, &schema.ticket, &payload, true, NULL, &body));
  }
  cJSON_Delete(body);
  cJSON_Delete(tree);
}

static void *delivery_with(struct arena *arena, struct str text) {
  return growth_fill(arena, "{\"type\":\"t\",\"data\":[" TICKET "," TICKET "]}", text);
}

static void delivery(struct arena *arena, const void *prepared) {
  const struct project project = {.system = STR("webhook"), .options = str_of(options)};
  struct list seen = {0};
  growth_ignore(webhook_connector.translate(arena, &project, STR("t"), text_of(prepared), &seen));
}

static void signature(struct arena *arena, const void *prepared) {
  const struct webhook_request request = {.delivery_id = STR("msg_1"),
                                          .timestamp = STR("1767225600"),
                                          .signature = text_of(prepared),
                                          .body = STR("{}"),
                                          .now_ms = 1767225600000};
  (void)arena;
  webhook_connector.verify(&request, STR("whsec_bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0"));
}

const struct growth_subject growth_subjects[] = {
    {"webhook_mapping", OPTIONS_BYTES, NULL, mapping},
    {"webhook_mapping_words", OPTIONS_BYTES, words_with, mapping},
    {"webhook_mapping_fields", OPTIONS_BYTES, fields_with, mapping},
    {"webhook_address", MIB, NULL, address},
    {"webhook_ticket", 4 * MIB, ticket_with, ticket},
    {"webhook_delivery", 4 * MIB, delivery_with, delivery},
    {"webhook_signature", HEADER_BYTES, NULL, signature},
    {0},
};
