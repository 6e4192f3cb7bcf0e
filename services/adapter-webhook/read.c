/* Pure translation of what the tracker shows: its JSON as observations, by the mapping. */
#include <math.h>

#include "adapter-webhook/webhook.h"
#include "base/clock.h"
#include "base/json.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53: beyond it a JSON number has lost digits */

enum { MEMBERS_MAX = 1000, NAME_BYTES_MAX = 2048 };
static const int64_t epoch_ms_min = 100000000000; /* smaller numbers are seconds */

/* -- single values -- */

static struct str number_text(struct arena *arena, double number) {
  if (number == trunc(number) && fabs(number) <= EXACT_MAX)
    return str_format(arena, "%lld", (long long)number);
  return str_format(arena, "%.15g", number);
}

static bool scalar_text(struct arena *arena, const cJSON *node, struct str *out) {
  if (cJSON_IsString(node))
    *out = node->valuestring[0] ? str_copy(arena, str_of(node->valuestring)) : STR("");
  else if (cJSON_IsNumber(node))
    *out = number_text(arena, node->valuedouble);
  else if (cJSON_IsBool(node))
    *out = cJSON_IsTrue(node) ? STR("true") : STR("false");
  else
    return false;
  return true;
}

enum pointer_found webhook_text(struct arena *arena, const struct pointer *pointer, const cJSON *node, bool *is_scalar,
                                struct str *out) {
  const cJSON *found = NULL;
  enum pointer_found how = pointer_find(pointer, node, &found);
  *out = STR("");
  *is_scalar = how != POINTER_FOUND || scalar_text(arena, found, out);
  return how;
}

/* A text that is needed, an id for instance; a number only while it is exact. */
static struct result needed_text(struct arena *arena, const struct schema_item *item, const char *name,
                                 const struct pointer *pointer, const cJSON *node, struct str *out) {
  const cJSON *found = NULL;
  bool there = pointer_find(pointer, node, &found) == POINTER_FOUND;
  bool fits = there && !cJSON_IsBool(found) && scalar_text(arena, found, out) && out->length > 0;
  if (fits && cJSON_IsNumber(found) && !(fabs(found->valuedouble) <= EXACT_MAX))
    return result_error(RESULT_REJECTED, "%s.%s: the number at %.*s is too large to be exact: send it as a text",
                        item->kind, name, STR_FMT(pointer->text));
  if (fits && out->length > NAME_BYTES_MAX)
    return result_error(RESULT_REJECTED, "%s.%s: the text at \"%.*s\" has more than %d bytes", item->kind, name,
                        STR_FMT(pointer->text), NAME_BYTES_MAX);
  return fits ? RESULT_DONE
              : result_error(RESULT_REJECTED, "%s.%s: there is no text or number at \"%.*s\"", item->kind, name,
                             STR_FMT(pointer->text));
}

/* A key, an address, an author: what is longer is none. */
static struct str optional_text(struct arena *arena, const struct pointer *pointer, const cJSON *node) {
  bool is_scalar;
  struct str text;
  webhook_text(arena, pointer, node, &is_scalar, &text);
  return text.length <= NAME_BYTES_MAX ? text : STR("");
}

int64_t webhook_moment_ms(struct arena *arena, const struct pointer *pointer, const cJSON *node) {
  struct str text = optional_text(arena, pointer, node);
  int64_t moment = 0;
  if (!clock_parse(text, &moment) && (!str_to_i64(text, &moment) || moment < 0 || moment > INT64_MAX / 2000))
    return 0;
  return moment && moment < epoch_ms_min && text.length < 12 ? moment * 1000 : moment;
}

/* Whether there is true, a number other than 0, or a text: of `deleted` and `restricted`. */
static bool says_so(const struct pointer *pointer, const cJSON *node) {
  const cJSON *found = NULL;
  if (pointer_find(pointer, node, &found) != POINTER_FOUND)
    return false;
  if (cJSON_IsString(found))
    return found->valuestring[0] != '\0';
  return cJSON_IsTrue(found) || (cJSON_IsNumber(found) && found->valuedouble != 0.0);
}

/* -- fields -- */

static struct result unfit(const struct schema_item *item, const struct schema_field *field, const char *what) {
  return result_error(RESULT_REJECTED, "%s.fields.%.*s: %s at \"%.*s\"", item->kind, STR_FMT(field->known.name), what,
                      STR_FMT(field->path.text));
}

/* A tracker that takes one member may show it bare. */
static struct result read_set(struct arena *arena, const struct schema_item *item, const struct schema_field *field,
                              const cJSON *node, struct value *out) {
  bool is_list = cJSON_IsArray(node), is_scalar;
  size_t count = is_list ? (size_t)cJSON_GetArraySize(node) : 1, kept = 0;
  if (count > MEMBERS_MAX)
    return unfit(item, field, "there are too many members");
  struct str *members = ARENA_ARRAY(arena, struct str, count + 1);
  const cJSON *child = is_list ? node->child : node;
  for (size_t i = 0; i < count; i++, child = child->next) {
    enum pointer_found found = webhook_text(arena, &field->each, child, &is_scalar, &members[kept]);
    if (found == POINTER_MISSING || !is_scalar)
      return unfit(item, field, "there is a member that is no text");
    kept += members[kept].length > 0;
  }
  *out = value_set(field->known.name, members, kept);
  return RESULT_DONE;
}

static struct result read_field(struct arena *arena, const struct schema_item *item, const struct schema_field *field,
                                const cJSON *node, struct value *out) {
  const cJSON *found = NULL;
  enum pointer_found how = pointer_find(&field->path, node, &found);
  struct str text = STR("");
  if (how == POINTER_MISSING && !field->optional)
    return unfit(item, field, "there is nothing (say `optional: true` if it may be left out)");
  if (field->is_set && how == POINTER_FOUND)
    return read_set(arena, item, field, found, out);
  if (how == POINTER_FOUND && !scalar_text(arena, found, &text))
    return unfit(item, field, "there is no text, number or boolean");
  *out = field->is_set ? value_set(field->known.name, NULL, 0) : value_text(field->known.name, text);
  return RESULT_DONE;
}

static struct result read_fields(struct arena *arena, const struct schema_item *item, const cJSON *node,
                                 struct values *out) {
  struct value *at = ARENA_ARRAY(arena, struct value, item->fields.count);
  for (size_t i = 0; i < item->fields.count; i++)
    TRY(read_field(arena, item, &item->fields.at[i], node, &at[i]));
  *out = (struct values){at, item->fields.count};
  return RESULT_DONE;
}

/* -- items -- */

struct result webhook_read_id(struct arena *arena, const struct schema_item *item, const cJSON *node,
                              struct observation *out) {
  struct observation seen = {.kind = str_of(item->kind)};
  bool comment = !str_is_absent(item->ticket.text);
  TRY(needed_text(arena, item, "id", &item->id, node, &seen.external_id));
  if (comment)
    TRY(needed_text(arena, item, "ticket", &item->ticket, node, &seen.parent_external_id));
  seen.external_key = optional_text(arena, &item->key, node);
  if (seen.external_key.length == 0)
    seen.external_key = comment ? str_format(arena, "comment %.*s", STR_FMT(seen.external_id)) : seen.external_id;
  seen.url = optional_text(arena, &item->url, node);
  *out = seen;
  return RESULT_DONE;
}

static struct result read_version(struct arena *arena, const struct schema_item *item, const cJSON *node,
                                  struct observation *seen) {
  bool by_number = !str_is_absent(item->version.text);
  if (!by_number)
    seen->version = webhook_moment_ms(arena, &item->updated_at, node);
  else if (!str_to_i64(optional_text(arena, &item->version, node), &seen->version))
    seen->version = 0;
  if (seen->version > 0)
    return RESULT_DONE;
  const struct pointer *place = by_number ? &item->version : &item->updated_at;
  return result_error(RESULT_REJECTED, "%s.%s: there is no %s at \"%.*s\"", item->kind,
                      by_number ? "version" : "updated_at", by_number ? "number above 0" : "time",
                      STR_FMT(place->text));
}

/* The marker as we sent it, or the key of the creating request where the tracker keeps it. */
static struct str marker_of(struct arena *arena, const struct schema_item *item, const cJSON *node) {
  struct str marker = optional_text(arena, &item->marker, node);
  return marker.length ? marker : optional_text(arena, &item->idempotency_key, node);
}

/* Where authors are not shown, what carries a marker may be ours; the store knows which markers are. */
static bool is_own(const struct schema *schema, const struct schema_item *item, const struct observation *seen) {
  if (str_is_absent(item->author.text))
    return seen->marker.length > 0;
  return schema->self.length && str_equal(seen->author, schema->self);
}

struct result webhook_read(struct arena *arena, const struct schema *schema, const struct schema_item *item,
                           const cJSON *node, struct observation *out) {
  struct observation seen;
  TRY(webhook_read_id(arena, item, node, &seen));
  if (says_so(&item->deleted, node)) {
    connector_set_gone(&seen, STR("deleted"), (struct str){0});
    *out = seen;
    return RESULT_DONE;
  }
  TRY(read_version(arena, item, node, &seen));
  TRY(read_fields(arena, item, node, &seen.fields));
  seen.author = optional_text(arena, &item->author, node);
  seen.created_at_ms = webhook_moment_ms(arena, &item->created_at, node);
  seen.marker = marker_of(arena, item, node);
  seen.author_is_self = is_own(schema, item, &seen);
  seen.restricted = says_so(&item->restricted, node);
  if (str_is_absent(item->get_url)) /* what was seen last is what counts: see connector.h */
    seen.etag = str_format(arena, "seen-%lld", (long long)seen.version);
  *out = seen;
  return RESULT_DONE;
}
