/* Properties of the translation that a mapping tells: whatever the tracker sends is read the same each time, rests, and
 * comes back as it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/webhook.h"
#include "draw_tree.h"
#include "sync/canon.h"

/* Fields at the top, below another member, of objects with a name, and single ones that are sets here. */
static const char options[] =
    "{\"ticket\":{\"id\":\"/id\",\"key\":\"/number\",\"updated_at\":\"/at\",\"fields\":{\"title\":\"/title\","
    "\"body\":\"/text/md\",\"status\":\"/state\",\"labels\":{\"path\":\"/labels\",\"each\":\"/name\"},"
    "\"assignees\":{\"path\":\"/who/id\",\"members_max\":1},\"tags\":{\"path\":\"/tags\",\"kind\":\"set\"},"
    "\"estimate\":\"/points\",\"due_date\":\"/due\"}},"
    "\"out\":{\"ticket\":{\"create\":{\"url\":\"/t\"}}}}";
enum { CASES = 8000 };

static cJSON *named(const char *member, const char *name) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, member, name);
  return object;
}

static cJSON *draw_label(struct property_case *c) {
  return named("name", draw_line(c));
}

static cJSON *draw_tag(struct property_case *c) {
  return cJSON_CreateString(draw_line(c));
}

static void add_identity(cJSON *ticket) {
  cJSON_AddStringToObject(ticket, "id", "t1");
  cJSON_AddNumberToObject(ticket, "number", 1);
  cJSON_AddStringToObject(ticket, "at", "2026-01-31T12:00:00Z");
}

static cJSON *draw_ticket(struct property_case *c) {
  cJSON *ticket = cJSON_CreateObject();
  add_identity(ticket);
  cJSON_AddStringToObject(ticket, "title", draw_text(c));
  cJSON_AddItemToObject(ticket, "text", named("md", draw_text(c)));
  cJSON_AddStringToObject(ticket, "state", draw_line(c));
  cJSON_AddItemToObject(ticket, "labels", draw_list(c, 4, draw_label));
  cJSON_AddItemToObject(ticket, "who", named("id", property_draw(c, 2) ? "ann" : ""));
  cJSON_AddItemToObject(ticket, "tags", draw_list(c, 4, draw_tag));
  cJSON_AddItemToObject(ticket, "points",
                        property_draw(c, 2) ? cJSON_CreateNumber(property_draw(c, 100) / 4.0) : cJSON_CreateNull());
  cJSON_AddItemToObject(ticket, "due", property_draw(c, 2) ? cJSON_CreateString("2026-01-31") : cJSON_CreateNull());
  return ticket;
}

static bool read_schema(struct property_case *c, struct schema *out) {
  struct result result = schema_read(c->arena, STR(options), out);
  return result_ok(&result) || property_broken(c, "the mapping is refused: %s", result.message);
}

static bool ticket_is_read_alike(struct property_case *c) {
  struct schema schema;
  if (!read_schema(c, &schema))
    return false;
  cJSON *ticket = draw_ticket(c);
  bool spoilt = draw_mischief(c, ticket), good = true;
  struct observation first = {0}, second = {0};
  struct result result = webhook_read(c->arena, &schema, &schema.ticket, ticket, &first);
  cJSON *again = cJSON_Duplicate(ticket, true);
  if (!spoilt)
    draw_order(c, again);
  struct result repeated = webhook_read(c->arena, &schema, &schema.ticket, again, &second);
  if (!spoilt && !result_ok(&result))
    good = property_broken(c, "refused: %s", result.message);
  else if (result.code != repeated.code)
    good = property_broken(c, "read once only");
  else if (result_ok(&result))
    good = first.external_id.length && first.version > 0 && first.fields.count == schema.ticket.fields.count &&
           same_fields(c, &first.fields, &second.fields) && fields_rest(c, &first.fields, &second.fields);
  cJSON_Delete(ticket);
  cJSON_Delete(again);
  return good;
}

static bool ticket_comes_back_as_written(struct property_case *c) {
  struct schema schema;
  if (!read_schema(c, &schema))
    return false;
  cJSON *ticket = draw_ticket(c), *there;
  struct observation first, second;
  unsigned char hash[CANON_HASH_BYTES];
  struct result result = webhook_read(c->arena, &schema, &schema.ticket, ticket, &first);
  cJSON_Delete(ticket);
  if (!result_ok(&result))
    return property_broken(c, "refused: %s", result.message);
  struct values canonical = canonical_of(c->arena, &first.fields, hash);
  struct payload payload = {.set = canonical};
  result = webhook_write(c->arena, &schema.ticket, &payload, true, NULL, &there);
  if (!result_ok(&result))
    return property_broken(c, "cannot be written: %s", result.message);
  add_identity(there);
  /* What a creation leaves out, a tracker shows as empty. */
  static const char *const empty[] = {"labels", "tags"};
  for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
    if (!cJSON_HasObjectItem(there, empty[i]))
      cJSON_AddArrayToObject(there, empty[i]);
  static const char *const nulls[] = {"points", "due", "who", "text"};
  for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
    if (!cJSON_HasObjectItem(there, nulls[i]))
      cJSON_AddNullToObject(there, nulls[i]);
  result = webhook_read(c->arena, &schema, &schema.ticket, there, &second);
  cJSON_Delete(there);
  if (!result_ok(&result))
    return property_broken(c, "what was written is refused: %s", result.message);
  return same_fields(c, &canonical, &second.fields) && fields_rest(c, &canonical, &second.fields);
}

static void read_alike(void **state) {
  (void)state;
  property_check("webhook_ticket_is_read_alike", CASES, ticket_is_read_alike);
}

static void as_written(void **state) {
  (void)state;
  property_check("webhook_ticket_comes_back_as_written", CASES, ticket_comes_back_as_written);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(read_alike), cmocka_unit_test(as_written)};
  return cmocka_run_group_tests_name("properties of a mapped translation", tests, NULL, NULL);
}
