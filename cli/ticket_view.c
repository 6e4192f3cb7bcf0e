/* Tickets as people read them. */
#include "cli/ticket_view.h"

#include "cli/format.h"
#include "cli/table.h"

/* A field in one line; one that is missing is "". */
static struct str field_line(struct arena *arena, const struct values *fields, const char *name) {
  const struct value *value = values_find(fields, str_of(name));
  return value ? format_value(arena, value) : STR("");
}

static struct str mapped_keys(struct arena *arena, const struct ticket *ticket) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < ticket->mappings.count; i++) {
    const struct mapping *mapping = &ticket->mappings.at[i];
    struct str key = mapping->external_key.length ? mapping->external_key : mapping->state;
    str_append_format(&text, "%s%.*s %.*s", i ? ", " : "", STR_FMT(mapping->project), STR_FMT(key));
  }
  return str_built(&text);
}

void ticket_view_list(const struct output *output, const struct ticket *tickets, size_t count, int64_t now_ms) {
  static const struct column columns[] = {{"KEY", 0},
                                          {"STATUS", COLUMN_STATE},
                                          {"TITLE", COLUMN_TRUNC},
                                          {"LABELS", COLUMN_TRUNC | COLUMN_SPARE},
                                          {"ASSIGNEES", COLUMN_TRUNC | COLUMN_SPARE},
                                          {"OUTSIDE", COLUMN_USEFUL},
                                          {"CHANGED", COLUMN_RIGHT | COLUMN_USEFUL}};
  struct arena arena = {0};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < count; i++) {
    const struct ticket *ticket = &tickets[i];
    const struct str cells[] = {ticket->key,
                                field_line(&arena, &ticket->fields, "status"),
                                field_line(&arena, &ticket->fields, "title"),
                                field_line(&arena, &ticket->fields, "labels"),
                                field_line(&arena, &ticket->fields, "assignees"),
                                mapped_keys(&arena, ticket),
                                table_moment(output, &arena, ticket->updated_at_ms, now_ms)};
    table_row(table, cells);
  }
  table_end(table);
  arena_free(&arena);
}

static void print_fields(const struct output *output, struct arena *arena, const struct ticket *ticket) {
  for (size_t i = 0; i < ticket->fields.count; i++) {
    const struct value *value = &ticket->fields.at[i];
    if (!str_is(value->name, "title") && !str_is(value->name, "body"))
      output_named(output, str_c(arena, value->name), format_value(arena, value));
  }
}

static void print_privacy(const struct output *output, struct arena *arena, const struct ticket *ticket) {
  struct str grants = format_join(arena, ticket->grants.at, ticket->grants.count, ", ");
  output_named(output, "privacy",
               grants.length ? str_format(arena, "%.*s, shared with %.*s", STR_FMT(ticket->privacy), STR_FMT(grants))
                             : ticket->privacy);
}

static void print_moment(const struct output *output, struct arena *arena, const char *name, int64_t moment_ms,
                         struct str by, int64_t now_ms) {
  if (moment_ms)
    output_named(output, name,
                 str_format(arena, "%.*s (%.*s)%s%.*s", STR_FMT(format_moment(arena, moment_ms)),
                            STR_FMT(format_ago(arena, moment_ms, now_ms)), by.length ? " by " : "", STR_FMT(by)));
}

static void print_mapping(const struct output *output, struct arena *arena, const struct mapping *mapping) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%.*s %.*s  %.*s", STR_FMT(mapping->project), STR_FMT(mapping->external_key),
                    STR_FMT(mapping->state));
  if (mapping->reason.length)
    str_append_format(&text, " (%.*s)", STR_FMT(mapping->reason));
  if (mapping->open_conflicts)
    str_append_format(&text, "  %.*s",
                      STR_FMT(format_counted(arena, mapping->open_conflicts, "conflict", "conflicts")));
  if (mapping->restricted)
    str_append_c(&text, "  restricted there");
  str_append_format(&text, "  %.*s", STR_FMT(mapping->url));
  output_named(output, "outside", str_built(&text));
  for (size_t i = 0; i < mapping->waits.count; i++)
    output_named(output, "", str_format(arena, "a field waits for %.*s", STR_FMT(mapping->waits.at[i])));
}

/* A text's beginning: the whole of it stands below. */
static struct str beginning(struct arena *arena, const struct value *value) {
  enum { BYTES_MAX = 60 };
  struct str text = value ? format_value(arena, value) : STR("");
  size_t end = BYTES_MAX;
  if (text.length <= BYTES_MAX)
    return text;
  while (end > 0 && ((unsigned char)text.at[end] & 0xC0) == 0x80)
    end--;
  return str_format(arena, "%.*s…", (int)end, text.at);
}

/* What is here beside what was there when it was last seen; the tracker is not asked. */
static void print_external(const struct output *output, struct arena *arena, const struct ticket *ticket,
                           const struct mapping *mapping, int64_t now_ms) {
  const struct column columns[] = {
      {"FIELD", 0}, {"HERE", COLUMN_TRUNC}, {str_c(arena, mapping->project), COLUMN_TRUNC}};
  if (mapping->external.count == 0)
    return;
  output_named(output, "", str_format(arena, "seen %.*s", STR_FMT(format_ago(arena, mapping->observed_at_ms, now_ms))));
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < mapping->external.count; i++) {
    const struct value *there = &mapping->external.at[i], *here = values_find(&ticket->fields, there->name);
    table_row(table, (const struct str[]){there->name, beginning(arena, here), beginning(arena, there)});
  }
  table_end(table);
}

static void print_comment(const struct output *output, struct arena *arena, const struct comment *comment,
                          int64_t now_ms) {
  struct str_builder head = {.arena = arena};
  str_append_format(&head, "%.*s  %.*s, %.*s", STR_FMT(comment->key), STR_FMT(comment->author),
                    STR_FMT(format_ago(arena, comment->created_at_ms, now_ms)));
  if (comment->origin.length)
    str_append_format(&head, ", in %.*s", STR_FMT(comment->origin));
  if (comment->privacy.length)
    str_append_format(&head, ", %.*s", STR_FMT(comment->privacy));
  if (comment->deleted_at_ms)
    str_append_format(&head, ", deleted %.*s by %.*s", STR_FMT(format_ago(arena, comment->deleted_at_ms, now_ms)),
                      STR_FMT(comment->deleted_by));
  output_text(output, "\n");
  output_styled(output, STYLE_DIM, output_clean_line(arena, str_built(&head)));
  output_text(output, "\n%s\n", output_clean(arena, comment->body).at);
}

void ticket_view_print(const struct output *output, const struct ticket *ticket, int64_t now_ms) {
  struct arena arena = {0};
  struct str title = output_clean_line(&arena, field_line(&arena, &ticket->fields, "title"));
  output_styled(output, STYLE_BOLD, str_format(&arena, "%.*s  %.*s", STR_FMT(ticket->key), STR_FMT(title)));
  output_text(output, "\n");
  print_fields(output, &arena, ticket);
  print_privacy(output, &arena, ticket);
  print_moment(output, &arena, "created", ticket->created_at_ms, ticket->author, now_ms);
  if (ticket->updated_at_ms != ticket->created_at_ms)
    print_moment(output, &arena, "changed", ticket->updated_at_ms, (struct str){0}, now_ms);
  output_named(output, "origin", ticket->origin);
  for (size_t i = 0; i < ticket->mappings.count; i++) {
    print_mapping(output, &arena, &ticket->mappings.at[i]);
    print_external(output, &arena, ticket, &ticket->mappings.at[i], now_ms);
  }
  struct str body = field_line(&arena, &ticket->fields, "body");
  if (body.length)
    output_text(output, "\n%s\n", output_clean(&arena, body).at);
  for (size_t i = 0; i < ticket->comments.count; i++)
    print_comment(output, &arena, &ticket->comments.at[i], now_ms);
  arena_free(&arena);
}
