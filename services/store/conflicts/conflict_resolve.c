/* What a person decides about open conflicts, one or hundreds at once. */
#include "base/json.h"
#include "store/conflicts/conflicts.h"
#include "store/conflicts/write_conflicts.h"
#include "store/observing/externals.h"
#include "store/tickets/journal.h"
#include "store/tickets/tickets.h"

/* The conflict that is to be decided, held until the end of the transaction. */
struct target {
  int64_t mapping_id;
  struct str kind, field, state, decided_by;
  enum value_kind value_kind;
};

static struct result load_target(struct call *call, int64_t id, struct target *out) {
  struct rows rows;
  struct values sides[2];
  TRY(db_query(call->db,
               "select mapping_id, kind, field, state, decided_by, local, external from conflict "
               "where id = $1::bigint for update",
               PARAMS(p_i64(id)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no conflict %lld; `tandem conflicts list` shows what there is",
                        (long long)id);
  TRY(rows_values(call->arena, &rows, 0, "local", &sides[0]));
  TRY(rows_values(call->arena, &rows, 0, "external", &sides[1]));
  const struct values *shown = sides[0].count ? &sides[0] : &sides[1];
  *out = (struct target){.mapping_id = rows_i64(&rows, 0, "mapping_id"),
                         .kind = rows_str(&rows, 0, "kind"),
                         .field = rows_str(&rows, 0, "field"),
                         .state = rows_str(&rows, 0, "state"),
                         .decided_by = rows_str(&rows, 0, "decided_by"),
                         .value_kind = shown->count ? shown->at[0].kind : VALUE_TEXT};
  return RESULT_DONE;
}

static struct result check_value(const struct conflict_resolve *resolve, const struct target *target) {
  if (str_is(target->kind, "deleted_vs_edited"))
    return result_error(RESULT_REJECTED, "it is there or it is not: choose local or external");
  if (resolve->value.count != 1 || !str_equal(resolve->value.at[0].name, target->field))
    return result_error(RESULT_REJECTED, "a decision by value names exactly the one value, of `%.*s`",
                        STR_FMT(target->field));
  if (resolve->value.at[0].kind != target->value_kind)
    return result_error(RESULT_REJECTED, "`%.*s` is %s", STR_FMT(target->field),
                        target->value_kind == VALUE_SET ? "a set: give its members" : "one text, not a set");
  return tickets_check_length(&resolve->value);
}

static struct result check(const struct conflict_resolve *resolve, const struct target *target) {
  bool value = str_is(resolve->choice, "value");
  if (!value && !str_is(resolve->choice, "local") && !str_is(resolve->choice, "external"))
    return result_error(RESULT_REJECTED, "choose local, external or a value");
  if (resolve->actor.length == 0)
    return result_error(RESULT_REJECTED, "a decision needs to say whose it is");
  if (!str_is(target->state, "open"))
    return result_error(RESULT_STALE, "conflict %lld is %.*s already (%.*s); `tandem conflicts show %lld`",
                        (long long)resolve->id, STR_FMT(target->state), STR_FMT(target->decided_by),
                        (long long)resolve->id);
  return value ? check_value(resolve, target) : RESULT_DONE;
}

static struct result mark_decided(struct call *call, const struct conflict_resolve *resolve) {
  struct str value =
      str_is(resolve->choice, "value") ? json_values_text(call->arena, &resolve->value) : (struct str){0};
  return db_query(call->db,
                  "update conflict set state = 'decided', choice = $2, value = $3::text::jsonb, decided_by = $4, "
                  "decided_at = now() where id = $1::bigint",
                  PARAMS(p_i64(resolve->id), p_str(resolve->choice), p_str(value), p_str(resolve->actor)), NULL);
}

/* What was seen before the decision may have moved unseen since: it is applied on a look that begins after it. */
static struct result look_again(struct call *call, const struct target *target) {
  struct rows rows;
  TRY(db_query(call->db,
               "select project_id, kind, external_id from mapping where id = $1::bigint and external_id is not null "
               "and state in ('linked', 'parked')",
               PARAMS(p_i64(target->mapping_id)), &rows));
  if (rows.count == 0 || str_is(target->kind, "deleted_vs_edited"))
    return RESULT_DONE;
  return externals_fetch(call, rows_i64(&rows, 0, "project_id"), rows_str(&rows, 0, "kind"),
                         rows_str(&rows, 0, "external_id"), "decided");
}

static struct result decide_later(struct call *call, const struct conflict_resolve *resolve,
                                  const struct target *target) {
  TRY(mark_decided(call, resolve));
  return look_again(call, target);
}

/* Nothing is written when it is refused. */
static struct result resolve_one(struct call *call, const struct conflict_resolve *resolve) {
  struct target target = {0};
  TRY(load_target(call, resolve->id, &target));
  TRY(check(resolve, &target));
  if (str_is(target.kind, "overwritten") || str_is(target.kind, "undo"))
    TRY(write_conflicts_resolve(call, resolve));
  else
    TRY(decide_later(call, resolve, &target));
  TRY(journal_audit(call, resolve->actor, "conflict.resolve",
                    str_format(call->arena, "conflict/%lld", (long long)resolve->id),
                    str_format(call->arena, "{\"choice\": \"%.*s\"}", STR_FMT(resolve->choice))));
  return journal_plan_mapping(call, target.mapping_id, RANK_EDIT);
}

struct result store_conflict_resolve(struct call *call, const void *request, void *reply) {
  (void)reply;
  return resolve_one(call, request);
}

/* -- many at once -- */

/* What is open about the same field of the same mapping by now. */
static struct result find_successor(struct call *call, int64_t id, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select n.id from conflict c join conflict n on (n.mapping_id, n.field) = (c.mapping_id, c.field) "
               "where c.id = $1::bigint and n.id <> c.id and n.state = 'open' order by n.id desc limit 1",
               PARAMS(p_i64(id)), &rows));
  *out = rows.count ? rows_i64(&rows, 0, "id") : 0;
  return RESULT_DONE;
}

static bool is_refusal(const struct result *result) {
  return result->code == RESULT_STALE || result->code == RESULT_GONE || result->code == RESULT_REJECTED;
}

struct result store_conflict_resolve_many(struct call *call, const void *request, void *reply) {
  enum { MANY = 500 };
  const struct conflict_resolve_many *many = request;
  struct conflict_outcomes *answer = reply;
  size_t count = many->conflicts.count;
  if (count > MANY)
    return result_error(RESULT_REJECTED, "at most %d conflicts at once", MANY);
  if (!str_is(many->choice, "local") && !str_is(many->choice, "external"))
    return result_error(RESULT_REJECTED, "choose local or external");
  struct conflict_outcome *outcomes = ARENA_ARRAY(call->arena, struct conflict_outcome, count);
  for (size_t i = 0; i < count; i++) {
    struct conflict_resolve resolve = {.id = many->conflicts.at[i].id, .choice = many->choice, .actor = many->actor};
    struct result result = resolve_one(call, &resolve);
    if (!result_ok(&result) && !is_refusal(&result))
      return result;
    outcomes[i] = (struct conflict_outcome){.id = resolve.id, .decided = result_ok(&result)};
    if (outcomes[i].decided)
      continue;
    outcomes[i].reason = str_copy(call->arena, str_of(result.message));
    TRY(find_successor(call, resolve.id, &outcomes[i].open_id));
  }
  answer->outcomes.at = outcomes;
  answer->outcomes.count = count;
  return RESULT_DONE;
}
