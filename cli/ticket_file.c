/* A ticket as a Markdown file for an editor. */
#include "cli/ticket_file.h"

#include "base/sets.h"
#include "sync/catalogue.h"

static bool is_set(struct str name, const struct values *known) {
  const struct value *value = values_find(known, name);
  if (value)
    return value->kind == VALUE_SET;
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, name))
      return catalogue_fields[i].kind == CONTENT_SET;
  return false;
}

static bool is_common(struct str name) {
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, name))
      return true;
  return false;
}

/* -- writing -- */

static void append_field(struct str_builder *text, struct str name, const struct values *fields) {
  const struct value *value = values_find(fields, name);
  str_append_format(text, "%.*s:", STR_FMT(name));
  if (value && value->kind == VALUE_TEXT && value->text.length)
    str_append_format(text, " %.*s", STR_FMT(value->text));
  str_append_c(text, "\n");
  for (size_t i = 0; value && value->kind == VALUE_SET && i < value->count; i++)
    str_append_format(text, "  - %.*s\n", STR_FMT(value->items[i]));
}

struct str ticket_file_write(struct arena *arena, const struct values *fields) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "---\n");
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (!str_is(catalogue_fields[i].name, "body"))
      append_field(&text, catalogue_fields[i].name, fields);
  for (size_t i = 0; i < fields->count; i++)
    /* A text of several lines has no place in the header: it stays as it is. */
    if (!is_common(fields->at[i].name) && str_find(fields->at[i].text, "\n") < 0)
      append_field(&text, fields->at[i].name, fields);
  str_append_c(&text, "---\n");
  struct str body = values_text(fields, "body");
  if (body.length)
    str_append(&text, body);
  if (body.length && !str_ends_with(body, "\n"))
    str_append_c(&text, "\n");
  return str_built(&text);
}

/* -- reading -- */

struct reader {
  struct arena *arena;
  struct str rest;
  int line_number;
  const struct values *known;
  struct values_builder fields;
  struct str set_name; /* the set whose members may follow */
  struct str *members;
  size_t member_count;
};

static bool next_line(struct reader *reader, struct str *line) {
  if (reader->rest.length == 0)
    return false;
  ptrdiff_t newline = str_find(reader->rest, "\n");
  size_t end = newline < 0 ? reader->rest.length : (size_t)newline;
  *line = str_slice(reader->rest, 0, end);
  if (str_ends_with(*line, "\r"))
    *line = str_slice(*line, 0, line->length - 1);
  reader->rest = str_slice(reader->rest, newline < 0 ? end : end + 1, reader->rest.length);
  reader->line_number++;
  return true;
}

/* "---" is one too, but then it ends the header. */
static bool is_member(struct str line) {
  return str_starts_with(str_trim(line), "-");
}

static void end_set(struct reader *reader) {
  if (reader->set_name.at)
    values_put(&reader->fields, value_set(reader->set_name, reader->members, reader->member_count));
  reader->set_name = (struct str){0};
}

static struct result read_member(struct reader *reader, struct str line) {
  struct str member = str_trim(str_slice(str_trim(line), 1, line.length));
  if (!reader->set_name.at)
    return result_error(RESULT_REJECTED, "line %d: a member without a list above it", reader->line_number);
  if (member.length)
    reader->members[reader->member_count++] = member;
  return RESULT_DONE;
}

/* No more than there are lines of members right below. */
static size_t members_ahead(const struct reader *reader) {
  struct reader ahead = *reader;
  struct str line;
  size_t count = 0;
  while (next_line(&ahead, &line) && (str_trim(line).length == 0 || is_member(line)))
    count++;
  return count;
}

static void begin_set(struct reader *reader, struct str name, struct str text) {
  reader->set_name = name;
  reader->members = ARENA_ARRAY(reader->arena, struct str, members_ahead(reader) + 1);
  reader->member_count = 0;
  if (text.length) /* `labels: bug` is one member */
    reader->members[reader->member_count++] = text;
}

static struct result read_header_line(struct reader *reader, struct str line) {
  if (str_trim(line).length == 0)
    return RESULT_DONE;
  if (is_member(line))
    return read_member(reader, line);
  end_set(reader);
  ptrdiff_t colon = str_find(line, ":");
  struct str name = str_trim(str_slice(line, 0, colon > 0 ? (size_t)colon : 0));
  if (name.length == 0)
    return result_error(RESULT_REJECTED, "line %d: expected `name: value`, got `%.60s`", reader->line_number,
                        str_c(reader->arena, line));
  struct str text = str_trim(str_slice(line, (size_t)colon + 1, line.length));
  if (is_set(name, reader->known))
    begin_set(reader, name, text);
  else
    values_put(&reader->fields, value_text(name, text));
  return RESULT_DONE;
}

/* The body as it was when the file's last newline is the editor's. */
static struct str body_of(struct str rest, const struct values *known) {
  struct str before = values_text(known, "body");
  bool had_newline = str_ends_with(before, "\n");
  return !had_newline && str_ends_with(rest, "\n") ? str_slice(rest, 0, rest.length - 1) : rest;
}

struct result ticket_file_read(struct arena *arena, struct str text, const struct values *known, struct values *out) {
  struct reader reader = {.arena = arena, .rest = text, .known = known, .fields = {.arena = arena}};
  struct str line;
  if (!next_line(&reader, &line) || !str_is(str_trim(line), "---"))
    return result_error(RESULT_REJECTED, "line 1: the header starts with ---");
  for (;;) {
    if (!next_line(&reader, &line))
      return result_error(RESULT_REJECTED, "line %d: the header has no end (---)", reader.line_number);
    if (str_is(str_trim(line), "---"))
      break;
    TRY(read_header_line(&reader, line));
  }
  end_set(&reader);
  struct str body = body_of(reader.rest, known);
  if (body.length || values_find(known, STR("body")))
    values_put(&reader.fields, value_text(STR("body"), body.at ? body : STR("")));
  *out = values_built(&reader.fields);
  return RESULT_DONE;
}

/* -- changes -- */

struct ticket_changes ticket_file_changes(struct arena *arena, const struct values *before,
                                          const struct values *after) {
  struct values_builder set = {.arena = arena}, add = {.arena = arena}, remove = {.arena = arena};
  for (size_t i = 0; i < after->count; i++) {
    const struct value *now = &after->at[i], *old = values_find(before, now->name);
    if (now->kind == VALUE_TEXT) {
      if (old ? !value_equal(old, now) : now->text.length > 0)
        values_put(&set, *now);
      continue;
    }
    struct value none = value_set(now->name, NULL, 0);
    struct value added = sets_without(arena, now, old ? old : &none);
    struct value removed = sets_without(arena, old ? old : &none, now);
    if (added.count)
      values_put(&add, added);
    if (removed.count)
      values_put(&remove, removed);
  }
  return (struct ticket_changes){values_built(&set), values_built(&add), values_built(&remove)};
}
