/* What the tracker's tickets have, as the mapping says, after a look whether it answers at all. */
#include "adapter-webhook/webhook.h"

static bool is_written(const struct schema_item *item, const struct schema_field *field) {
  bool has_way = !str_is_absent(item->create.url) || !str_is_absent(item->update.url);
  for (size_t i = 0; i < item->out_fields.count; i++)
    if (item->out_fields.at[i].field == field)
      return has_way;
  return false;
}

/* The description outlives the connection, and with it the mapping. */
static struct remote_field copy_field(struct arena *arena, const struct remote_field *known) {
  struct remote_field field = *known;
  struct remote_word *words = ARENA_ARRAY(arena, struct remote_word, known->words.count);
  for (size_t i = 0; i < known->words.count; i++)
    words[i] = (struct remote_word){.name = str_copy(arena, known->words.at[i].name),
                                    .category = str_copy(arena, known->words.at[i].category)};
  field.name = str_copy(arena, known->name);
  field.label = str_copy(arena, known->label);
  field.kind = str_copy(arena, known->kind);
  field.words.at = words;
  return field;
}

static void list_fields(struct arena *arena, const struct schema_item *item, struct remote_description *out) {
  struct remote_field *fields = ARENA_ARRAY(arena, struct remote_field, item->fields.count);
  for (size_t i = 0; i < item->fields.count; i++) {
    fields[i] = copy_field(arena, &item->fields.at[i].known);
    fields[i].writable = is_written(item, &item->fields.at[i]);
  }
  out->fields.at = fields;
  out->fields.count = item->fields.count;
}

/* The first page of a poll tells whether address, credential and paths are right. */
static struct result try_poll(struct connection *c, struct arena *arena) {
  struct pull_page page;
  return str_is_absent(c->schema.ticket.poll_url) ? RESULT_DONE : webhook_pull(c, arena, STR("full"), STR(""), &page);
}

struct result webhook_describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  const struct schema_item *ticket = &c->schema.ticket;
  struct remote_description found = {.estimated_tickets = -1, .is_private = true};
  TRY(try_poll(c, arena));
  found.account = c->schema.self.length ? str_copy(arena, c->schema.self) : STR("tandem");
  found.remote = str_copy(arena, c->remote);
  found.url = str_copy(arena, c->api);
  found.can_write = !str_is_absent(ticket->create.url) || !str_is_absent(ticket->update.url);
  list_fields(arena, ticket, &found);
  *out = found;
  return RESULT_DONE;
}
