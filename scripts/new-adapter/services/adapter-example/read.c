/* Pure translation of what Example shows: its tickets as observations. Example's own words end here. */
#include "adapter-example/example.h"

/* All fields that the connector supports, empty when they are not set. */
static struct values fields_of(struct arena *arena, const cJSON *ticket) {
  struct values_builder fields = {.arena = arena};
  values_put(&fields, value_text(STR("title"), json_copy_or_empty(arena, ticket, "title")));
  values_put(&fields, value_text(STR("body"), json_copy_or_empty(arena, ticket, "body")));
  return values_built(&fields);
}

struct result example_read_ticket(struct arena *arena, const cJSON *ticket, struct observation *out) {
  struct observation seen = {.kind = STR("ticket"), .version = json_time_ms(ticket, "updated_at")};
  seen.external_id = str_copy(arena, json_str(ticket, "id"));
  if (seen.external_id.length == 0 || seen.version <= 0 || str_is_absent(json_str(ticket, "title")))
    return result_error(RESULT_REJECTED, "a ticket without id, title or updated_at");
  seen.external_key = seen.external_id;
  seen.author = str_copy(arena, json_str(ticket, "author"));
  seen.created_at_ms = json_time_ms(ticket, "created_at");
  seen.fields = fields_of(arena, ticket);
  *out = seen;
  return RESULT_DONE;
}
