/* Which fields are carried, under which name, and how their values look. System fields are always the same; custom ones
 * come from the options, where `tandem connect` has put them, so that a renamed field does not become another. */
#include <ctype.h>

#include "adapter-jira/jira.h"

#define SYSTEM(id_, name_, label_, kind_) \
  { {(id_), sizeof(id_) - 1}, {(name_), sizeof(name_) - 1}, {(label_), sizeof(label_) - 1}, (kind_) }

static const struct jira_field system_fields[] = {
    SYSTEM("summary", "title", "Summary", KIND_LINE),
    SYSTEM("description", "body", "Description", KIND_RICH),
    SYSTEM("status", "status", "Status", KIND_STATUS),
    SYSTEM("issuetype", "type", "Issue type", KIND_TYPE),
    SYSTEM("priority", "priority", "Priority", KIND_NAME),
    SYSTEM("labels", "labels", "Labels", KIND_LABELS),
    SYSTEM("assignee", "assignees", "Assignee", KIND_ASSIGNEE),
    SYSTEM("fixVersions", "versions", "Fix versions", KIND_NAMES),
    SYSTEM("versions", "affects_versions", "Affects versions", KIND_NAMES),
    SYSTEM("components", "components", "Components", KIND_NAMES),
    SYSTEM("duedate", "due_date", "Due date", KIND_DATE),
    SYSTEM("parent", "parent", "Parent", KIND_PARENT),
    SYSTEM("environment", "environment", "Environment", KIND_RICH),
};
enum { SYSTEM_FIELDS = sizeof system_fields / sizeof system_fields[0] };

/* -- kinds -- */

static const struct {
  enum jira_kind kind;
  const char *name;   /* in the options */
  const char *remote; /* in a description */
} kinds[] = {
    {KIND_LINE, "line", "line"},         {KIND_RICH, "rich", "text"},
    {KIND_NUMBER, "number", "number"},   {KIND_DATE, "date", "date"},
    {KIND_DATETIME, "datetime", "line"}, {KIND_OPTION, "option", "choice"},
    {KIND_OPTIONS, "options", "set"},    {KIND_CASCADING, "cascading", "choice"},
    {KIND_NAME, "name", "choice"},       {KIND_NAMES, "names", "set"},
    {KIND_LABELS, "labels", "set"},      {KIND_USER, "user", "user"},
    {KIND_USERS, "users", "users"},      {KIND_ASSIGNEE, "assignee", "users"},
    {KIND_SPRINT, "sprint", "choice"},   {KIND_PARENT, "parent", "ticket"},
    {KIND_STATUS, "status", "choice"},   {KIND_TYPE, "type", "choice"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *jira_kind_name(enum jira_kind kind) {
  for (size_t i = 0; i < KINDS; i++)
    if (kinds[i].kind == kind)
      return kinds[i].name;
  return "unknown";
}

const char *jira_remote_kind(enum jira_kind kind) {
  for (size_t i = 0; i < KINDS; i++)
    if (kinds[i].kind == kind)
      return kinds[i].remote;
  return "line";
}

static enum jira_kind kind_named(struct str name) {
  for (size_t i = 0; i < KINDS; i++)
    if (str_is(name, kinds[i].name))
      return kinds[i].kind;
  return KIND_UNKNOWN;
}

bool jira_kind_is_set(enum jira_kind kind) {
  return kind == KIND_OPTIONS || kind == KIND_NAMES || kind == KIND_LABELS || kind == KIND_USERS ||
         kind == KIND_ASSIGNEE;
}

/* The last part of schema.custom, else schema.type and .items. */
static enum jira_kind kind_of_schema(const cJSON *schema) {
  static const struct {
    const char *custom;
    enum jira_kind kind;
  } customs[] = {
      {":textarea", KIND_RICH},
      {":textfield", KIND_LINE},
      {":url", KIND_LINE},
      {":float", KIND_NUMBER},
      {":datepicker", KIND_DATE},
      {":datetime", KIND_DATETIME},
      {":select", KIND_OPTION},
      {":radiobuttons", KIND_OPTION},
      {":multiselect", KIND_OPTIONS},
      {":multicheckboxes", KIND_OPTIONS},
      {":cascadingselect", KIND_CASCADING},
      {":userpicker", KIND_USER},
      {":multiuserpicker", KIND_USERS},
      {":labels", KIND_LABELS},
      {":version", KIND_NAME},
      {":multiversion", KIND_NAMES},
      {":gh-sprint", KIND_SPRINT},
      {":gh-epic-link", KIND_LINE},
      {":gh-epic-label", KIND_LINE},
      {":jsw-story-points", KIND_NUMBER},
  };
  struct str custom = json_text(schema, "custom");
  for (size_t i = 0; i < sizeof customs / sizeof customs[0]; i++)
    if (str_ends_with(custom, customs[i].custom))
      return customs[i].kind;
  return str_is(json_text(schema, "type"), "number") ? KIND_NUMBER : KIND_UNKNOWN;
}

/* -- names -- */

/* "Customer reference" -> "customer_reference". */
static struct str slug(struct arena *arena, struct str label) {
  char *at = arena_alloc(arena, label.length + 1);
  size_t length = 0;
  for (size_t i = 0; i < label.length; i++) {
    unsigned char c = (unsigned char)label.at[i];
    if (isalnum(c))
      at[length++] = (char)tolower(c);
    else if (length && at[length - 1] != '_')
      at[length++] = '_';
  }
  while (length && at[length - 1] == '_')
    length--;
  return (struct str){at, length};
}

static struct str plain_name(struct arena *arena, enum jira_kind kind, struct str label) {
  static const char *const points[] = {"story_points", "story_point_estimate"};
  struct str name = slug(arena, label);
  if (kind == KIND_SPRINT)
    return STR("sprint");
  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
    if (kind == KIND_NUMBER && str_is(name, points[i]))
      return STR("estimate");
  return name;
}

static bool is_taken(const struct jira_field *fields, size_t count, struct str name) {
  static const char *const core[] = {"milestone", "project"};
  for (size_t i = 0; i < count; i++)
    if (str_equal(fields[i].name, name))
      return true;
  for (size_t i = 0; i < sizeof core / sizeof core[0]; i++)
    if (str_is(name, core[i]))
      return true;
  return false;
}

/* Two fields may have one label: the later one gets its number. */
static struct str name_for(struct arena *arena, const struct jira_field *fields, size_t count, enum jira_kind kind,
                           struct str id, struct str label) {
  struct str name = plain_name(arena, kind, label);
  if (name.length == 0)
    return id;
  if (!is_taken(fields, count, name))
    return name;
  return str_format(arena, "%.*s_%.*s", STR_FMT(name), (int)(id.length - strlen("customfield_")),
                    id.at + strlen("customfield_"));
}

/* -- the table -- */

struct table {
  struct arena *arena; /* the connection's */
  struct jira_field *at;
  size_t count;
};

static struct table table_new(struct connection *c, size_t custom_fields) {
  struct table table = {.arena = &c->arena, .count = SYSTEM_FIELDS};
  table.at = ARENA_ARRAY(&c->arena, struct jira_field, SYSTEM_FIELDS + custom_fields);
  memcpy(table.at, system_fields, sizeof system_fields);
  return table;
}

static void add(struct table *table, struct str id, struct str name, struct str label, enum jira_kind kind) {
  table->at[table->count++] = (struct jira_field){.id = str_copy(table->arena, id),
                                                  .name = str_copy(table->arena, name),
                                                  .label = str_copy(table->arena, label),
                                                  .kind = kind};
}

static void add_chosen(struct table *table, const cJSON *chosen) {
  const cJSON *one;
  cJSON_ArrayForEach(one, chosen) {
    enum jira_kind kind = kind_named(json_text(one, "kind"));
    struct str name = json_text(one, "name"), label = json_text(one, "label");
    if (kind != KIND_UNKNOWN && name.length)
      add(table, str_of(one->string), name, label.length ? label : name, kind);
  }
}

/* Those of Jira's list that were chosen, under the name that was chosen, or with `chosen` false all others. */
static void add_listed(struct table *table, const cJSON *list, const cJSON *options, bool chosen) {
  const cJSON *one;
  cJSON_ArrayForEach(one, list) {
    struct str id = json_text(one, "id"), label = json_text(one, "name");
    enum jira_kind kind = kind_of_schema(json_member(one, "schema"));
    if (!str_starts_with(id, "customfield_") || kind == KIND_UNKNOWN)
      continue;
    struct str name = json_str(json_member(options, id.at), "name");
    if (chosen && name.length)
      add(table, id, name, label, kind);
    else if (!chosen && !name.length)
      add(table, id, name_for(table->arena, table->at, table->count, kind, id, label), label, kind);
  }
}

static void take(struct connection *c, const struct table *table) {
  c->fields = (struct jira_fields){table->at, table->count};
  c->fields_known = true;
}

struct result jira_fields_load_all(struct connection *c, struct arena *arena) {
  const cJSON *options = json_member(c->options, "fields");
  cJSON *list;
  TRY(jira_get(c, arena, STR("/field"), &list));
  struct table table = table_new(c, (size_t)cJSON_GetArraySize(list));
  add_listed(&table, list, options, true);
  add_listed(&table, list, options, false);
  cJSON_Delete(list);
  take(c, &table);
  return RESULT_DONE;
}

struct result jira_fields_load(struct connection *c, struct arena *arena) {
  const cJSON *options = json_member(c->options, "fields");
  if (c->fields_known)
    return RESULT_DONE;
  if (!cJSON_IsObject(options))
    return jira_fields_load_all(c, arena);
  struct table table = table_new(c, (size_t)cJSON_GetArraySize(options));
  add_chosen(&table, options);
  take(c, &table);
  return RESULT_DONE;
}

const struct jira_field *jira_field_named(const struct connection *c, struct str name) {
  for (size_t i = 0; i < c->fields.count; i++)
    if (str_equal(c->fields.at[i].name, name))
      return &c->fields.at[i];
  return NULL;
}

struct str jira_default_type(const struct connection *c) {
  struct str chosen = json_text(c->options, "issue_type");
  return chosen.length ? chosen : STR("Task");
}
