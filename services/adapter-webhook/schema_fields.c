/* `fields` of the mapping: what each field of tandem's is there, and how it is written. */
#include "adapter-webhook/schema.h"
#include "base/json.h"

/* -- kinds -- */

static const char *const kinds[] = {"line", "text", "choice", "set", "number", "date", "user", "users", "ticket", NULL};

/* The kinds of the fields that every tracker knows; others are choices. */
static const struct {
  const char *name, *kind;
} usual_kinds[] = {{"title", "line"},      {"body", "text"},     {"labels", "set"},   {"assignees", "users"},
                   {"milestone", "line"},  {"parent", "ticket"}, {"versions", "set"}, {"due_date", "date"},
                   {"estimate", "number"}, {"project", "line"},  {"sprint", "line"}};

static const char *kind_named(struct str name, const char *const *list) {
  for (; *list; list++)
    if (str_is(name, *list))
      return *list;
  return NULL;
}

static const char *usual_kind(struct str name) {
  for (size_t i = 0; i < sizeof usual_kinds / sizeof usual_kinds[0]; i++)
    if (str_is(name, usual_kinds[i].name))
      return usual_kinds[i].kind;
  return "choice";
}

static struct result read_kind(const struct schema_node *node, struct schema_field *field) {
  struct str text = str_of(usual_kind(field->known.name));
  TRY(schema_get_text(node, "kind", &text));
  const char *kind = kind_named(text, kinds);
  if (!kind)
    return schema_wrong(node, "kind", "it is line, text, choice, set, number, date, user, users or ticket");
  bool must_be_set = str_is(field->known.name, "labels") || str_is(field->known.name, "assignees");
  field->known.kind = str_of(kind);
  field->is_set = strcmp(kind, "set") == 0 || strcmp(kind, "users") == 0;
  if (must_be_set && !field->is_set)
    return schema_wrong(node, "kind", "this field is a set here: say set or users, with members_max 1 if it takes one");
  return RESULT_DONE;
}

/* -- words -- */

static struct result read_word(const struct schema_node *node, const cJSON *child, struct remote_word *out) {
  static const char *const categories[] = {"open", "in_progress", "done", "cancelled", "duplicate", NULL};
  struct str category = json_str(child, "category"), name = json_str(child, "name");
  if (cJSON_IsString(child))
    name = str_of(child->valuestring);
  if (name.length == 0 || (category.length && !kind_named(category, categories)))
    return schema_wrong(node, "words",
                        "each is a text or {name, category}; a category is open, in_progress, done, cancelled or "
                        "duplicate");
  *out = (struct remote_word){str_copy(node->arena, name), str_copy(node->arena, category)};
  return RESULT_DONE;
}

static struct result read_words(const struct schema_node *node, struct remote_field *known) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(node->object, "words"), *child;
  if (!list)
    return RESULT_DONE;
  int count = cJSON_GetArraySize(list);
  if (!cJSON_IsArray(list) || count > SCHEMA_WORDS_MAX)
    return schema_wrong(node, "words", "it must be a list, and not too long");
  struct remote_word *words = ARENA_ARRAY(node->arena, struct remote_word, (size_t)count + 1);
  size_t i = 0;
  cJSON_ArrayForEach(child, list) TRY(read_word(node, child, &words[i++]));
  known->words.at = words;
  known->words.count = i;
  known->open_words = false;
  return RESULT_DONE;
}

/* -- one field -- */

/* A field that is only a text is its path: {"path": text}. */
static struct result whole_node(const struct schema_node *fields, const cJSON *child, struct schema_node *out) {
  if (!cJSON_IsString(child))
    return schema_get_node(fields, child->string, out);
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, "path", cJSON_CreateString(child->valuestring));
  *out = (struct schema_node){fields->arena, object,
                              str_format(fields->arena, "%.*s.%s", STR_FMT(fields->place), child->string)};
  return RESULT_DONE;
}

static void drop_node(const cJSON *child, const struct schema_node *node) {
  if (cJSON_IsString(child))
    cJSON_Delete((cJSON *)(uintptr_t)node->object);
}

static struct result read_field(const struct schema_node *node, struct schema_field *field) {
  static const char *const names[] = {"path", "each", "kind", "label", "words", "optional", "members_max", NULL};
  struct remote_field *known = &field->known;
  TRY(schema_only(node, names));
  TRY(schema_get_pointer(node, "path", &field->path));
  if (str_is_absent(field->path.text))
    return schema_wrong(node, "path", "it is missing");
  TRY(read_kind(node, field));
  TRY(pointer_parse(node->arena, STR(""), &field->each));
  TRY(schema_get_pointer(node, "each", &field->each));
  TRY(schema_get_bool(node, "optional", &field->optional));
  known->label = known->name;
  TRY(schema_get_text(node, "label", &known->label));
  TRY(schema_get_number(node, "members_max", 1, 10000, &known->members_max));
  known->open_words = true;
  known->required = str_is(known->name, "title");
  return read_words(node, known);
}

struct result schema_read_fields(const struct schema_node *node, struct schema_item *item) {
  struct schema_node fields = {0};
  const cJSON *child;
  TRY(schema_get_node(node, "fields", &fields));
  int count = fields.object ? cJSON_GetArraySize(fields.object) : 0;
  if (count == 0 || count > SCHEMA_FIELDS_MAX)
    return schema_wrong(node, "fields", "it must name some fields, and not too many");
  struct schema_field *at = ARENA_ARRAY(node->arena, struct schema_field, (size_t)count);
  size_t i = 0;
  cJSON_ArrayForEach(child, fields.object) {
    struct schema_node one = {0};
    at[i].known.name = str_copy(node->arena, str_of(child->string));
    TRY(whole_node(&fields, child, &one));
    struct result result = read_field(&one, &at[i++]);
    drop_node(child, &one);
    TRY(result);
  }
  item->fields.at = at;
  item->fields.count = i;
  return RESULT_DONE;
}

/* -- fields of what is sent -- */

static const struct schema_field *field_named(const struct schema_item *item, const char *name) {
  for (size_t i = 0; i < item->fields.count; i++)
    if (str_is(item->fields.at[i].known.name, name))
      return &item->fields.at[i];
  return NULL;
}

static struct result read_out_field(const struct schema_node *node, struct schema_out_field *out) {
  static const char *const names[] = {"path", "each", "add", "remove", NULL};
  TRY(schema_only(node, names));
  out->path = out->field->path;
  out->each = out->field->each;
  TRY(schema_get_pointer(node, "path", &out->path));
  TRY(schema_get_pointer(node, "each", &out->each));
  TRY(schema_get_pointer(node, "add", &out->add));
  TRY(schema_get_pointer(node, "remove", &out->remove));
  bool has_add = !str_is_absent(out->add.text), has_remove = !str_is_absent(out->remove.text);
  if (has_add != has_remove)
    return schema_wrong(node, has_add ? "remove" : "add", "it is missing: both or none");
  if (has_add && !out->field->is_set)
    return schema_wrong(node, "add", "the field is no set");
  return RESULT_DONE;
}

/* Not said: every field is written where it is read. */
static void same_out_fields(const struct schema_node *node, struct schema_item *item) {
  struct schema_out_field *at = ARENA_ARRAY(node->arena, struct schema_out_field, item->fields.count);
  for (size_t i = 0; i < item->fields.count; i++)
    at[i] = (struct schema_out_field){
        .field = &item->fields.at[i], .path = item->fields.at[i].path, .each = item->fields.at[i].each};
  item->out_fields.at = at;
  item->out_fields.count = item->fields.count;
}

static struct result read_out_fields(const struct schema_node *node, struct schema_item *item) {
  struct schema_node fields = {0};
  TRY(schema_get_node(node, "fields", &fields));
  if (!fields.object)
    return same_out_fields(node, item), RESULT_DONE;
  int count = cJSON_GetArraySize(fields.object);
  struct schema_out_field *at = ARENA_ARRAY(node->arena, struct schema_out_field, (size_t)count + 1);
  size_t i = 0;
  const cJSON *child;
  cJSON_ArrayForEach(child, fields.object) {
    struct schema_node one = {0};
    at[i].field = field_named(item, child->string);
    if (!at[i].field)
      return schema_wrong(&fields, child->string, "what is written must be read too: it is not among the fields");
    TRY(whole_node(&fields, child, &one));
    struct result result = read_out_field(&one, &at[i++]);
    drop_node(child, &one);
    TRY(result);
  }
  item->out_fields.at = at;
  item->out_fields.count = i;
  return RESULT_DONE;
}

static struct result read_write(const struct schema_node *node, const char *name, const char *usual_method,
                                const char *const *variables, struct schema_write *out) {
  static const char *const names[] = {"method", "url", NULL}, *const methods[] = {"DELETE", "POST", "PUT", "PATCH",
                                                                                  NULL};
  bool deletes = strcmp(usual_method, "DELETE") == 0;
  struct schema_node write = {0};
  struct str method = str_of(usual_method);
  TRY(schema_get_node(node, name, &write));
  if (!write.object)
    return RESULT_DONE;
  TRY(schema_only(&write, names));
  TRY(schema_get_text(&write, "method", &method));
  out->method = kind_named(method, deletes ? methods : methods + 1);
  if (!out->method)
    return schema_wrong(&write, "method", deletes ? "it is DELETE, POST, PUT or PATCH" : "it is POST, PUT or PATCH");
  TRY(schema_get_url(&write, "url", variables, &out->url));
  return str_is_absent(out->url) ? schema_wrong(&write, "url", "it is missing") : RESULT_DONE;
}

struct result schema_read_out(const struct schema_node *node, struct schema_item *item) {
  static const char *const names[] = {
      "create", "update", "delete", "fields", "marker", "ticket", "answer", "answer_id", "honours_idempotency_key",
      NULL};
  static const char *const of_ticket[] = {"remote", NULL}, *const of_one[] = {"remote", "id", NULL},
                           *const of_comment[] = {"remote", "ticket", NULL},
                           *const of_one_comment[] = {"remote", "ticket", "id", NULL};
  bool comment = strcmp(item->kind, "comment") == 0;
  TRY(schema_only(node, names));
  TRY(read_write(node, "create", "POST", comment ? of_comment : of_ticket, &item->create));
  TRY(read_write(node, "update", "PATCH", comment ? of_one_comment : of_one, &item->update));
  TRY(read_write(node, "delete", "DELETE", comment ? of_one_comment : of_one, &item->remove));
  if (!comment && !str_is_absent(item->remove.url))
    return schema_wrong(node, "delete", "tickets are never deleted");
  TRY(read_out_fields(node, item));
  TRY(schema_get_pointer(node, "marker", &item->out_marker));
  if (comment)
    TRY(schema_get_pointer(node, "ticket", &item->out_ticket));
  TRY(pointer_parse(node->arena, STR(""), &item->answer));
  TRY(schema_get_pointer(node, "answer", &item->answer));
  TRY(schema_get_pointer(node, "answer_id", &item->answer_id));
  return schema_get_bool(node, "honours_idempotency_key", &item->honours_key);
}
