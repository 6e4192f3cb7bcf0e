/* Payloads as Linear's inputs. Names become ids by a lookup that is handed in; nothing else leaves this file. */
#include "adapter-linear/linear.h"
#include "base/clock.h"

struct writing {
  struct arena *arena;
  bool create;
  struct str assignee;
  const struct linear_lookup *lookup;
  cJSON *input;
};

static void add_text(const struct writing *w, const char *name, struct str text) {
  cJSON_AddStringToObject(w->input, name, str_c(w->arena, text));
}

/* "" unsets: null in an update, nothing at all in a creation. */
static void add_null(const struct writing *w, const char *name) {
  if (!w->create)
    cJSON_AddNullToObject(w->input, name);
}

/* -- one field -- */

static struct result put_title(const struct writing *w, struct str text) {
  add_text(w, "title", text);
  return RESULT_DONE;
}

static struct result put_body(const struct writing *w, struct str text) {
  add_text(w, "description", text);
  return RESULT_DONE;
}

static struct result put_id(const struct writing *w, const char *name, enum linear_names_kind kind, struct str text) {
  struct str id;
  if (text.length == 0) {
    add_null(w, name);
    return RESULT_DONE;
  }
  TRY(w->lookup->id_of(w->lookup->context, kind, text, true, &id));
  add_text(w, name, id);
  return RESULT_DONE;
}

static struct result put_status(const struct writing *w, struct str text) {
  if (text.length == 0)
    return w->create ? RESULT_DONE : result_error(RESULT_REJECTED, "an issue of Linear always has a status");
  return put_id(w, "stateId", LINEAR_STATES, text);
}

static struct result put_priority(const struct writing *w, struct str text) {
  int64_t priority;
  if (!linear_priority_number(text, &priority))
    return result_error(RESULT_REJECTED, "Linear has no priority \"%.*s\": it is Urgent, High, Medium, Low or none",
                        STR_FMT(text));
  cJSON_AddNumberToObject(w->input, "priority", (double)priority);
  return RESULT_DONE;
}

static struct result put_estimate(const struct writing *w, struct str text) {
  int64_t estimate;
  if (text.length == 0) {
    add_null(w, "estimate");
    return RESULT_DONE;
  }
  if (!str_to_i64(text, &estimate) || estimate < 0 || estimate > INT32_MAX)
    return result_error(RESULT_REJECTED, "Linear takes whole numbers as estimate, not \"%.*s\"", STR_FMT(text));
  cJSON_AddNumberToObject(w->input, "estimate", (double)estimate);
  return RESULT_DONE;
}

static struct result put_parent(const struct writing *w, struct str text) {
  if (text.length && !linear_is_uuid(text))
    return result_error(RESULT_REJECTED, "the parent \"%.*s\" is no issue of Linear", STR_FMT(text));
  if (text.length)
    add_text(w, "parentId", text);
  else
    add_null(w, "parentId");
  return RESULT_DONE;
}

static struct result put_due_date(const struct writing *w, struct str text) {
  int64_t moment_ms;
  struct str midnight = str_format(w->arena, "%.*sT00:00:00Z", STR_FMT(text));
  if (text.length && (text.length != 10 || !clock_parse(midnight, &moment_ms)))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not a date like 2026-01-31", STR_FMT(text));
  if (text.length)
    add_text(w, "dueDate", text);
  else
    add_null(w, "dueDate");
  return RESULT_DONE;
}

static struct result put_project(const struct writing *w, struct str text) {
  return put_id(w, "projectId", LINEAR_PROJECTS, text);
}

static struct result put_sprint(const struct writing *w, struct str text) {
  return put_id(w, "cycleId", LINEAR_CYCLES, text);
}

static const struct {
  const char *name;
  struct result (*put)(const struct writing *w, struct str text);
} text_fields[] = {
    {"title", put_title},       {"body", put_body},         {"status", put_status},
    {"priority", put_priority}, {"estimate", put_estimate}, {"parent", put_parent},
    {"due_date", put_due_date}, {"project", put_project},   {"sprint", put_sprint},
};
enum { TEXT_FIELDS = sizeof text_fields / sizeof text_fields[0] };

/* -- sets -- */

static struct result put_labels(const struct writing *w, const char *name, const struct value *set) {
  cJSON *list = cJSON_AddArrayToObject(w->input, name);
  for (size_t i = 0; i < set->count; i++) {
    struct str id;
    bool removes = strcmp(name, "removedLabelIds") == 0;
    struct result result = w->lookup->id_of(w->lookup->context, LINEAR_LABELS, set->items[i], !removes, &id);
    if (removes && result.code == RESULT_GONE)
      continue; /* a label that does not exist is on no issue */
    TRY(result);
    cJSON_AddItemToArray(list, cJSON_CreateString(str_c(w->arena, id)));
  }
  return RESULT_DONE;
}

static struct result put_assignee(const struct writing *w, const struct value *set) {
  if (set->count > 1)
    return result_error(RESULT_REJECTED, "an issue of Linear has one assignee, not %zu", set->count);
  return set->count ? put_id(w, "assigneeId", LINEAR_USERS, set->items[0]) : RESULT_DONE;
}

/* Taking away another than who is assigned now changes nothing. */
static void take_assignee_away(const struct writing *w, const struct value *set) {
  for (size_t i = 0; i < set->count; i++)
    if (str_equal_caseless(set->items[i], w->assignee))
      add_null(w, "assigneeId");
}

static bool gives_assignee(const struct payload *payload) {
  const struct value *add = values_find(&payload->add, STR("assignees"));
  return add && add->count > 0;
}

bool linear_needs_assignee(const struct payload *payload) {
  const struct value *remove = values_find(&payload->remove, STR("assignees"));
  return remove && remove->count > 0 && !gives_assignee(payload);
}

/* -- the whole -- */

static const char *text_field(struct str name, size_t *out) {
  for (size_t i = 0; i < TEXT_FIELDS; i++)
    if (str_is(name, text_fields[i].name)) {
      *out = i;
      return text_fields[i].name;
    }
  return NULL;
}

static bool is_set_name(struct str name) {
  return str_is(name, "labels") || str_is(name, "assignees");
}

/* Before anything is looked up: every name is one of Linear's fields, of the right kind. */
static struct result check_fields(const struct payload *payload, bool create) {
  size_t at;
  const struct values *deltas[] = {&payload->add, &payload->remove};
  for (size_t i = 0; i < payload->set.count; i++) {
    const struct value *value = &payload->set.at[i];
    bool fits = value->kind == VALUE_TEXT ? text_field(value->name, &at) != NULL : create && is_set_name(value->name);
    if (!fits)
      return result_error(RESULT_REJECTED, "the field \"%.*s\" of an issue of Linear cannot be set",
                          STR_FMT(value->name));
  }
  for (size_t side = 0; side < 2; side++)
    for (size_t i = 0; i < deltas[side]->count; i++)
      if (deltas[side]->at[i].kind != VALUE_SET || !is_set_name(deltas[side]->at[i].name))
        return result_error(RESULT_REJECTED, "an issue of Linear has no set \"%.*s\"",
                            STR_FMT(deltas[side]->at[i].name));
  return RESULT_DONE;
}

static struct result of_field(const struct value *value, struct result result) {
  return result_of_field(result, value->name.at, value->name.length);
}

static struct result put_set_values(const struct writing *w, const struct values *set) {
  for (size_t i = 0, at = 0; i < set->count; i++) {
    const struct value *value = &set->at[i];
    if (value->kind == VALUE_TEXT && text_field(value->name, &at))
      TRY(of_field(value, text_fields[at].put(w, value->text)));
    else if (str_is(value->name, "labels"))
      TRY(of_field(value, put_labels(w, "labelIds", value)));
    else
      TRY(of_field(value, put_assignee(w, value)));
  }
  return RESULT_DONE;
}

static struct result put_deltas(const struct writing *w, const struct payload *payload) {
  for (size_t i = 0; i < payload->add.count; i++) {
    const struct value *add = &payload->add.at[i];
    TRY(str_is(add->name, "labels") ? put_labels(w, w->create ? "labelIds" : "addedLabelIds", add)
                                    : put_assignee(w, add));
  }
  for (size_t i = 0; i < payload->remove.count && !w->create; i++) {
    const struct value *remove = &payload->remove.at[i];
    if (str_is(remove->name, "labels"))
      TRY(put_labels(w, "removedLabelIds", remove));
    else if (!gives_assignee(payload))
      take_assignee_away(w, remove);
  }
  return RESULT_DONE;
}

struct result linear_write_issue(struct arena *arena, const struct payload *payload, bool create, struct str assignee,
                                 const struct linear_lookup *lookup, cJSON **out) {
  TRY(check_fields(payload, create));
  struct writing w = {arena, create, assignee, lookup, cJSON_CreateObject()};
  struct result result = put_set_values(&w, &payload->set);
  if (result_ok(&result))
    result = put_deltas(&w, payload);
  if (result_ok(&result))
    *out = w.input;
  else
    cJSON_Delete(w.input);
  return result;
}

struct result linear_write_comment(const struct payload *payload, cJSON **out) {
  struct str body = values_text(&payload->set, "body");
  if (payload->set.count != 1 || str_is_absent(body) || payload->add.count || payload->remove.count)
    return result_error(RESULT_REJECTED, "a comment of Linear has a body and nothing else");
  struct arena scratch = {0};
  cJSON *input = cJSON_CreateObject();
  cJSON_AddStringToObject(input, "body", str_c(&scratch, body));
  arena_free(&scratch);
  *out = input;
  return RESULT_DONE;
}
