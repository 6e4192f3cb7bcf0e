/* Pure translation of what Example shows: its tickets as observations. Example's own words end here. */
#include "adapter-example/example.h"
#include "base/clock.h"

static struct str text_or_empty(struct arena *arena, const cJSON *object, const char *name) {
  struct str text = json_str(object, name);
  return text.length ? str_copy(arena, text) : STR("");
}

static int64_t time_ms(const cJSON *object, const char *name) {
  int64_t moment_ms = 0;
  clock_parse(json_str(object, name), &moment_ms);
  return moment_ms;
}

/* All fields that the connector supports, empty when they are not set. */
static struct values fields_of(struct arena *arena, const cJSON *ticket) {
  struct values_builder fields = {.arena = arena};
  values_put(&fields, value_text(STR("title"), text_or_empty(arena, ticket, "title")));
  values_put(&fields, value_text(STR("body"), text_or_empty(arena, ticket, "body")));
  return values_built(&fields);
}

struct result example_read_ticket(struct arena *arena, const cJSON *ticket, struct observation *out) {
  struct observation seen = {.kind = STR("ticket"), .version = time_ms(ticket, "updated_at")};
  seen.external_id = str_copy(arena, json_str(ticket, "id"));
  if (seen.external_id.length == 0 || seen.version <= 0 || str_is_absent(json_str(ticket, "title")))
    return result_error(RESULT_REJECTED, "a ticket without id, title or updated_at");
  seen.external_key = seen.external_id;
  seen.author = str_copy(arena, json_str(ticket, "author"));
  seen.created_at_ms = time_ms(ticket, "created_at");
  seen.fields = fields_of(arena, ticket);
  *out = seen;
  return RESULT_DONE;
}
