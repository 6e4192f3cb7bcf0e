/* Bringing back what lost: a value that a decided conflict kept becomes the ticket's again, as an edit of the person
 * who asks, which goes to every tracker like any other. The conflict stays what it was: history. */
#include "store/conflicts/conflict_restore.h"

#include "service/project_rules.h"
#include "store/projects/projects.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"
#include "sync/catalogue.h"
#include "sync/map_fields.h"

static struct result local_reference(struct call *call, int64_t project_id, struct value *value) {
  struct str key;
  if (value->text.length == 0)
    return RESULT_DONE;
  TRY(references_local_word(call, project_id, value->text, &key));
  if (str_is_absent(key))
    return result_error(RESULT_REJECTED, "the ticket %.*s that was named outside is not here; give one yourself",
                        STR_FMT(value->text));
  value->text = key;
  return RESULT_DONE;
}

struct result conflict_local_word(struct call *call, int64_t project_id, struct str field, const struct value *external,
                                  struct values *out) {
  struct project *project;
  size_t count;
  TRY(projects_of(call, &project_id, 1, &project, &count));
  struct rules rules = project_rules(call->arena, project);
  struct mapped here = map_fields_to_local(call->arena, rules_field(&rules, field), external);
  if (here.unmappable_count)
    return result_error(RESULT_REJECTED, "there is no word here for what was outside; give one yourself");
  struct value *value = ARENA_NEW(call->arena, struct value);
  *value = here.value;
  value->name = field;
  *out = (struct values){value, 1};
  return catalogue_is_reference(field) ? local_reference(call, project_id, value) : RESULT_DONE;
}

/* A kept value and the place it belongs to. */
struct kept {
  int64_t project_id, item_id, version;
  struct str key, field, kind, state;
  struct values value, fields;
};

static struct result load(struct call *call, const struct conflict_restore *restore, struct kept *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select c.project_id, c.item_id, c.field, c.kind, c.state, i.fields, i.kind as item_kind, i.number, "
               "i.version, case $2 when 'base' then c.base when 'local' then c.local when 'external' then c.external "
               "else coalesce(c.value, '{}') end as kept from conflict c join item i on i.id = c.item_id "
               "where c.id = $1::bigint",
               PARAMS(p_i64(restore->id), p_str(restore->side)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no conflict %lld; `tandem conflicts list` shows what there is",
                        (long long)restore->id);
  *out = (struct kept){.project_id = rows_i64(&rows, 0, "project_id"),
                       .item_id = rows_i64(&rows, 0, "item_id"),
                       .version = rows_i64(&rows, 0, "version"),
                       .field = rows_str(&rows, 0, "field"),
                       .kind = rows_str(&rows, 0, "kind"),
                       .state = rows_str(&rows, 0, "state")};
  out->key = key_text(call->arena, rows_str(&rows, 0, "item_kind"), rows_i64(&rows, 0, "number"), out->item_id);
  TRY(rows_values(call->arena, &rows, 0, "kept", &out->value));
  return rows_values(call->arena, &rows, 0, "fields", &out->fields);
}

/* One that waits for a decision about the same field, which an edit would only move. */
static struct result check_none_open(struct call *call, const struct kept *kept) {
  struct rows rows;
  TRY(db_query(call->db,
               "select id, state from conflict where item_id = $1::bigint and field = $2 and state in ('open', "
               "'decided') order by id desc limit 1",
               PARAMS(p_i64(kept->item_id), p_str(kept->field)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  long long id = (long long)rows_i64(&rows, 0, "id");
  if (str_is(rows_str(&rows, 0, "state"), "decided"))
    return result_error(RESULT_REJECTED, "conflict %lld about `%.*s` of %.*s is decided and not applied yet", id,
                        STR_FMT(kept->field), STR_FMT(kept->key));
  return result_error(
      RESULT_REJECTED,
      "`%.*s` of %.*s waits for a decision: decide that (tandem conflicts show %lld), by --value if need be",
      STR_FMT(kept->field), STR_FMT(kept->key), id);
}

static struct result check(struct call *call, const struct conflict_restore *restore, const struct kept *kept) {
  static const char *const sides[] = {"base", "local", "external", "value"};
  bool known = false;
  for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
    known |= str_is(restore->side, sides[i]);
  if (!known)
    return result_error(RESULT_REJECTED, "bring back which one: base, local, external or value?");
  if (restore->actor.length == 0)
    return result_error(RESULT_REJECTED, "bringing back needs to say who does it");
  if (str_is(kept->kind, "deleted_vs_edited"))
    return result_error(RESULT_REJECTED, "conflict %lld was about being there at all and keeps no value",
                        (long long)restore->id);
  TRY(check_none_open(call, kept));
  if (kept->value.count == 0)
    return result_error(RESULT_REJECTED, "conflict %lld keeps no such value (%.*s); `tandem conflicts show %lld`",
                        (long long)restore->id, STR_FMT(restore->side), (long long)restore->id);
  return RESULT_DONE;
}

static struct result edit(struct call *call, const struct conflict_restore *restore, const struct kept *kept,
                          const struct values *value) {
  struct ticket_edit edit = {.key = kept->key, .set = *value, .if_version = restore->version, .actor = restore->actor};
  struct edited_ticket edited;
  size_t refused;
  TRY(tickets_edit(call, &edit, 1, &edited, &refused));
  return journal_audit(call, restore->actor, "conflict.restore",
                       str_format(call->arena, "conflict/%lld", (long long)restore->id),
                       str_format(call->arena, "{\"side\": \"%.*s\"}", STR_FMT(restore->side)));
}

struct result store_conflict_restore(struct call *call, const void *request, void *reply) {
  const struct conflict_restore *restore = request;
  struct conflict_restored *answer = reply;
  struct kept kept = {0};
  struct values value = {0};
  TRY(load(call, restore, &kept));
  TRY(check(call, restore, &kept));
  value = kept.value;
  /* What an undo left as it was is in our words on both sides. */
  if (str_is(restore->side, "external") && !str_is(kept.kind, "undo"))
    TRY(conflict_local_word(call, kept.project_id, kept.field, &kept.value.at[0], &value));
  const struct value *now = values_find(&kept.fields, kept.field);
  if (now && value_equal(now, &value.at[0]))
    return result_error(RESULT_REJECTED, "`%.*s` of %.*s has that value already", STR_FMT(kept.field),
                        STR_FMT(kept.key));
  if (!restore->preview)
    TRY(edit(call, restore, &kept, &value));
  *answer = (struct conflict_restored){.key = kept.key,
                                       .version = kept.version,
                                       .restored = !restore->preview,
                                       .value = value,
                                       .now = now ? (struct values){now, 1} : (struct values){0}};
  return RESULT_DONE;
}
