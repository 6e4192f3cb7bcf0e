/* What a write of ours replaced, as the issue's own changelog tells: somebody may have changed a field between our look
 * and our write. Only what the changelog shows exactly is told; texts come there as wiki markup, sprints and several
 * options as lists that cannot be split again. And what had arrived of an update that was not answered.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ (changelog) */
#include <stdlib.h>

#include "adapter-jira/jira.h"
#include "service/connector_arrivals.h"

enum { HISTORIES_MAX = 2000 };

struct history {
  struct connection *c;
  struct arena *arena;
  const cJSON *before; /* the issue as it was at our look */
  const cJSON *ours[HISTORIES_MAX];
  size_t count;
};

/* -- our own changes since the look -- */

static int by_id(const void *a, const void *b) {
  int64_t one = 0, other = 0;
  str_to_i64(json_text(*(const cJSON *const *)a, "id"), &one);
  str_to_i64(json_text(*(const cJSON *const *)b, "id"), &other);
  return (one > other) - (one < other);
}

/* Cloud shows the newest first, Data Center the oldest, and its database may keep whole seconds. */
static void collect(struct history *h, const cJSON *after) {
  int64_t since_ms = jira_time_ms(h->before, "fields.updated") + h->c->cloud;
  const cJSON *one;
  cJSON_ArrayForEach(one, json_at(after, "changelog.histories")) {
    if (h->count < HISTORIES_MAX && jira_time_ms(one, "created") >= since_ms &&
        str_equal(jira_person_id(h->c, json_member(one, "author")), h->c->self))
      h->ours[h->count++] = one;
  }
  qsort(h->ours, h->count, sizeof(const cJSON *), by_id);
}

/* -- one entry -- */

static bool has_unique_label(const struct connection *c, const struct jira_field *field) {
  for (size_t i = 0; i < c->fields.count; i++)
    if (&c->fields.at[i] != field && str_equal(c->fields.at[i].label, field->label))
      return false;
  return true;
}

/* Data Center names no ids: system fields by what is their id, custom ones by what people see. */
static bool is_of_field(const struct connection *c, const struct jira_field *field, const cJSON *item) {
  struct str id = json_text(item, "fieldId"), name = json_text(item, "field");
  if (id.length)
    return str_equal(id, field->id);
  if (str_is(json_text(item, "fieldtype"), "custom"))
    return str_equal(name, field->label) && has_unique_label(c, field);
  return str_equal(name, field->id) || (field->kind == KIND_PARENT && str_is(name, "IssueParentAssociation"));
}

/* One side of an entry. */
struct side {
  struct str value, text; /* `from` and `fromString`, or `to` and `toString` */
};

static bool is_date(struct str text) {
  static const char *const form = "0000-00-00";
  for (size_t i = 0; i < text.length && text.length == strlen(form); i++)
    if (form[i] == '-' ? text.at[i] != '-' : (text.at[i] < '0' || text.at[i] > '9'))
      return false;
  return text.length == strlen(form);
}

static bool number_of(struct arena *arena, struct str text, struct str *out) {
  char *at = str_c(arena, text), *end = at;
  double number = strtod(at, &end);
  if (text.length && (end == at || *end))
    return false;
  *out = text.length ? str_format(arena, "%.15g", number) : STR("");
  return true;
}

/* Cloud gives the account's id and its name; Data Center an internal key that nothing else here shows. */
static bool person_of(const struct history *h, const struct side *side, struct str *out) {
  cJSON *user = cJSON_CreateObject();
  cJSON_AddItemToObject(user, "accountId", json_string(h->arena, side->value));
  cJSON_AddItemToObject(user, "displayName", json_string(h->arena, side->text));
  *out = jira_person_word(h->c, h->arena, user);
  cJSON_Delete(user);
  return h->c->cloud;
}

/* False for what is not told exactly. */
static bool text_of(const struct history *h, enum jira_kind kind, const struct side *side, struct str *out) {
  switch (kind) {
  case KIND_LINE:
  case KIND_OPTION:
  case KIND_NAME:
  case KIND_STATUS:
  case KIND_TYPE:
    *out = str_copy(h->arena, side->text);
    return true;
  case KIND_NUMBER:
    return number_of(h->arena, side->text, out);
  case KIND_DATE:
    *out = str_copy(h->arena, side->value);
    return out->length == 0 || is_date(*out);
  case KIND_PARENT:
    *out = str_copy(h->arena, side->value);
    return out->length == 0 || jira_is_number(*out);
  case KIND_USER:
  case KIND_ASSIGNEE:
    return person_of(h, side, out);
  default:
    return false;
  }
}

static struct value labels_of(struct arena *arena, struct str name, struct str text) {
  struct str *items = ARENA_ARRAY(arena, struct str, text.length / 2 + 1);
  size_t count = 0;
  while (text.length) {
    ptrdiff_t blank = str_find(text, " ");
    size_t end = blank < 0 ? text.length : (size_t)blank;
    if (end)
      items[count++] = str_copy(arena, str_slice(text, 0, end));
    text = str_slice(text, end + (blank >= 0), text.length);
  }
  return value_set(name, items, count);
}

static bool value_of(const struct history *h, const struct jira_field *field, const struct side *side,
                     struct value *out) {
  struct str text = STR("");
  if (field->kind == KIND_LABELS) {
    *out = labels_of(h->arena, field->name, side->text);
    return true;
  }
  if (!text_of(h, field->kind, side, &text))
    return false;
  text = str_is_absent(text) ? STR("") : text;
  struct str *item = ARENA_NEW(h->arena, struct str);
  *item = text;
  *out = field->kind == KIND_ASSIGNEE ? value_set(field->name, item, text.length > 0) : value_text(field->name, text);
  return true;
}

/* -- one field -- */

/* A status may take several of our steps: what was replaced is where they began, or where somebody put the issue
 * between two of them. */
static bool begins_anew(const struct history *h, const struct value *from, const struct value *last) {
  struct str seen = json_text(h->before, "fields.status.name");
  return !value_equal(from, last) || str_equal(from->text, seen);
}

/* `sent` as it was asked for. False: the changelog does not tell. */
static bool replaced_by(const struct history *h, const struct jira_field *field, const struct value *sent,
                        struct value *out) {
  bool steps = field->kind == KIND_STATUS, found = false;
  struct value last = {0};
  for (size_t i = 0; i < h->count; i++) {
    const cJSON *item;
    cJSON_ArrayForEach(item, json_member(h->ours[i], "items")) {
      struct side old = {json_text(item, "from"), json_text(item, "fromString")};
      struct side new = {json_text(item, "to"), json_text(item, "toString")};
      struct value from, to;
      if (!is_of_field(h->c, field, item))
        continue;
      if (!value_of(h, field, &old, &from) || !value_of(h, field, &new, &to))
        return false;
      if (!steps && !value_equal(&to, sent))
        continue;
      if (!steps || !found || begins_anew(h, &from, &last))
        *out = from;
      last = to;
      found = true;
    }
  }
  return found;
}

static void tell(const struct history *h, const struct value *sent, struct values_builder *told) {
  const struct jira_field *field = jira_field_named(h->c, sent->name);
  struct value from;
  if (field && replaced_by(h, field, sent, &from))
    values_put(told, from);
}

/* The one assignee is replaced also where it was asked for as an addition or removal. */
static void tell_assignee(const struct history *h, const struct payload *payload, struct values_builder *told) {
  const struct value *add = values_find(&payload->add, STR("assignees"));
  const struct value *remove = values_find(&payload->remove, STR("assignees"));
  const struct value none = value_set(STR("assignees"), NULL, 0);
  if (add && add->count)
    tell(h, add, told);
  else if (remove)
    tell(h, &none, told);
}

struct values jira_replaced(struct connection *c, struct arena *arena, const struct payload *payload,
                            const cJSON *before, const cJSON *after) {
  struct history *h = ARENA_NEW(arena, struct history);
  struct values_builder told = {.arena = arena};
  *h = (struct history){.c = c, .arena = arena, .before = before};
  collect(h, after);
  for (size_t i = 0; i < payload->set.count; i++)
    tell(h, &payload->set.at[i], &told);
  tell_assignee(h, payload, &told);
  return values_built(&told);
}

/* A status may take steps, which are asked for one by one. */
static bool is_told(const struct history *h, const struct value *value) {
  const struct jira_field *field = jira_field_named(h->c, value->name);
  const struct side nothing = {STR(""), STR("")};
  struct value from;
  return field && field->kind != KIND_STATUS && value_of(h, field, &nothing, &from);
}

bool jira_tells_replaced(struct connection *c, struct arena *arena, const struct payload *payload) {
  struct history *h = ARENA_NEW(arena, struct history);
  bool told = true;
  *h = (struct history){.c = c, .arena = arena};
  for (size_t i = 0; i < payload->set.count; i++)
    told = told && is_told(h, &payload->set.at[i]);
  return told;
}

/* -- what had arrived -- */

/* Of versions and components each one that came or went has an entry of its own. */
static bool is_logged_singly(const struct jira_field *field, const cJSON *item) {
  static const char *const singly[][2] = {
      {"fixVersions", "Fix Version"}, {"versions", "Version"}, {"components", "Component"}};
  struct str id = json_text(item, "fieldId"), name = json_text(item, "field");
  for (size_t i = 0; i < sizeof singly / sizeof singly[0]; i++)
    if (str_is(field->id, singly[i][0]))
      return id.length ? str_equal(id, field->id) : str_is(name, singly[i][1]);
  return false;
}

static struct value only_member(struct arena *arena, struct str name, struct str text) {
  struct str *item = ARENA_NEW(arena, struct str);
  *item = str_copy(arena, text);
  return value_set(name, item, text.length > 0);
}

static void read_arrived(const struct history *h, const struct jira_field *field, const cJSON *item,
                         struct arrivals *arrivals) {
  struct side old = {json_text(item, "from"), json_text(item, "fromString")};
  struct side new = {json_text(item, "to"), json_text(item, "toString")};
  struct value from, to;
  bool is_single = is_logged_singly(field, item);
  if (is_single) {
    from = only_member(h->arena, field->name, old.text);
    to = only_member(h->arena, field->name, new.text);
  }
  if (is_single || (is_of_field(h->c, field, item) && value_of(h, field, &old, &from) && value_of(h, field, &new, &to)))
    arrivals_entry(arrivals, &from, &to);
}

static void read_item(const struct history *h, const cJSON *item, struct arrivals *arrivals) {
  for (size_t i = 0; i < arrivals->now->count; i++) {
    struct str name = arrivals->now->at[i].name;
    const struct jira_field *field = arrivals_want(arrivals, name) ? jira_field_named(h->c, name) : NULL;
    if (field)
      read_arrived(h, field, item, arrivals);
  }
}

/* Data Center's database may keep whole seconds: what is as old as the look may be newer. */
static void read_arrivals(const struct history *h, const cJSON *issue, int64_t look, struct arrivals *arrivals) {
  const cJSON *entry, *item;
  cJSON_ArrayForEach(entry, json_at(issue, "changelog.histories")) {
    if (jira_time_ms(entry, "created") < look + h->c->cloud)
      continue;
    cJSON_ArrayForEach(item, json_member(entry, "items")) {
      read_item(h, item, arrivals);
    }
  }
}

struct result jira_history(struct connection *c, struct arena *arena, const struct intent *intent,
                           const struct observation *seen, struct values *out) {
  struct arrivals arrivals = arrivals_begin(arena, intent, seen);
  struct history h = {.c = c, .arena = arena};
  cJSON *issue;
  TRY(jira_fields_load(c, arena));
  TRY(jira_get_issue_with_history(c, arena, seen->external_id, &issue));
  read_arrivals(&h, issue, intent->seen_version, &arrivals);
  cJSON_Delete(issue);
  *out = arrivals_told(&arrivals);
  return RESULT_DONE;
}
