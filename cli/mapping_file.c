/* From YAML to JSON, event by event by libyaml, so that nothing large is built from hostile input. */
#include "cli/mapping_file.h"

#include <ctype.h>

#include "base/json.h"
#include "base/yaml_plain.h"

struct reader {
  struct arena *arena;
  yaml_parser_t parser;
  const char *name;
  struct str_builder json;
  struct mapping_place *places;
  size_t place_count, value_count;
};

static struct result fail_at(const struct reader *reader, yaml_mark_t mark, const char *what, struct str detail) {
  return result_error(RESULT_REJECTED, "%s:%zu:%zu: %s%.*s", reader->name, mark.line + 1, mark.column + 1, what,
                      (int)(detail.length < 60 ? detail.length : 60), detail.at ? detail.at : "");
}

static struct result fail_syntax(const struct reader *reader) {
  const char *problem = reader->parser.problem ? reader->parser.problem : "not YAML";
  if (reader->parser.error == YAML_READER_ERROR)
    return result_error(RESULT_REJECTED, "%s: not UTF-8 text: %s", reader->name, problem);
  return fail_at(reader, reader->parser.problem_mark, problem, (struct str){0});
}

/* The caller deletes the event when the result is OK. */
static struct result next_event(struct reader *reader, yaml_event_t *event) {
  if (!yaml_next(&reader->parser, event))
    return fail_syntax(reader);
  struct result result = RESULT_DONE;
  if (++reader->value_count > MAPPING_VALUES_MAX)
    result = fail_at(reader, event->start_mark, "too many values", (struct str){0});
  else if (yaml_is_decorated(event))
    result = fail_at(reader, event->start_mark, "anchors, aliases and tags are not taken here: write it out",
                     (struct str){0});
  if (!result_ok(&result))
    yaml_event_delete(event);
  return result;
}

/* -- texts -- */

static size_t digits(struct str text, size_t from) {
  size_t end = from;
  while (end < text.length && isdigit((unsigned char)text.at[end]))
    end++;
  return end - from;
}

/* As RFC 8259 writes a number, so that it can be copied. */
static bool is_number(struct str text) {
  size_t at = text.length && text.at[0] == '-', whole = digits(text, at);
  if (whole == 0 || (whole > 1 && text.at[at] == '0'))
    return false;
  at += whole;
  if (at < text.length && text.at[at] == '.') {
    size_t fraction = digits(text, at + 1);
    if (fraction == 0)
      return false;
    at += 1 + fraction;
  }
  if (at < text.length && (text.at[at] == 'e' || text.at[at] == 'E')) {
    at += at + 1 < text.length && (text.at[at + 1] == '+' || text.at[at + 1] == '-') ? 2 : 1;
    size_t exponent = digits(text, at);
    if (exponent == 0)
      return false;
    at += exponent;
  }
  return at == text.length;
}

static struct result write_scalar(struct reader *reader, const yaml_event_t *event) {
  struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
  bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (text.length && memchr(text.at, '\0', text.length))
    return fail_at(reader, event->start_mark, "a text cannot hold the character NUL", (struct str){0});
  if (plain && (text.length == 0 || str_is(text, "~")))
    str_append_c(&reader->json, "null");
  else if (plain && (str_is(text, "true") || str_is(text, "false") || str_is(text, "null") || is_number(text)))
    str_append(&reader->json, text);
  else
    json_append_quoted(&reader->json, text);
  return RESULT_DONE;
}

/* -- members -- */

static struct result note_place(struct reader *reader, yaml_mark_t mark, struct str path) {
  for (size_t i = 0; i < reader->place_count; i++)
    if (str_equal(reader->places[i].path, path))
      return fail_at(reader, mark, "it stands there twice: ", path);
  reader->places[reader->place_count++] = (struct mapping_place){path, mark.line + 1, mark.column + 1};
  return RESULT_DONE;
}

static struct result write_value(struct reader *reader, const yaml_event_t *event, struct str path, int depth);

static struct result write_member(struct reader *reader, const yaml_event_t *key, struct str parent, int depth) {
  struct str name = {(const char *)key->data.scalar.value, key->data.scalar.length};
  if (key->type != YAML_SCALAR_EVENT || name.length == 0 || memchr(name.at, '\0', name.length))
    return fail_at(reader, key->start_mark, "a member's name is a text", (struct str){0});
  struct str path = parent.length ? str_format(reader->arena, "%.*s.%.*s", STR_FMT(parent), STR_FMT(name))
                                  : str_copy(reader->arena, name);
  TRY(note_place(reader, key->start_mark, path));
  json_append_quoted(&reader->json, name);
  str_append_c(&reader->json, ":");
  yaml_event_t value;
  TRY(next_event(reader, &value));
  struct result result = write_value(reader, &value, path, depth);
  yaml_event_delete(&value);
  return result;
}

static struct result write_element(struct reader *reader, const yaml_event_t *event, struct str parent, size_t index,
                                   int depth) {
  struct str path = str_format(reader->arena, "%.*s[%zu]", STR_FMT(parent), index);
  TRY(note_place(reader, event->start_mark, path));
  return write_value(reader, event, path, depth);
}

/* From behind the start of a mapping or a sequence to its end. */
static struct result write_collection(struct reader *reader, bool is_mapping, struct str path, int depth) {
  if (depth > MAPPING_DEPTH_MAX)
    return fail_at(reader, reader->parser.mark, "too deep", (struct str){0});
  str_append_c(&reader->json, is_mapping ? "{" : "[");
  for (size_t count = 0;; count++) {
    yaml_event_t event;
    TRY(next_event(reader, &event));
    bool at_end = event.type == (is_mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);
    struct result result = RESULT_DONE;
    if (!at_end && count)
      str_append_c(&reader->json, ",");
    if (!at_end)
      result =
          is_mapping ? write_member(reader, &event, path, depth) : write_element(reader, &event, path, count, depth);
    yaml_event_delete(&event);
    if (at_end || !result_ok(&result)) {
      str_append_c(&reader->json, is_mapping ? "}" : "]");
      return result;
    }
  }
}

static struct result write_value(struct reader *reader, const yaml_event_t *event, struct str path, int depth) {
  if (event->type == YAML_SCALAR_EVENT)
    return write_scalar(reader, event);
  return write_collection(reader, event->type == YAML_MAPPING_START_EVENT, path, depth + 1);
}

/* -- the whole -- */

static struct result take_event(struct reader *reader, const yaml_event_t *event) {
  if (event->type == YAML_DOCUMENT_START_EVENT && reader->json.length)
    return fail_at(reader, event->start_mark, "one document is enough", (struct str){0});
  if (event->type == YAML_SCALAR_EVENT || event->type == YAML_SEQUENCE_START_EVENT)
    return fail_at(reader, event->start_mark, "expected `name: value` lines", (struct str){0});
  if (event->type == YAML_MAPPING_START_EVENT)
    return write_collection(reader, true, (struct str){0}, 1);
  return RESULT_DONE;
}

static struct result read_stream(struct reader *reader) {
  for (bool at_end = false; !at_end;) {
    yaml_event_t event;
    TRY(next_event(reader, &event));
    at_end = event.type == YAML_STREAM_END_EVENT;
    struct result result = take_event(reader, &event);
    yaml_event_delete(&event);
    TRY(result);
  }
  if (reader->json.length == 0)
    return result_error(RESULT_REJECTED, "%s: there is nothing in it", reader->name);
  return RESULT_DONE;
}

struct result mapping_file_parse(struct arena *arena, struct str text, const char *name, struct mapping_file *out) {
  if (text.length > MAPPING_FILE_BYTES_MAX)
    return result_error(RESULT_REJECTED, "%s is larger than %d bytes", name, MAPPING_FILE_BYTES_MAX);
  struct reader reader = {.arena = arena, .name = name, .json = {.arena = arena}};
  reader.places = ARENA_ARRAY(arena, struct mapping_place, MAPPING_VALUES_MAX);
  yaml_start(&reader.parser, text);
  struct result result = read_stream(&reader);
  yaml_parser_delete(&reader.parser);
  TRY(result);
  *out =
      (struct mapping_file){str_copy(arena, str_of(name)), str_built(&reader.json), reader.places, reader.place_count};
  return RESULT_DONE;
}

/* -- places of failures -- */

static const struct mapping_place *find_place(const struct mapping_file *file, struct str path) {
  for (size_t i = 0; i < file->count; i++)
    if (str_equal(file->places[i].path, path))
      return &file->places[i];
  return NULL;
}

/* The path without its last member or index; empty when it was the last. */
static struct str parent_of(struct str path) {
  size_t end = path.length;
  while (end > 0 && path.at[end - 1] != '.' && path.at[end - 1] != '[')
    end--;
  return str_slice(path, 0, end > 0 ? end - 1 : 0);
}

struct result mapping_file_locate(const struct mapping_file *file, struct result failure) {
  static const char root[] = "options.";
  struct str message = str_of(failure.message);
  ptrdiff_t end = str_find(message, ": ");
  if (str_is_absent(file->json) || failure.code != RESULT_REJECTED || !str_starts_with(message, root) || end < 0)
    return failure;
  const struct mapping_place *place = NULL;
  for (struct str path = str_slice(message, sizeof root - 1, (size_t)end); path.length && !place;
       path = parent_of(path))
    place = find_place(file, path);
  return result_error(failure.code, "%.*s:%zu:%zu: %s", STR_FMT(file->name), place ? place->line : 1,
                      place ? place->column : 1, failure.message + sizeof root - 1);
}
