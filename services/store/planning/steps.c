/* Noting steps, and reading what they rest on. */
#include "store/planning/steps.h"

#include "base/json.h"
#include "store/planning/inputs.h"
#include "store/planning/plan_claim.h"

/* -- inputs -- */

/* As rows of the planning queue, whether or not they stand in it. */
static struct result select_mappings(struct call *call, const int64_t *ids, size_t count, struct rows *out) {
  return db_query(
      call->db,
      "select m.id as mapping_id, 0::bigint as generation, 0 as rank, null::text as traceparent, "
      "jsonb_build_array(m.state, m.item_id, m.external_id, i.parent_id, e.parent_external_id)::text as place, "
      "p.strategy = 'newest_wins' or exists (select from jsonb_array_elements(p.rules) r where r ->> 'strategy' = "
      "'newest_wins') as by_time from unnest($1::bigint[]) w(id), "
      "lateral (select * from mapping m where m.id = w.id offset 0) m join project p on p.id = m.project_id "
      "left join lateral (select i.parent_id from item i where i.id = m.item_id offset 0) i on true "
      "left join lateral (select e.parent_external_id from external_item e where (e.project_id, e.kind, "
      "e.external_id) = (m.project_id, m.kind, m.external_id) offset 0) e on true",
      PARAMS(p_i64s(call->arena, ids, count)), out);
}

static const struct plan_case *case_of(const struct plan_case *cases, size_t count, int64_t mapping_id) {
  for (size_t i = 0; i < count; i++)
    if (cases[i].mapping_id == mapping_id)
      return &cases[i];
  return NULL;
}

static size_t row_of(const struct rows *rows, int64_t mapping_id) {
  size_t row = 0;
  while (row < rows->count && rows_i64(rows, row, "mapping_id") != mapping_id)
    row++;
  return row;
}

struct result steps_inputs(struct call *call, const int64_t *mapping_ids, size_t count, struct step_inputs *out) {
  struct rows mappings;
  struct plan_case *cases;
  size_t case_count;
  TRY(select_mappings(call, mapping_ids, count, &mappings));
  TRY(plan_claim_cases(call, &mappings, &cases, &case_count));
  for (size_t i = 0; i < count; i++) {
    const struct plan_case *seen = case_of(cases, case_count, mapping_ids[i]);
    size_t row = row_of(&mappings, mapping_ids[i]);
    out[i] = (struct step_inputs){.seen = seen};
    if (!seen)
      continue;
    struct inputs_about about = {rows_str(&mappings, row, "place"), rows_bool(&mappings, row, "by_time")};
    out[i].text = inputs_text(call->arena, seen, &about);
  }
  return RESULT_DONE;
}

/* -- noting -- */

static struct result insert_steps(struct call *call, const struct plan_outcome *const *outcomes, const int64_t *ids,
                                  const struct step_inputs *inputs, size_t count) {
  int64_t *generations = ARENA_ARRAY(call->arena, int64_t, count), *versions = ARENA_ARRAY(call->arena, int64_t, count);
  struct str *texts = ARENA_ARRAY(call->arena, struct str, count), *seen = ARENA_ARRAY(call->arena, struct str, count);
  for (size_t i = 0; i < count; i++) {
    generations[i] = outcomes[i]->generation;
    versions[i] = outcomes[i]->settings_version;
    texts[i] = json_record_text(call->arena, &record_plan_outcome, outcomes[i], false);
    seen[i] = inputs[i].seen ? inputs[i].text : STR("{}");
  }
  return db_query(
      call->db,
      "insert into sync_plan_step (session_id, mapping_id, generation, settings_version, outcome, inputs) "
      "select p.preview_session, m.id, o.generation, o.version, o.outcome, o.inputs::jsonb from unnest($1::bigint[], "
      "$2::bigint[], $3::bigint[], $4::text[], $5::text[]) o(id, generation, version, outcome, inputs), "
      "lateral (select m.id, m.project_id from mapping m where m.id = o.id offset 0) m join project p on p.id = "
      "m.project_id where p.preview_session is not null on conflict (session_id, mapping_id) do update set generation "
      "= excluded.generation, settings_version = excluded.settings_version, outcome = excluded.outcome, inputs = "
      "excluded.inputs",
      PARAMS(p_i64s(call->arena, ids, count), p_i64s(call->arena, generations, count),
             p_i64s(call->arena, versions, count), p_strs(call->arena, texts, count), p_strs(call->arena, seen, count)),
      NULL);
}

struct result steps_note(struct call *call, const struct plan_outcome *const *outcomes, size_t count) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count);
  struct step_inputs *inputs = ARENA_ARRAY(call->arena, struct step_inputs, count);
  if (count == 0)
    return RESULT_DONE;
  for (size_t i = 0; i < count; i++)
    ids[i] = outcomes[i]->mapping_id;
  TRY(steps_inputs(call, ids, count, inputs));
  return insert_steps(call, outcomes, ids, inputs, count);
}
