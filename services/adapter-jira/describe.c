/* What a credential may do and what a project's issues have, for `tandem connect`. */
#include "adapter-jira/jira.h"

struct describing {
  struct connection *c;
  struct arena *arena;
  struct remote_field *fields; /* one a field of the connection */
};

/* -- words -- */

static void add_word(struct arena *arena, struct remote_field *field, struct str name, struct str category) {
  for (size_t i = 0; i < field->words.count; i++)
    if (str_equal(field->words.at[i].name, name))
      return;
  struct remote_word *grown = ARENA_ARRAY(arena, struct remote_word, field->words.count + 1);
  if (field->words.count)
    memcpy(grown, field->words.at, field->words.count * sizeof *grown);
  grown[field->words.count] = (struct remote_word){str_copy(arena, name), str_copy(arena, category)};
  field->words.at = grown;
  field->words.count++;
}

static struct remote_field *field_of(const struct describing *d, struct str id) {
  for (size_t i = 0; i < d->c->fields.count; i++)
    if (str_equal(d->c->fields.at[i].id, id))
      return &d->fields[i];
  return NULL;
}

static struct str category_of(const cJSON *status) {
  struct str key = json_text(status, "statusCategory.key");
  if (str_is(key, "done"))
    return STR("done");
  return str_is(key, "indeterminate") ? STR("in_progress") : STR("open");
}

/* The statuses of each issue type's workflow, and the types themselves. */
static struct result describe_statuses(const struct describing *d) {
  cJSON *types;
  const cJSON *type, *status;
  struct remote_field *type_field = field_of(d, STR("issuetype")), *status_field = field_of(d, STR("status"));
  TRY(jira_get(d->c, d->arena, str_format(d->arena, "/project/%.*s/statuses", STR_FMT(d->c->project)), &types));
  cJSON_ArrayForEach(type, types) {
    add_word(d->arena, type_field, json_str(type, "name"), (struct str){0});
    cJSON_ArrayForEach(status, json_member(type, "statuses")) {
      add_word(d->arena, status_field, json_str(status, "name"), category_of(status));
    }
  }
  cJSON_Delete(types);
  return RESULT_DONE;
}

static struct result describe_people(const struct describing *d) {
  TRY(jira_people_load(d->c, d->arena));
  for (size_t i = 0; i < d->c->fields.count; i++) {
    enum jira_kind kind = d->c->fields.at[i].kind;
    if (kind != KIND_ASSIGNEE && kind != KIND_USER && kind != KIND_USERS)
      continue;
    for (size_t k = 0; k < d->c->people_count; k++)
      add_word(d->arena, &d->fields[i], d->c->people[k].word, d->c->people[k].email);
  }
  return RESULT_DONE;
}

/* -- what creating shows of each field -- */

static void take_allowed(const struct describing *d, const struct jira_field *field, struct remote_field *out,
                         const cJSON *allowed) {
  const cJSON *one, *child;
  cJSON_ArrayForEach(one, allowed) {
    struct str value = json_str(one, "value"), name = value.length ? value : json_str(one, "name");
    if (name.length)
      add_word(d->arena, out, name, (struct str){0});
    const cJSON *children = field->kind == KIND_CASCADING ? json_member(one, "children") : NULL;
    cJSON_ArrayForEach(child, children) {
      add_word(d->arena, out, str_format(d->arena, "%.*s / %.*s", STR_FMT(name), STR_FMT(json_str(child, "value"))),
               (struct str){0});
    }
  }
}

/* The type of what is created here, unless its `type` says another one: what only other types demand is not demanded of
 * all tickets. */
static bool is_created_here(const struct describing *d, const cJSON *type) {
  return str_equal(json_str(type, "name"), jira_default_type(d->c));
}

static void take_screen(const struct describing *d, const cJSON *type, const cJSON *page) {
  const cJSON *list = json_member(page, d->c->cloud ? "fields" : "values"), *one;
  cJSON_ArrayForEach(one, list) {
    struct str id = json_str(one, "fieldId");
    struct remote_field *field = field_of(d, id);
    if (!field || str_is(id, "issuetype"))
      continue;
    field->writable = true;
    if (is_created_here(d, type) && !field->required)
      field->required = json_bool(one, "required") && !json_bool(one, "hasDefaultValue");
    take_allowed(d, &d->c->fields.at[field - d->fields], field, json_member(one, "allowedValues"));
  }
}

static struct result describe_screens(const struct describing *d) {
  cJSON *types, *page;
  const cJSON *type;
  struct str base = str_format(d->arena, "/issue/createmeta/%.*s/issuetypes", STR_FMT(d->c->project));
  struct result result = RESULT_DONE;
  TRY(jira_get(d->c, d->arena, str_format(d->arena, "%.*s?maxResults=50", STR_FMT(base)), &types));
  cJSON_ArrayForEach(type, json_member(types, d->c->cloud ? "issueTypes" : "values")) {
    if (!result_ok(&result))
      continue;
    result =
        jira_get(d->c, d->arena,
                 str_format(d->arena, "%.*s/%.*s?maxResults=200", STR_FMT(base), STR_FMT(json_str(type, "id"))), &page);
    if (result_ok(&result)) {
      take_screen(d, type, page);
      cJSON_Delete(page);
    }
  }
  cJSON_Delete(types);
  return result;
}

/* -- fields -- */

static struct remote_field *make_fields(const struct connection *c, struct arena *arena) {
  struct remote_field *fields = ARENA_ARRAY(arena, struct remote_field, c->fields.count);
  for (size_t i = 0; i < c->fields.count; i++) {
    const struct jira_field *field = &c->fields.at[i];
    fields[i] = (struct remote_field){.name = str_copy(arena, field->name),
                                      .label = str_copy(arena, field->label),
                                      .kind = str_of(jira_remote_kind(field->kind)),
                                      .open_words = field->kind == KIND_LABELS,
                                      .members_max = field->kind == KIND_ASSIGNEE};
    fields[i].writable = field->kind == KIND_STATUS || field->kind == KIND_TYPE;
    fields[i].required = str_is(field->name, "title");
  }
  return fields;
}

/* The custom fields as they are now, so that a later renaming there changes nothing here. */
static struct str options_to_store(const struct connection *c, struct arena *arena) {
  cJSON *options = cJSON_Duplicate(c->options, true), *fields = cJSON_CreateObject();
  for (size_t i = 0; i < c->fields.count; i++) {
    const struct jira_field *field = &c->fields.at[i];
    if (!str_starts_with(field->id, "customfield_"))
      continue;
    cJSON *one = cJSON_AddObjectToObject(fields, str_c(arena, field->id));
    cJSON_AddItemToObject(one, "name", json_string(arena, field->name));
    cJSON_AddItemToObject(one, "label", json_string(arena, field->label));
    cJSON_AddStringToObject(one, "kind", jira_kind_name(field->kind));
  }
  cJSON_DeleteItemFromObjectCaseSensitive(options, "fields");
  cJSON_DeleteItemFromObjectCaseSensitive(options, "deployment");
  cJSON_DeleteItemFromObjectCaseSensitive(options, "project_id");
  if (jira_is_number(c->project_id))
    cJSON_AddItemToObject(options, "project_id", json_string(arena, c->project_id));
  cJSON_AddStringToObject(options, "deployment", c->cloud ? "cloud" : "data_center");
  cJSON_AddItemToObject(options, "fields", fields);
  return json_print(arena, options);
}

/* -- the project -- */

static struct result estimate(const struct describing *d, int64_t *out) {
  cJSON *body = cJSON_CreateObject(), *answer;
  struct str jql = str_format(d->arena, "project = %.*s", STR_FMT(jira_project_word(d->c, d->arena)));
  cJSON_AddItemToObject(body, "jql", json_string(d->arena, jql));
  if (!d->c->cloud)
    cJSON_AddNumberToObject(body, "maxResults", 0);
  TRY(jira_ask(d->c, d->arena, d->c->cloud ? STR("/search/approximate-count") : STR("/search"), body, &answer));
  *out = json_i64(answer, d->c->cloud ? "count" : "total");
  cJSON_Delete(answer);
  return RESULT_DONE;
}

static bool has_permission(const cJSON *tree, const char *name) {
  return json_bool(json_member(json_member(tree, "permissions"), name), "havePermission");
}

static struct result may_write(const struct describing *d, bool *out) {
  cJSON *tree;
  TRY(jira_get(d->c, d->arena,
               str_format(d->arena,
                          "/mypermissions?projectKey=%.*s&permissions=CREATE_ISSUES,EDIT_ISSUES,TRANSITION_ISSUES",
                          STR_FMT(d->c->project)),
               &tree));
  *out = has_permission(tree, "CREATE_ISSUES") && has_permission(tree, "EDIT_ISSUES");
  cJSON_Delete(tree);
  return RESULT_DONE;
}

static struct result read_project(const struct describing *d, struct remote_description *out) {
  struct jira_request request = {.method = "GET", .take_gone = true};
  struct jira_answer answer = {0};
  cJSON *project;
  request.path = str_format(d->arena, "/project/%.*s", STR_FMT(d->c->id_is_given ? d->c->project_id : d->c->project));
  TRY(jira_call(d->c, d->arena, &request, &answer));
  if (answer.status != 200)
    return result_error(RESULT_GONE, "the project %.*s does not exist, or this credential may not see it",
                        STR_FMT(d->c->project));
  TRY(jira_json(&request, &answer, &project));
  out->remote = json_copy(d->arena, project, "key");
  d->c->project_id = json_copy(&d->c->arena, project, "id");
  out->url = str_format(d->arena, "%.*s/browse/%.*s", STR_FMT(d->c->site), STR_FMT(out->remote));
  out->is_private = true; /* Jira asks for a login, unless an administrator opened the site */
  cJSON_Delete(project);
  return RESULT_DONE;
}

static struct result describe_project(struct describing *d, struct remote_description *out) {
  TRY(read_project(d, out));
  TRY(may_write(d, &out->can_write));
  TRY(estimate(d, &out->estimated_tickets));
  TRY(jira_fields_load_all(d->c, d->arena)); /* also those that came after the options were stored */
  d->fields = make_fields(d->c, d->arena);
  TRY(describe_statuses(d));
  TRY(describe_screens(d));
  TRY(describe_people(d));
  for (size_t i = 0; i < d->c->fields.count; i++)
    d->fields[i].writable = d->fields[i].writable && out->can_write;
  out->fields.at = d->fields;
  out->fields.count = d->c->fields.count;
  out->options = options_to_store(d->c, d->arena);
  return RESULT_DONE;
}

/* A wrong guess of the kind of site would show as strange errors later. */
static struct result check_deployment(struct connection *c, struct arena *arena) {
  cJSON *info;
  TRY(jira_get(c, arena, STR("/serverInfo"), &info));
  bool cloud = str_is(json_str(info, "deploymentType"), "Cloud");
  cJSON_Delete(info);
  if (cloud == c->cloud)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "%.*s is Jira %s: use a credential of the kind %s", STR_FMT(c->site),
                      cloud ? "Cloud" : "Data Center", cloud ? "api_token or oauth" : "pat");
}

struct result jira_describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct remote_description description = {.estimated_tickets = -1};
  struct describing describing = {.c = c, .arena = arena};
  TRY(jira_self(c, arena));
  TRY(check_deployment(c, arena));
  description.account = str_copy(arena, c->self_name.length ? c->self_name : c->self);
  if (c->project.length)
    TRY(describe_project(&describing, &description));
  *out = description;
  return RESULT_DONE;
}
