/* What a write of ours replaced, as the issue's own history tells: somebody may have changed a field between our look
 * and our write. The mutation's answer shows both, so what our entry changed a field to is what the answer shows. And
 * what had arrived of an update that was not answered. */
#include "adapter-linear/linear.h"
#include "service/connector_arrivals.h"

/* -- one side of an entry; false: it does not tell -- */

static bool text_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  (void)related;
  *out = str_copy(arena, str_of(cJSON_IsString(value) ? value->valuestring : ""));
  return true;
}

static bool priority_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  (void)arena, (void)related;
  *out = linear_priority_name(cJSON_IsNumber(value) ? (int64_t)value->valuedouble : 0);
  return true;
}

static bool number_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  (void)related;
  *out = cJSON_IsNumber(value) ? linear_number(arena, value->valuedouble) : STR("");
  return true;
}

/* A thing that is gone since has an id and no name. */
static bool named(struct arena *arena, const cJSON *id, struct str name, struct str *out) {
  bool was_set = cJSON_IsString(id);
  *out = was_set ? str_copy(arena, name) : STR("");
  return !was_set || name.length;
}

static bool name_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  return named(arena, value, json_str(related, "name"), out);
}

static bool person_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  return named(arena, value, json_str(related, "displayName"), out);
}

static bool cycle_side(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out) {
  return named(arena, value, linear_cycle_name(arena, related), out);
}

/* -- fields -- */

static const struct told {
  struct str name;
  const char *from, *from_related, *to, *to_related;
  bool (*side)(struct arena *arena, const cJSON *value, const cJSON *related, struct str *out);
} fields[] = {
    {{"title", 5}, "fromTitle", "", "toTitle", "", text_side},
    {{"status", 6}, "fromStateId", "fromState", "toStateId", "toState", name_side},
    {{"priority", 8}, "fromPriority", "", "toPriority", "", priority_side},
    {{"assignees", 9}, "fromAssigneeId", "fromAssignee", "toAssigneeId", "toAssignee", person_side},
    {{"estimate", 8}, "fromEstimate", "", "toEstimate", "", number_side},
    {{"due_date", 8}, "fromDueDate", "", "toDueDate", "", text_side},
    {{"parent", 6}, "fromParentId", "", "toParentId", "", text_side},
    {{"project", 7}, "fromProjectId", "fromProject", "toProjectId", "toProject", name_side},
    {{"sprint", 6}, "fromCycleId", "fromCycle", "toCycleId", "toCycle", cycle_side},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static bool is_sent(const struct payload *payload, struct str name) {
  return values_find(&payload->set, name) || values_find(&payload->add, name) || values_find(&payload->remove, name);
}

static struct value as_value(struct arena *arena, const struct value *like, struct str text) {
  struct str *item = ARENA_NEW(arena, struct str);
  *item = text;
  return like->kind == VALUE_SET ? value_set(like->name, item, text.length > 0) : value_text(like->name, text);
}

/* Both sides as values like `now`. Both null: the entry is not about this field. */
static bool read_entry(struct arena *arena, const struct told *field, const cJSON *entry, const struct value *now,
                       struct value *out_from, struct value *out_to) {
  const cJSON *from = json_member(entry, field->from), *to = json_member(entry, field->to);
  struct str old, new;
  if ((!from || cJSON_IsNull(from)) && (!to || cJSON_IsNull(to)))
    return false;
  if (!field->side(arena, from, json_member(entry, field->from_related), &old) ||
      !field->side(arena, to, json_member(entry, field->to_related), &new))
    return false;
  *out_from = as_value(arena, now, old);
  *out_to = as_value(arena, now, new);
  return true;
}

/* Our newest change of the field since our look: Linear may add a change to an entry that we made before it, and then
 * what that one began with is not what was replaced now. */
static bool replaced_by(struct arena *arena, const struct told *field, const cJSON *entries, int64_t look,
                        const struct value *now, struct value *out) {
  int64_t newest = look;
  const cJSON *entry;
  cJSON_ArrayForEach(entry, entries) {
    int64_t created = json_time_ms(entry, "createdAt");
    struct value from, to;
    if (created > newest && json_bool(json_member(entry, "actor"), "isMe") &&
        read_entry(arena, field, entry, now, &from, &to) && value_equal(&to, now)) {
      newest = created;
      *out = from;
    }
  }
  return newest > look;
}

struct values linear_replaced(struct arena *arena, const struct payload *payload, int64_t look, const cJSON *issue,
                              const struct values *now) {
  const cJSON *entries = json_member(json_member(issue, "history"), "nodes");
  struct values_builder told = {.arena = arena};
  for (size_t i = 0; i < FIELDS; i++) {
    const struct value *value = values_find(now, fields[i].name);
    struct value from;
    if (value && is_sent(payload, fields[i].name) && replaced_by(arena, &fields[i], entries, look, value, &from))
      values_put(&told, from);
  }
  return values_built(&told);
}

/* -- what had arrived -- */

static void read_arrived(struct arrivals *arrivals, const cJSON *entry) {
  struct value gone = linear_labels(arrivals->arena, json_member(entry, "removedLabels")),
               come = linear_labels(arrivals->arena, json_member(entry, "addedLabels"));
  arrivals_entry(arrivals, &gone, &come);
  for (size_t i = 0; i < FIELDS; i++) {
    const struct value *now = values_find(arrivals->now, fields[i].name);
    struct value from, to;
    if (now && read_entry(arrivals->arena, &fields[i], entry, now, &from, &to))
      arrivals_entry(arrivals, &from, &to);
  }
}

/* Linear may add our change to an entry that we made before the look. */
static bool is_since(const cJSON *entry, int64_t look) {
  return json_time_ms(entry, "createdAt") > look ||
         (json_time_ms(entry, "updatedAt") > look && json_bool(json_member(entry, "actor"), "isMe"));
}

void linear_read_arrivals(struct arrivals *arrivals, int64_t look, const cJSON *issue) {
  const cJSON *entry;
  cJSON_ArrayForEach(entry, json_member(json_member(issue, "history"), "nodes")) {
    if (is_since(entry, look))
      read_arrived(arrivals, entry);
  }
}
