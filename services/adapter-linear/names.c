/* Names that people use and the ids that Linear wants: workflow states, labels, users, projects, cycles. Each kind is
 * read once a connection, and once more when a name is missing. */
#include "adapter-linear/linear.h"

enum { PAGES_MAX = 40 };

static const struct {
  const struct linear_query *query;
  const char *list, *name, *more, *what;
} kinds[LINEAR_KINDS] = {
    [LINEAR_STATES] = {&linear_query_states, "workflowStates", "name", "type", "status"},
    [LINEAR_LABELS] = {&linear_query_labels, "issueLabels", "name", NULL, "label"},
    [LINEAR_USERS] = {&linear_query_users, "users", "displayName", "email", "active user"},
    [LINEAR_PROJECTS] = {&linear_query_projects, "projects", "name", NULL, "project"},
    [LINEAR_CYCLES] = {&linear_query_cycles, "cycles", "name", NULL, "cycle"},
};

/* -- reading -- */

static void add_name(struct linear_names *names, struct linear_name name) {
  names->at = arena_room(&names->arena, names->at, names->count, &names->capacity, sizeof *names->at);
  names->at[names->count++] = name;
}

/* Groups hold labels but are none themselves; who left cannot be assigned. */
static bool is_usable(enum linear_names_kind kind, const cJSON *node) {
  return !(kind == LINEAR_LABELS && json_bool(node, "isGroup")) &&
         !(kind == LINEAR_USERS && !json_bool(node, "active"));
}

static void take_node(struct linear_names *names, enum linear_names_kind kind, const cJSON *node) {
  struct linear_name name = {.id = str_copy(&names->arena, json_str(node, "id"))};
  name.name = kind == LINEAR_CYCLES ? linear_cycle_name(&names->arena, node)
                                    : str_copy(&names->arena, json_str(node, kinds[kind].name));
  if (kinds[kind].more)
    name.more = str_copy(&names->arena, json_str(node, kinds[kind].more));
  const cJSON *position = json_member(node, "position");
  name.position = cJSON_IsNumber(position) ? position->valuedouble : 0;
  if (name.id.length && name.name.length && is_usable(kind, node))
    add_name(names, name);
}

/* {"or": [{"team": {"null": true}}, {"team": {"id": {"eq": ...}}}]}: of the workspace or of this team. */
static cJSON *labels_filter(cJSON *team_filter) {
  cJSON *filter = cJSON_CreateObject(), *either = cJSON_AddArrayToObject(filter, "or"),
        *workspace = cJSON_CreateObject();
  cJSON_AddTrueToObject(cJSON_AddObjectToObject(workspace, "team"), "null");
  cJSON_AddItemToArray(either, workspace);
  cJSON_AddItemToArray(either, team_filter);
  return filter;
}

static struct result filter_of(struct connection *c, struct arena *arena, enum linear_names_kind kind, cJSON **out) {
  *out = NULL;
  if (kind == LINEAR_USERS || kind == LINEAR_PROJECTS)
    return RESULT_DONE;
  TRY(linear_team_filter(c, arena, out));
  if (kind == LINEAR_LABELS)
    *out = labels_filter(*out);
  return RESULT_DONE;
}

static struct result read_page(struct connection *c, struct arena *arena, enum linear_names_kind kind,
                               struct linear_names *names, struct str *after) {
  cJSON *filter, *variables;
  struct linear_answer answer;
  TRY(filter_of(c, arena, kind, &filter));
  variables = cJSON_CreateObject();
  cJSON_AddNumberToObject(variables, "first", LINEAR_LIST_ITEMS);
  if (filter)
    cJSON_AddItemToObject(variables, "filter", filter);
  if (after->length)
    cJSON_AddStringToObject(variables, "after", str_c(arena, *after));
  TRY(linear_call(c, arena, kinds[kind].query, variables, &answer));
  const cJSON *list = json_member(answer.data, kinds[kind].list), *node;
  cJSON_ArrayForEach(node, json_member(list, "nodes")) take_node(names, kind, node);
  const cJSON *info = json_member(list, "pageInfo");
  struct str cursor = json_str(info, "endCursor");
  bool goes_on = json_bool(info, "hasNextPage") && cursor.length && !str_equal(cursor, *after);
  *after = goes_on ? str_copy(arena, cursor) : STR("");
  linear_answer_free(&answer);
  return RESULT_DONE;
}

static struct result read_all(struct connection *c, struct arena *arena, enum linear_names_kind kind) {
  struct linear_names *names = &c->names[kind];
  struct str after = STR("");
  arena_reset(&names->arena);
  *names = (struct linear_names){.arena = names->arena};
  for (int page = 0; page == 0 || (after.length && page < PAGES_MAX); page++)
    TRY(read_page(c, arena, kind, names, &after));
  names->known = true;
  return RESULT_DONE;
}

struct result linear_names_load(struct connection *c, struct arena *arena, enum linear_names_kind kind) {
  return c->names[kind].known ? RESULT_DONE : read_all(c, arena, kind);
}

/* -- looking up -- */

/* Exactly, else without case; users by their address too. */
static const struct linear_name *look(const struct linear_names *names, enum linear_names_kind kind, struct str name) {
  for (size_t i = 0; i < names->count; i++)
    if (str_equal(names->at[i].name, name))
      return &names->at[i];
  for (size_t i = 0; i < names->count; i++)
    if (str_equal_caseless(names->at[i].name, name) ||
        (kind == LINEAR_USERS && name.length && str_equal_caseless(names->at[i].more, name)))
      return &names->at[i];
  return NULL;
}

static struct result make_label(struct connection *c, struct arena *arena, struct str name, struct str *out) {
  cJSON *variables = cJSON_CreateObject(), *input = cJSON_AddObjectToObject(variables, "input");
  struct linear_answer answer;
  cJSON_AddStringToObject(input, "name", str_c(arena, name));
  cJSON_AddStringToObject(input, "teamId", str_c(arena, c->team_id));
  struct result result = linear_call(c, arena, &linear_mutation_create_label, variables, &answer);
  if (result.code == RESULT_UNCERTAIN) { /* a label too many harms nothing, and the next try finds it */
    c->names[LINEAR_LABELS].known = false;
    result.code = RESULT_RETRY;
  }
  TRY(result);
  take_node(&c->names[LINEAR_LABELS], LINEAR_LABELS, json_member(json_member(answer.data, "written"), "issueLabel"));
  linear_answer_free(&answer);
  const struct linear_name *made = look(&c->names[LINEAR_LABELS], LINEAR_LABELS, name);
  if (!made)
    return result_error(RESULT_RETRY, "the new label \"%.*s\" did not come back", STR_FMT(name));
  *out = made->id;
  return RESULT_DONE;
}

struct result linear_id_of(struct connection *c, struct arena *arena, enum linear_names_kind kind, struct str name,
                           bool make, struct str *out) {
  bool was_known = c->names[kind].known;
  TRY(linear_names_load(c, arena, kind));
  const struct linear_name *found = look(&c->names[kind], kind, name);
  if (!found && was_known) {
    TRY(read_all(c, arena, kind));
    found = look(&c->names[kind], kind, name);
  }
  if (found) {
    *out = found->id;
    return RESULT_DONE;
  }
  if (!make)
    return result_error(RESULT_GONE, "Linear has no %s \"%.*s\" here", kinds[kind].what, STR_FMT(name));
  if (kind == LINEAR_LABELS)
    return make_label(c, arena, name, out);
  return result_error(RESULT_REJECTED, "Linear has no %s \"%.*s\" here: create it there or map the value to another",
                      kinds[kind].what, STR_FMT(name));
}
