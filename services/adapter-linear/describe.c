/* What a credential may do and what a team's issues have, for `tandem connect` and for mapping. */
#include <stdlib.h>

#include "adapter-linear/linear.h"

/* -- words -- */

/* A workflow state's type, and what it means for tandem. https://linear.app/docs/configuring-workflows */
static struct str category_of(struct str type, struct str name) {
  if (str_is(type, "duplicate") || (str_is(type, "canceled") && str_equal_caseless(name, STR("Duplicate"))))
    return STR("duplicate");
  if (str_is(type, "canceled"))
    return STR("cancelled");
  if (str_is(type, "completed"))
    return STR("done");
  return str_is(type, "started") ? STR("in_progress") : STR("open"); /* triage, backlog, unstarted */
}

/* As people see the workflow, but for the inbox of untriaged issues: it comes last, so that the first status of a
 * category is the plain one. */
static int type_rank(struct str type) {
  static const char *const types[] = {"backlog", "unstarted", "started", "completed", "canceled", "duplicate"};
  int rank = 0;
  while (rank < (int)(sizeof types / sizeof types[0]) && !str_is(type, types[rank]))
    rank++;
  return rank;
}

static int by_workflow(const void *a, const void *b) {
  const struct linear_name *one = a, *other = b;
  int rank = type_rank(one->more) - type_rank(other->more);
  return rank ? rank : (one->position > other->position) - (one->position < other->position);
}

static struct result list_words(struct connection *c, struct arena *arena, enum linear_names_kind kind,
                                struct remote_field *out) {
  TRY(linear_names_load(c, arena, kind));
  const struct linear_names *names = &c->names[kind];
  if (kind == LINEAR_STATES && names->count)
    qsort(names->at, names->count, sizeof *names->at, by_workflow);
  struct remote_word *words = ARENA_ARRAY(arena, struct remote_word, names->count + 1);
  for (size_t i = 0; i < names->count; i++) {
    words[i].name = str_copy(arena, names->at[i].name);
    if (kind == LINEAR_STATES)
      words[i].category = category_of(names->at[i].more, names->at[i].name);
    if (kind == LINEAR_USERS)
      words[i].category = str_copy(arena, names->at[i].more);
  }
  out->words.at = words;
  out->words.count = names->count;
  return RESULT_DONE;
}

static void list_priorities(struct arena *arena, struct remote_field *out) {
  enum { URGENT = 1, LOW = 4 };
  struct remote_word *words = ARENA_ARRAY(arena, struct remote_word, LOW);
  for (int64_t i = URGENT; i <= LOW; i++)
    words[i - URGENT].name = linear_priority_name(i);
  out->words.at = words;
  out->words.count = LOW;
}

/* -- fields -- */

static struct result describe_fields(struct connection *c, struct arena *arena, struct remote_description *out) {
  enum { TITLE, BODY, STATUS, LABELS, ASSIGNEES, PRIORITY, ESTIMATE, PARENT, DUE_DATE, PROJECT, SPRINT, FIELDS };
  static const struct remote_field table[FIELDS] = {
      [TITLE] = {.name = {"title", 5}, .label = {"Title", 5}, .kind = {"line", 4}, .required = true},
      [BODY] = {.name = {"body", 4}, .label = {"Description", 11}, .kind = {"text", 4}},
      [STATUS] = {.name = {"status", 6}, .label = {"Status", 6}, .kind = {"choice", 6}},
      [LABELS] = {.name = {"labels", 6}, .label = {"Labels", 6}, .kind = {"set", 3}, .open_words = true},
      [ASSIGNEES] = {.name = {"assignees", 9}, .label = {"Assignee", 8}, .kind = {"users", 5}, .members_max = 1},
      [PRIORITY] = {.name = {"priority", 8}, .label = {"Priority", 8}, .kind = {"choice", 6}},
      [ESTIMATE] = {.name = {"estimate", 8}, .label = {"Estimate", 8}, .kind = {"number", 6}},
      [PARENT] = {.name = {"parent", 6}, .label = {"Parent issue", 12}, .kind = {"ticket", 6}},
      [DUE_DATE] = {.name = {"due_date", 8}, .label = {"Due date", 8}, .kind = {"date", 4}},
      [PROJECT] = {.name = {"project", 7}, .label = {"Project", 7}, .kind = {"choice", 6}},
      [SPRINT] = {.name = {"sprint", 6}, .label = {"Cycle", 5}, .kind = {"choice", 6}},
  };
  struct remote_field *fields = ARENA_ARRAY(arena, struct remote_field, FIELDS);
  memcpy(fields, table, sizeof table);
  for (size_t i = 0; i < FIELDS; i++)
    fields[i].writable = out->can_write;
  TRY(list_words(c, arena, LINEAR_STATES, &fields[STATUS]));
  TRY(list_words(c, arena, LINEAR_LABELS, &fields[LABELS]));
  TRY(list_words(c, arena, LINEAR_USERS, &fields[ASSIGNEES]));
  TRY(list_words(c, arena, LINEAR_PROJECTS, &fields[PROJECT]));
  TRY(list_words(c, arena, LINEAR_CYCLES, &fields[SPRINT]));
  list_priorities(arena, &fields[PRIORITY]);
  out->fields.at = fields;
  out->fields.count = FIELDS;
  return RESULT_DONE;
}

/* -- team -- */

static void read_team(struct arena *arena, const cJSON *team, struct str workspace, struct remote_description *out) {
  struct str key = json_str(team, "key");
  out->remote = str_copy(arena, key);
  out->url = str_format(arena, "https://linear.app/%.*s/team/%.*s", STR_FMT(workspace), STR_FMT(key));
  out->can_write = !json_str(team, "archivedAt").length;
  out->is_private = true; /* a workspace is never public; a private team is not even for all of its members */
  out->estimated_tickets = json_i64(team, "issueCount");
  out->options = str_format(arena, "{\"team_id\":\"%.*s\"}", STR_FMT(json_str(team, "id")));
}

static struct result describe_team(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct linear_answer answer;
  TRY(linear_call(c, arena, &linear_query_team, linear_team_choice(c, arena), &answer));
  const cJSON *team = cJSON_GetArrayItem(json_member(json_member(answer.data, "teams"), "nodes"), 0);
  bool found = linear_is_uuid(json_str(team, "id"));
  if (found) {
    read_team(arena, team, json_str(json_member(answer.data, "organization"), "urlKey"), out);
    c->team_id = str_copy(&c->arena, json_str(team, "id"));
  }
  linear_answer_free(&answer);
  if (!found)
    return result_error(RESULT_GONE, "there is no team %.*s, or this credential may not see it", STR_FMT(c->remote));
  return describe_fields(c, arena, out);
}

struct result linear_describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  struct remote_description description = {.estimated_tickets = -1};
  struct linear_answer answer;
  TRY(linear_call(c, arena, &linear_query_viewer, NULL, &answer));
  description.account = str_copy(arena, json_str(json_member(answer.data, "viewer"), "displayName"));
  linear_answer_free(&answer);
  if (!str_is_absent(c->remote))
    TRY(describe_team(c, arena, &description));
  *out = description;
  return RESULT_DONE;
}
