/* Translating references between tickets, and waiting for those that cannot be translated yet. */
#include "store/tickets/references.h"

#include "store/tickets/journal.h"
#include "sync/catalogue.h"

/* -- translating -- */

/* The words of several cases, for one query. */
struct words {
  int64_t *cases, *projects, *are_keys;
  struct str *texts;
  size_t count;
};

static size_t most_words(const struct plan_case *cases, size_t count) {
  size_t most = 0;
  for (size_t i = 0; i < count; i++)
    most += cases[i].local.count + cases[i].external.count;
  return most;
}

static void add_words(struct words *words, const struct plan_case *cases, size_t i, bool are_keys) {
  const struct values *fields = are_keys ? &cases[i].local : &cases[i].external;
  for (size_t f = 0; f < fields->count; f++) {
    if (!catalogue_is_reference(fields->at[f].name) || fields->at[f].text.length == 0)
      continue;
    words->cases[words->count] = (int64_t)i;
    words->projects[words->count] = cases[i].project_id;
    words->are_keys[words->count] = are_keys;
    words->texts[words->count++] = fields->at[f].text;
  }
}

static struct result resolve(struct call *call, const struct words *words, struct rows *out) {
  return db_query(
      call->db,
      "select w.at, r.key, r.external_id from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) "
      "w(at, project_id, is_key, word), lateral reference_pair(w.project_id, w.is_key = 1, w.word) r "
      "order by w.at, w.is_key",
      PARAMS(p_i64s(call->arena, words->cases, words->count), p_i64s(call->arena, words->projects, words->count),
             p_i64s(call->arena, words->are_keys, words->count), p_strs(call->arena, words->texts, words->count)),
      out);
}

struct result references_of_cases(struct call *call, struct plan_case *cases, size_t count) {
  size_t most = most_words(cases, count);
  struct words words = {.cases = ARENA_ARRAY(call->arena, int64_t, most),
                        .projects = ARENA_ARRAY(call->arena, int64_t, most),
                        .are_keys = ARENA_ARRAY(call->arena, int64_t, most),
                        .texts = ARENA_ARRAY(call->arena, struct str, most)};
  struct rows rows;
  for (size_t i = 0; i < count; i++) {
    add_words(&words, cases, i, true);
    add_words(&words, cases, i, false);
  }
  if (words.count == 0)
    return RESULT_DONE;
  TRY(resolve(call, &words, &rows));
  struct value_name *pairs = ARENA_ARRAY(call->arena, struct value_name, rows.count);
  for (size_t row = 0; row < rows.count; row++) {
    struct plan_case *c = &cases[rows_i64(&rows, row, "at")];
    pairs[row] = (struct value_name){rows_str(&rows, row, "key"), rows_str(&rows, row, "external_id")};
    if (c->references.count++ == 0)
      c->references.at = &pairs[row];
  }
  return RESULT_DONE;
}

struct result references_local_word(struct call *call, int64_t project_id, struct str external, struct str *out) {
  struct rows rows;
  TRY(db_query(call->db, "select key from reference_pair($1::bigint, false, $2)",
               PARAMS(p_i64(project_id), p_str(external)), &rows));
  *out = rows.count ? rows_str(&rows, 0, "key") : (struct str){0};
  return RESULT_DONE;
}

struct result references_names(struct call *call, const int64_t *projects, const struct str *externals, size_t count,
                               struct str *out) {
  struct rows rows;
  if (count == 0)
    return RESULT_DONE;
  TRY(db_query(call->db,
               "select w.n, coalesce(r.key, e.external_key) as name from unnest($1::bigint[], $2::text[]) with "
               "ordinality w(project_id, word, n) "
               "left join lateral reference_pair(w.project_id, false, w.word) r on true "
               "left join lateral (select external_key from external_item where (project_id, kind, external_id) = "
               "(w.project_id, 'ticket', w.word) offset 0) e on true",
               PARAMS(p_i64s(call->arena, projects, count), p_strs(call->arena, externals, count)), &rows));
  for (size_t row = 0; row < rows.count; row++)
    out[rows_i64(&rows, row, "n") - 1] = rows_str(&rows, row, "name");
  return RESULT_DONE;
}

/* -- waiting -- */

static struct result note_awaited(struct call *call, int64_t mapping_id, const struct words *words, bool *out_mapped) {
  struct rows rows;
  TRY(db_query(call->db,
               "with w as materialized (select m.project_id, u.is_key = 1 as is_key, u.word, m.id as mapping_id, "
               "exists (select from reference_pair(m.project_id, u.is_key = 1, u.word)) as mapped "
               "from mapping m, unnest($2::bigint[], $3::text[]) u(is_key, word) where m.id = $1::bigint), "
               "noted as (insert into awaited_reference (project_id, is_key, word, mapping_id) "
               "select project_id, is_key, word, mapping_id from w where not mapped on conflict do nothing) "
               "select from w where mapped",
               PARAMS(p_i64(mapping_id), p_i64s(call->arena, words->are_keys, words->count),
                      p_strs(call->arena, words->texts, words->count)),
               &rows));
  *out_mapped = rows.count > 0;
  return RESULT_DONE;
}

struct result references_await(struct call *call, const struct plan_outcome *outcome) {
  size_t count = outcome->awaits.count;
  struct words words = {.are_keys = ARENA_ARRAY(call->arena, int64_t, count),
                        .texts = ARENA_ARRAY(call->arena, struct str, count),
                        .count = count};
  bool mapped;
  if (count == 0)
    return RESULT_DONE;
  for (size_t i = 0; i < count; i++) {
    const struct value_name *name = &outcome->awaits.at[i];
    words.are_keys[i] = name->local.length > 0;
    words.texts[i] = name->local.length ? name->local : name->external;
  }
  TRY(note_awaited(call, outcome->mapping_id, &words, &mapped));
  return mapped ? journal_plan_mapping(call, outcome->mapping_id, RANK_TICKET) : RESULT_DONE;
}

struct result references_mapped(struct call *call, const int64_t *item_ids, size_t count) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "with known as (select m.project_id, m.external_id, i.id as item_id, i.number from unnest(case when exists "
      "(select from awaited_reference) then $1::bigint[] end) w(id), "
      "lateral (select i.id, i.number from item i where i.id = w.id and i.kind = 'ticket' offset 0) i, "
      "lateral (select m.project_id, m.external_id from mapping m where m.item_id = w.id and m.external_id is not null "
      "offset 0) m), "
      "words as (select project_id, true as is_key, 'T-' || number as word from known "
      "union all select project_id, false, external_id from known "
      "union all select known.project_id, true, 'T-' || k.number from known join item k on k.merged_into = item_id), "
      "freed as (delete from awaited_reference a using words w where (a.project_id, a.is_key, a.word) = "
      "(w.project_id, w.is_key, w.word) returning a.mapping_id, a.project_id) "
      "insert into plan_queue (mapping_id, project_id, rank) select distinct mapping_id, project_id, 1 from freed "
      "on conflict (mapping_id) do update set generation = nextval('plan_generation'), claimed_until = '-infinity'",
      PARAMS(p_i64s(call->arena, item_ids, count)), &rows));
  if (rows.affected)
    outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return RESULT_DONE;
}
