/* The settings file: a small part of YAML 1.1 (mappings, sequences of texts, plain and quoted texts), read event by
 * event by libyaml, so that nothing large is built from hostile input. Anchors, aliases and tags are refused. */
#include "base/settings.h"
#include "base/yaml_plain.h"

enum { PATH_BYTES_MAX = 128 };

struct reader {
  struct arena *arena;
  yaml_parser_t parser;
  const char *file;
  struct str folder;
  struct settings *out;
  size_t node_count;
  unsigned char *seen; /* one flag a setting, against duplicates */
};

enum { NODES_MAX = 4096 };

static struct result fail_at(const struct reader *reader, yaml_mark_t mark, const char *what, struct str detail,
                             const char *end) {
  return result_error(RESULT_REJECTED, "%s:%zu:%zu: %s%.*s%s", reader->file, mark.line + 1, mark.column + 1, what,
                      (int)(detail.length < 60 ? detail.length : 60), detail.at ? detail.at : "", end);
}

static struct result fail_syntax(const struct reader *reader) {
  yaml_mark_t mark = reader->parser.problem_mark;
  const char *problem = reader->parser.problem ? reader->parser.problem : "not YAML";
  if (reader->parser.error == YAML_READER_ERROR)
    return fail_at(reader, (yaml_mark_t){0}, "not UTF-8 text: ", str_of(problem), "");
  return fail_at(reader, mark, problem, (struct str){0}, "");
}

/* The caller deletes the event when the result is OK. */
static struct result next_event(struct reader *reader, yaml_event_t *event) {
  if (!yaml_next(&reader->parser, event))
    return fail_syntax(reader);
  struct result result = RESULT_DONE;
  if (++reader->node_count > NODES_MAX)
    result = fail_at(reader, event->start_mark, "too many values", (struct str){0}, "");
  else if (yaml_is_decorated(event))
    result = fail_at(reader, event->start_mark, "anchors, aliases and tags are not taken here", (struct str){0}, "");
  if (!result_ok(&result))
    yaml_event_delete(event);
  return result;
}

static struct str scalar_text(const yaml_event_t *event) {
  return (struct str){(const char *)event->data.scalar.value, event->data.scalar.length};
}

static struct result unknown_key(const struct reader *reader, yaml_mark_t mark, struct str path) {
  const struct setting *nearest = settings_nearest(path);
  struct str hint = str_format(reader->arena, "`; did you mean `%s`?", nearest->name);
  return fail_at(reader, mark, "there is no setting `", path, hint.at);
}

static bool is_section(struct str path) {
  size_t count;
  const struct setting *table = settings_table(&count);
  for (size_t i = 0; i < count; i++)
    if (strlen(table[i].name) > path.length && strncmp(table[i].name, path.at, path.length) == 0 &&
        table[i].name[path.length] == '.')
      return true;
  return false;
}

static struct result refuse_in_file(const struct reader *reader, yaml_mark_t mark, const struct setting *setting) {
  struct str hint = str_format(reader->arena, "` is not read from the settings file: set %s%s in the environment",
                               setting->variable, setting->type == SETTING_SECRET ? "_FILE" : "");
  return fail_at(reader, mark, "`", str_of(setting->name), hint.at);
}

static struct result check_key(struct reader *reader, yaml_mark_t mark, struct str path,
                               const struct setting *setting) {
  size_t count;
  const struct setting *table = settings_table(&count);
  if (setting == NULL)
    return unknown_key(reader, mark, path);
  if (setting->not_in_file)
    return refuse_in_file(reader, mark, setting);
  if (reader->seen[setting - table]++)
    return fail_at(reader, mark, "`", path, "` is set twice");
  return RESULT_DONE;
}

static struct result read_items(struct reader *reader, struct str *items, size_t *out_count) {
  for (*out_count = 0;;) {
    yaml_event_t event;
    TRY(next_event(reader, &event));
    yaml_event_type_t type = event.type;
    yaml_mark_t mark = event.start_mark;
    if (type == YAML_SCALAR_EVENT && *out_count < SETTINGS_LIST_MAX)
      items[(*out_count)++] = str_copy(reader->arena, scalar_text(&event));
    yaml_event_delete(&event);
    if (type == YAML_SEQUENCE_END_EVENT)
      return RESULT_DONE;
    if (type != YAML_SCALAR_EVENT)
      return fail_at(reader, mark, "a list has texts only", (struct str){0}, "");
    if (*out_count == SETTINGS_LIST_MAX)
      return fail_at(reader, mark, "the list is too long", (struct str){0}, "");
  }
}

static struct result assign(struct reader *reader, yaml_mark_t mark, const struct setting *setting,
                            const struct str *texts, size_t count) {
  struct setting_origin origin = {.folder = reader->folder};
  origin.where = str_format(reader->arena, "%s:%zu:%zu", reader->file, mark.line + 1, mark.column + 1);
  return settings_assign(reader->arena, setting, texts, count, &origin, reader->out);
}

static struct result read_mapping(struct reader *reader, struct str path, int depth);

/* The value of the key `path`, whose first event is `event`. */
static struct result read_value(struct reader *reader, yaml_mark_t key_mark, struct str path, const yaml_event_t *event,
                                int depth) {
  const struct setting *setting = settings_find(path);
  struct str items[SETTINGS_LIST_MAX];
  size_t count = 1;
  if (event->type == YAML_MAPPING_START_EVENT && setting == NULL && is_section(path))
    return read_mapping(reader, path, depth + 1);
  if (event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0 && is_section(path))
    return RESULT_DONE; /* `log:` with nothing below */
  TRY(check_key(reader, key_mark, path, setting));
  if (event->type == YAML_MAPPING_START_EVENT)
    return fail_at(reader, event->start_mark, "`", path, "` is a value, not a section");
  if (event->type == YAML_SEQUENCE_START_EVENT)
    TRY(read_items(reader, items, &count));
  else
    items[0] = scalar_text(event);
  return assign(reader, event->start_mark, setting, items, count);
}

static struct result read_pair(struct reader *reader, struct str parent, const yaml_event_t *key, int depth) {
  if (key->type != YAML_SCALAR_EVENT || key->data.scalar.length == 0)
    return fail_at(reader, key->start_mark, "a setting's name is a text", (struct str){0}, "");
  struct str name = scalar_text(key), path;
  if (parent.length + name.length + 1 > PATH_BYTES_MAX)
    return fail_at(reader, key->start_mark, "the name is too long: ", name, "");
  path = parent.length ? str_format(reader->arena, "%.*s.%.*s", STR_FMT(parent), STR_FMT(name))
                       : str_copy(reader->arena, name);
  yaml_event_t value;
  TRY(next_event(reader, &value));
  struct result result = read_value(reader, key->start_mark, path, &value, depth);
  yaml_event_delete(&value);
  return result;
}

/* From behind the mapping's start to its end. */
static struct result read_mapping(struct reader *reader, struct str path, int depth) {
  if (depth > SETTINGS_DEPTH_MAX)
    return fail_at(reader, reader->parser.mark, "too deep", (struct str){0}, "");
  for (;;) {
    yaml_event_t key;
    TRY(next_event(reader, &key));
    bool at_end = key.type == YAML_MAPPING_END_EVENT;
    struct result result = at_end ? RESULT_DONE : read_pair(reader, path, &key, depth);
    yaml_event_delete(&key);
    if (at_end || !result_ok(&result))
      return result;
  }
}

static struct result read_stream(struct reader *reader) {
  for (int documents = 0;;) {
    yaml_event_t event;
    struct result result = RESULT_DONE;
    TRY(next_event(reader, &event));
    yaml_event_type_t type = event.type;
    if (type == YAML_DOCUMENT_START_EVENT && documents++ > 0)
      result = fail_at(reader, event.start_mark, "one document is enough", (struct str){0}, "");
    else if (type == YAML_MAPPING_START_EVENT)
      result = read_mapping(reader, (struct str){0}, 1);
    else if (type == YAML_SEQUENCE_START_EVENT || (type == YAML_SCALAR_EVENT && event.data.scalar.length > 0))
      result = fail_at(reader, event.start_mark, "expected `name: value` lines", (struct str){0}, "");
    yaml_event_delete(&event);
    if (type == YAML_STREAM_END_EVENT || !result_ok(&result))
      return result;
  }
}

struct result settings_parse_yaml(struct arena *arena, struct str text, const char *file, struct settings *out) {
  size_t setting_count;
  settings_table(&setting_count);
  const char *slash = strrchr(file, '/');
  struct reader reader = {.arena = arena, .file = file, .out = out};
  reader.folder = slash ? str_copy(arena, (struct str){file, (size_t)(slash - file)}) : (struct str){0};
  reader.seen = arena_alloc(arena, setting_count);
  if (text.length > SETTINGS_FILE_BYTES_MAX)
    return result_error(RESULT_REJECTED, "%s is larger than %d bytes", file, SETTINGS_FILE_BYTES_MAX);
  yaml_start(&reader.parser, text);
  struct result result = read_stream(&reader);
  yaml_parser_delete(&reader.parser);
  return result;
}
