/* The verb that hands out mappings whose inputs moved, with both sides, the shadow and the settings. */
#include "store/planning/plan_claim.h"

#include "base/log.h"
#include "store/claims/leases.h"
#include "store/conflicts/conflicts.h"
#include "store/observing/externals.h"
#include "store/projects/projects.h"
#include "store/sending/outward.h"
#include "store/sending/usage.h"
#include "store/sessions/sessions.h"
#include "store/tickets/leave_rule.h"
#include "store/tickets/references.h"

enum { CLAIM_MAX = 500 };

#define RULE_OF_MAPPING LEAVE_RULE("m.item_id", "m.project_id")

/* The claim, on one of the views of what may be planned. A row that was queued again while this statement ran is taken
 * with its new generation, though all else is seen as it was when the statement began: so what is to be planned is read
 * by the next statement, which sees at least what that generation stands for. */
#define CLAIM_FROM(view, more)                                                                                      \
  "with wanted as materialized (select mapping_id from " view " where claimed_until <= now() " more                 \
  "order by rank, generation limit $1::bigint), "                                                                   \
  "picked as (select q.mapping_id from wanted join plan_queue q using (mapping_id) where q.claimed_until <= now() " \
  "for update of q skip locked) "                                                                                   \
  "update plan_queue q set claimed_until = now() + $2::bigint * interval '1 millisecond' from picked "              \
  "where q.mapping_id = picked.mapping_id returning q.mapping_id, q.generation, q.rank, q.traceparent"

/* What waits in projects that rest may be very much, and stands before what is to be planned in others. */
#define OF_AWAKE "and project_id not in (select id from project where state in ('paused', 'failed')) "

static struct result claim_plannable(struct call *call, int64_t limit, struct rows *out) {
  return db_query(call->db, CLAIM_FROM("plannable", OF_AWAKE), PARAMS(p_i64(limit), p_i64(lease_length_ms() / 2)), out);
}

static struct result claim_previewable(struct call *call, int64_t limit, struct rows *out) {
  return db_query(call->db, CLAIM_FROM("previewable", ""), PARAMS(p_i64(limit), p_i64(lease_length_ms() / 2)), out);
}

/* Both sides and the shadow of what was claimed. */
static struct result read_claimed(struct call *call, const struct rows *claimed, struct rows *out) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, claimed->count),
          *generations = ARENA_ARRAY(call->arena, int64_t, claimed->count),
          *ranks = ARENA_ARRAY(call->arena, int64_t, claimed->count);
  struct str *traces = ARENA_ARRAY(call->arena, struct str, claimed->count);
  for (size_t row = 0; row < claimed->count; row++) {
    ids[row] = rows_i64(claimed, row, "mapping_id");
    generations[row] = rows_i64(claimed, row, "generation");
    ranks[row] = rows_i64(claimed, row, "rank");
    traces[row] = rows_str(claimed, row, "traceparent");
  }
  return db_query(
      call->db,
      "select c.mapping_id, c.generation, c.traceparent, m.project_id, m.kind, m.item_id is null as unlinked, "
      "m.external_id is null as uncreated, e.fresh, i.fields as local, "
      "case when m.item_id is null and not exists (select from jsonb_array_elements(p.rules) r where "
      "r ->> 'field' = 'body' and r ?| '{direction,table}') then e.fields - 'body' else e.fields end as external, "
      "p.base_url, m.shadow as shadow_external, m.shadow || m.shadow_local as shadow_local, i.times, e.version, "
      "p.clock_ahead_ms, m.item_id is not null and " RULE_OF_MAPPING " is null as withheld, "
      "i.origin_project = m.project_id as origin, i.deleted_at is not null as deleted, "
      "g.note as gone, " OUTWARD_IS_FOREIGN
      " as foreign_words, exists (select from conflict o where o.mapping_id = m.id and o.state in ('open', "
      "'decided') and o.freezes offset 0) as disputed "
      "from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) c(mapping_id, generation, rank, traceparent), "
      "lateral (select * from mapping m where m.id = c.mapping_id offset 0) m "
      "join project p on p.id = m.project_id "
      "left join lateral (select * from item i where i.id = m.item_id offset 0) i on true "
      "left join lateral (select e.fresh, e.fields, e.version from external_item e where (e.project_id, e.kind, "
      "e.external_id) = (m.project_id, m.kind, m.external_id) offset 0) e on true "
      "left join lateral (select g.note from gone_item g where (g.project_id, g.kind, g.external_id) = "
      "(m.project_id, m.kind, m.external_id) and g.sure offset 0) g on true order by c.rank, c.generation",
      PARAMS(p_i64s(call->arena, ids, claimed->count), p_i64s(call->arena, generations, claimed->count),
             p_i64s(call->arena, ranks, claimed->count), p_strs(call->arena, traces, claimed->count)),
      out);
}

/* The tracker tells one time for all fields: the newest change there. On our clock it is comparable with local ones. */
static struct values external_times(struct call *call, const struct values *fields, int64_t changed_ms) {
  if (changed_ms < EXTERNALS_TIME_MIN_MS)
    return (struct values){0};
  struct values_builder times = {.arena = call->arena};
  struct str text = str_format(call->arena, "%lld", (long long)changed_ms);
  for (size_t i = 0; i < fields->count; i++)
    values_put(&times, value_text(fields->at[i].name, text));
  return values_built(&times);
}

static struct result read_case(struct call *call, const struct rows *rows, size_t row, struct plan_case *out) {
  *out = (struct plan_case){
      .mapping_id = rows_i64(rows, row, "mapping_id"),
      .generation = rows_i64(rows, row, "generation"),
      .project_id = rows_i64(rows, row, "project_id"),
      .kind = rows_str(rows, row, "kind"),
      .unlinked = rows_bool(rows, row, "unlinked"),
      .uncreated = rows_bool(rows, row, "uncreated"),
      .withheld = rows_bool(rows, row, "withheld"),
      .fresh = rows_bool(rows, row, "fresh"),
      .origin = rows_bool(rows, row, "origin"),
      .deleted = rows_bool(rows, row, "deleted"),
      .gone = rows_str(rows, row, "gone"),
      .traceparent = rows_str(rows, row, "traceparent"),
  };
  TRY(rows_values(call->arena, rows, row, "local", &out->local));
  TRY(rows_values(call->arena, rows, row, "external", &out->external));
  TRY(rows_values(call->arena, rows, row, "shadow_external", &out->shadow_external));
  TRY(rows_values(call->arena, rows, row, "shadow_local", &out->shadow_local));
  TRY(rows_values(call->arena, rows, row, "times", &out->local_times));
  const struct outward_mapping mapping = {.own_url = rows_str(rows, row, "base_url"),
                                          .is_foreign = rows_bool(rows, row, "foreign_words"),
                                          .local = out->local,
                                          .shadow_local = out->shadow_local};
  out->external = outward_understood(call, &mapping, &out->external);
  out->shadow_external = outward_understood(call, &mapping, &out->shadow_external);
  if (!out->unlinked)
    out->external_times =
        external_times(call, &out->external,
                       usage_corrected_ms(rows_i64(rows, row, "version"), rows_i64(rows, row, "clock_ahead_ms")));
  return RESULT_DONE;
}

static struct result read_cases(struct call *call, const struct rows *rows, size_t count, struct plan_case **out) {
  struct plan_case *cases = ARENA_ARRAY(call->arena, struct plan_case, count);
  bool disputed = false;
  for (size_t i = 0; i < count; i++) {
    TRY(read_case(call, rows, i, &cases[i]));
    disputed |= rows_bool(rows, i, "disputed");
  }
  if (disputed)
    TRY(conflicts_of_cases(call, cases, count));
  *out = cases;
  return references_of_cases(call, cases, count);
}

struct result plan_claim_cases(struct call *call, const struct rows *queued, struct plan_case **out,
                               size_t *out_count) {
  struct rows rows;
  TRY(read_claimed(call, queued, &rows));
  *out_count = rows.count;
  return read_cases(call, &rows, rows.count, out);
}

/* -- as much as a message takes -- */

static const char *const texts[] = {"local", "external", "shadow_local", "shadow_external", NULL};

/* Nobody could take it: it would be handed out for ever, and keep all others waiting. */
static struct result park_unwieldy(struct call *call, const struct rows *rows, size_t row) {
  struct str reason = STR("the texts of both sides together are more than can be compared (20 MB): shorten them, then "
                          "`tandem retry`");
  int64_t mapping_id = rows_i64(rows, row, "mapping_id");
  log_event(LOG_WARNING, "mapping_unwieldy", LOG_I64("mapping", mapping_id));
  TRY(db_query(call->db, "delete from plan_queue where mapping_id = $1::bigint", PARAMS(p_i64(mapping_id)), NULL));
  TRY(db_query(call->db,
               "update mapping set state = 'parked', reason = $2 where id = $1::bigint and state in ('linked', "
               "'parked')",
               PARAMS(p_i64(mapping_id), p_str(reason)), NULL));
  return sessions_may_end(call, rows_i64(rows, row, "project_id"));
}

static struct result give_back(struct call *call, const struct rows *rows, size_t first) {
  size_t count = rows->count - first;
  if (count == 0)
    return RESULT_DONE;
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++)
    ids[i] = rows_i64(rows, first + i, "mapping_id");
  return db_query(call->db, "update plan_queue set claimed_until = '-infinity' where mapping_id = any($1::bigint[])",
                  PARAMS(p_i64s(call->arena, ids, count)), NULL);
}

/* How many of the first claimed ones are handed out; the others may be claimed again at once. An unwieldy one among
 * them ends the page, and is the first one then. */
static struct result fit(struct call *call, const struct rows *rows, size_t *out) {
  enum { CASE_BYTES_MAX = 5 * CONTENT_BYTES_MAX }; /* four times what one side has, and what JSON adds */
  size_t bytes = 0;
  for (size_t i = 0; texts[i]; i++)
    bytes += rows_str(rows, 0, texts[i]).length;
  bool unwieldy = bytes > CASE_BYTES_MAX;
  if (unwieldy)
    TRY(park_unwieldy(call, rows, 0));
  *out = unwieldy ? 0 : rows_fitting(rows, rows->count, texts);
  return give_back(call, rows, *out + unwieldy);
}

static struct result read_projects(struct call *call, const struct plan_case *cases, size_t count,
                                   struct plan_batch *batch) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++)
    ids[i] = cases[i].project_id;
  struct project *projects;
  TRY(projects_of(call, ids, count, &projects, &batch->projects.count));
  batch->projects.at = projects;
  return RESULT_DONE;
}

struct result store_plan_claim(struct call *call, const void *request, void *reply) {
  const struct plan_claim *claim = request;
  struct plan_batch *batch = reply;
  int64_t limit = claim->limit > 0 && claim->limit <= CLAIM_MAX ? claim->limit : 100;
  struct rows claimed, rows;
  struct plan_case *cases;
  TRY(claim->preview ? claim_previewable(call, limit, &claimed) : claim_plannable(call, limit, &claimed));
  if (claimed.count == 0)
    return RESULT_DONE;
  TRY(read_claimed(call, &claimed, &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  TRY(fit(call, &rows, &batch->cases.count));
  batch->waiting = batch->cases.count < rows.count || rows.count == (size_t)limit;
  if (batch->cases.count == 0)
    return RESULT_DONE;
  TRY(read_cases(call, &rows, batch->cases.count, &cases));
  batch->cases.at = cases;
  return read_projects(call, cases, batch->cases.count, batch);
}
