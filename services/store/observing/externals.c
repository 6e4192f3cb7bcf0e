/* Recording observations: classified in C against what is known, written in sets. */
#include "store/observing/externals.h"

#include <stdlib.h>

#include "base/json.h"
#include "store/observing/adopt.h"
#include "store/observing/gone.h"
#include "store/observing/restricted.h"
#include "store/observing/sightings.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_changes.h"

struct known {
  bool exists, awaited;  /* awaited: it stands in the fetch queue */
  bool gone, maybe_gone; /* a fetch said so, or only a webhook */
  bool restricted;
  int64_t version, mapping_id;
  struct str hash;
};

enum verdict { VERDICT_NEW, VERDICT_CHANGED, VERDICT_TOUCHED, VERDICT_UNCHANGED, VERDICT_REFETCH, VERDICT_OLDER };

/* Sets of keys are looked up one by one (lateral, offset 0; or by the row's place, ctid): without statistics, as in a
 * table that has just been filled, the planner would rather walk all rows of the project for each set. */

/* -- what is known -- */

static struct result read_known(struct call *call, int64_t project_id, const struct observation *at, size_t count,
                                struct known *out) {
  struct str *kinds = ARENA_ARRAY(call->arena, struct str, count), *ids = ARENA_ARRAY(call->arena, struct str, count);
  for (size_t i = 0; i < count; i++) {
    kinds[i] = at[i].kind;
    ids[i] = at[i].external_id;
  }
  struct rows rows;
  TRY(db_query(
      call->db,
      "select i.n, e.version, e.hash, e.restricted, m.id as mapping_id, f.found is not null as awaited, "
      "g.gone, g.found is not null as maybe_gone "
      "from unnest($2::text[], $3::text[]) with ordinality i(kind, external_id, n) "
      "cross join lateral (select version, hash, restricted from external_item where (project_id, kind, external_id) = "
      "($1::bigint, i.kind, i.external_id) offset 0) e "
      "left join lateral (select id from mapping where (project_id, kind, external_id) = "
      "($1::bigint, i.kind, i.external_id) offset 0) m on true "
      "left join lateral (select true as found from fetch_queue where (project_id, kind, external_id) = "
      "($1::bigint, i.kind, i.external_id) offset 0) f on true "
      "left join lateral (select true as found, gone is not null as gone from gone_item where (project_id, "
      "kind, external_id) = ($1::bigint, i.kind, i.external_id) offset 0) g on true",
      PARAMS(p_i64(project_id), p_strs(call->arena, kinds, count), p_strs(call->arena, ids, count)), &rows));
  for (size_t row = 0; row < rows.count; row++) {
    struct known *known = &out[rows_i64(&rows, row, "n") - 1];
    known->exists = true;
    known->version = rows_i64(&rows, row, "version");
    known->hash = rows_bytes(call->arena, &rows, row, "hash");
    known->mapping_id = rows_i64(&rows, row, "mapping_id");
    known->awaited = rows_bool(&rows, row, "awaited");
    known->gone = rows_bool(&rows, row, "gone");
    known->maybe_gone = rows_bool(&rows, row, "maybe_gone");
    known->restricted = rows_bool(&rows, row, "restricted");
  }
  return RESULT_DONE;
}

static enum verdict judge(const struct known *known, const struct observation *seen, enum source source) {
  if (!known->exists)
    return VERDICT_NEW;
  bool same = str_equal(known->hash, seen->hash);
  if (seen->version < known->version)
    return VERDICT_OLDER;
  if (source == SOURCE_FRESH)
    return same ? VERDICT_TOUCHED : VERDICT_CHANGED;
  if (seen->version > known->version)
    return same ? VERDICT_TOUCHED : VERDICT_CHANGED;
  return same ? VERDICT_UNCHANGED : VERDICT_REFETCH;
}

/* -- writing -- */

/* The columns of a set of observations, for unnest. */
struct columns {
  size_t count;
  struct str *kind, *external_id, *parent, *key, *url, *author, *hash, *etag, *fields, *extra;
  int64_t *version, *restricted;
};

static struct columns columns_new(struct arena *arena, size_t capacity) {
  struct columns c = {0};
  struct str **texts[] = {&c.kind,   &c.external_id, &c.parent, &c.key,    &c.url,
                          &c.author, &c.hash,        &c.etag,   &c.fields, &c.extra};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    *texts[i] = ARENA_ARRAY(arena, struct str, capacity);
  c.version = ARENA_ARRAY(arena, int64_t, capacity);
  c.restricted = ARENA_ARRAY(arena, int64_t, capacity);
  return c;
}

static struct str or_empty(struct str text) {
  return str_is_absent(text) ? STR("") : text;
}

static void columns_add(struct arena *arena, struct columns *c, const struct observation *seen) {
  size_t i = c->count++;
  c->kind[i] = seen->kind;
  c->external_id[i] = seen->external_id;
  c->parent[i] = seen->parent_external_id;
  c->key[i] = or_empty(seen->external_key);
  c->url[i] = or_empty(seen->url);
  c->author[i] = or_empty(seen->author);
  c->version[i] = seen->version;
  c->restricted[i] = seen->restricted;
  c->hash[i] = or_empty(seen->hash);
  c->etag[i] = seen->etag;
  c->fields[i] = json_values_text(arena, &seen->fields);
  c->extra[i] = json_values_text(arena, &seen->extra);
}

#define COLUMN_PARAMS(c)                                                                                \
  p_strs(call->arena, (c)->kind, (c)->count), p_strs(call->arena, (c)->external_id, (c)->count),        \
      p_strs(call->arena, (c)->parent, (c)->count), p_strs(call->arena, (c)->key, (c)->count),          \
      p_strs(call->arena, (c)->url, (c)->count), p_strs(call->arena, (c)->author, (c)->count),          \
      p_i64s(call->arena, (c)->version, (c)->count), p_bytes_array(call->arena, (c)->hash, (c)->count), \
      p_strs(call->arena, (c)->etag, (c)->count), p_strs(call->arena, (c)->fields, (c)->count),         \
      p_strs(call->arena, (c)->extra, (c)->count), p_i64s(call->arena, (c)->restricted, (c)->count)
#define COLUMN_UNNEST                                                                                              \
  "unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bytea[], "    \
  "$11::text[], $12::text[], $13::text[], $14::bigint[]) i(kind, external_id, parent, key, url, author, version, " \
  "hash, etag, fields, extra, restricted)"

/* The same with the place of each row that is there already. */
#define COLUMN_PLACES                                                                               \
  "(select i.*, (select x.ctid from external_item x where (x.project_id, x.kind, x.external_id) = " \
  "($1::bigint, i.kind, i.external_id)) as place from " COLUMN_UNNEST " offset 0) i"

/* New items: the cache, a mapping without a local side, and a place in the planning queue. */
static struct result insert_new(struct call *call, int64_t project_id, bool fresh, const struct columns *c) {
  if (c->count == 0)
    return RESULT_DONE;
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(
      call->db,
      "with seen as (insert into external_item (project_id, kind, external_id, parent_external_id, external_key, url, "
      "author, version, hash, etag, fields, extra, restricted, fresh) select $1::bigint, kind, external_id, parent, "
      "key, "
      "url, author, version, hash, etag, fields::jsonb, extra::jsonb, restricted <> 0, $2::boolean from " COLUMN_UNNEST
      " returning project_id, kind, external_id), "
      "mapped as (insert into mapping (project_id, kind, external_id) select project_id, kind, external_id from seen "
      "on conflict (project_id, kind, external_id) do update set state = mapping.state returning id, project_id, kind) "
      "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, case kind when 'ticket' then 1 "
      "else 2 end from mapped on conflict (mapping_id) do update set generation = nextval('plan_generation'), "
      "claimed_until = '-infinity'",
      PARAMS(p_i64(project_id), p_bool(fresh), COLUMN_PARAMS(c)), NULL);
}

/* Known items with other content: the cache moves, the mapping is to be planned. */
static struct result update_changed(struct call *call, int64_t project_id, bool fresh, const struct columns *c) {
  if (c->count == 0)
    return RESULT_DONE;
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(
      call->db,
      "with moved as (update external_item e set external_key = i.key, url = i.url, author = i.author, "
      "version = i.version, hash = i.hash, etag = i.etag, fields = i.fields::jsonb, extra = i.extra::jsonb, "
      "restricted = i.restricted <> 0, fresh = $2::boolean, observed_at = now() from " COLUMN_PLACES
      " where e.ctid = i.place returning e.kind, e.external_id) "
      "insert into plan_queue (mapping_id, project_id, rank) select m.id, m.project_id, case m.kind when 'ticket' "
      "then 1 else 2 end from moved join mapping m on (m.project_id, m.kind, m.external_id) = "
      "($1::bigint, moved.kind, moved.external_id) where m.state <> 'ignored' "
      "on conflict (mapping_id) do update set generation = nextval('plan_generation'), claimed_until = '-infinity'",
      PARAMS(p_i64(project_id), p_bool(fresh), COLUMN_PARAMS(c)), NULL);
}

/* Same content, newer version: the version is known now. A fetch also makes the cache fresh. */
static struct result touch(struct call *call, int64_t project_id, bool fresh, const struct columns *c) {
  if (c->count == 0)
    return RESULT_DONE;
  return db_query(
      call->db,
      "update external_item e set version = i.version, etag = coalesce(i.etag, e.etag), extra = i.extra::jsonb, "
      "restricted = i.restricted <> 0, fresh = e.fresh or $2::boolean, observed_at = now() from " COLUMN_PLACES
      " where e.ctid = i.place",
      PARAMS(p_i64(project_id), p_bool(fresh), COLUMN_PARAMS(c)), NULL);
}

/* -- single items -- */

/* A second look at what is gone waits for minutes, and no session waits for it; somebody who asks for one now is waited
 * for. */
struct result externals_fetch(struct call *call, int64_t project_id, struct str kind, struct str external_id,
                              const char *reason) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into fetch_queue (project_id, kind, external_id, reason) values ($1::bigint, $2, $3, $4) "
               "on conflict (project_id, kind, external_id) do update set next_at = now(), "
               "attempts = case when fetch_queue.reason = 'gone' then 0 else fetch_queue.attempts end",
               PARAMS(p_i64(project_id), p_str(kind), p_str(external_id), p_str(str_of(reason))), NULL));
  TRY(db_query(call->db, "select system from project where id = $1::bigint", PARAMS(p_i64(project_id)), &rows));
  outbox_ring(call->outbox, BELL_WORK, rows_str(&rows, 0, "system"));
  return RESULT_DONE;
}

/* It could be read: what waited for the look is planned, and what was parked because of it goes on. */
static struct result settle_fetch(struct call *call, int64_t project_id, const struct observation *seen) {
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "with readable as (update mapping set state = 'linked', reason = null where project_id = $1::bigint "
                  "and kind = $2 and external_id = $3 and state = 'parked') "
                  "delete from fetch_queue where project_id = $1::bigint and kind = $2 and external_id = $3 "
                  "and " ASKED_BEFORE_THE_LOOK,
                  PARAMS(p_i64(project_id), p_str(seen->kind), p_str(seen->external_id)), NULL);
}

/* -- recording -- */

struct sorted {
  struct columns created, changed, touched;
};

/* A webhook does not tell whether an author is us. What carries a marker may be our own creation, on its way to its
 * receipt: then a fetch tells, and it is adopted instead of imported. */
static bool may_be_ours(const struct observation *seen, enum source source) {
  return source == SOURCE_WEBHOOK && seen->marker.length && !seen->author_is_self;
}

/* A webhook that only points at something: what it is, a fetch tells. */
static bool is_hint(const struct observation *seen, enum source source) {
  return source == SOURCE_WEBHOOK && seen->fields.count == 0;
}

static struct result sort_one(struct call *call, int64_t project_id, const struct observation *seen,
                              const struct known *known, enum source source, struct sorted *sorted,
                              struct taken *taken) {
  enum verdict verdict = judge(known, seen, source);
  if (is_hint(seen, source)) {
    taken->refetch++;
    return externals_fetch(call, project_id, seen->kind, seen->external_id, "hint");
  }
  if (verdict == VERDICT_NEW && may_be_ours(seen, source)) {
    taken->refetch++;
    return externals_fetch(call, project_id, seen->kind, seen->external_id, "author");
  }
  if (verdict == VERDICT_NEW) {
    bool adopted;
    TRY(adopt_by_marker(call, project_id, seen, &adopted));
    taken->taken++;
    if (!adopted)
      columns_add(call->arena, &sorted->created, seen);
  } else if (verdict == VERDICT_CHANGED) {
    taken->taken++;
    columns_add(call->arena, &sorted->changed, seen);
  } else if (verdict == VERDICT_TOUCHED) {
    taken->unchanged++;
    columns_add(call->arena, &sorted->touched, seen);
    if (known->awaited && known->mapping_id)
      TRY(journal_plan_mapping(call, known->mapping_id, RANK_TICKET));
  } else if (verdict == VERDICT_REFETCH || (verdict == VERDICT_OLDER && source == SOURCE_FRESH)) {
    taken->refetch++;
    return externals_fetch(call, project_id, seen->kind, seen->external_id, "version");
  } else {
    taken->unchanged++;
  }
  bool awaited = known->awaited || !known->exists;
  return awaited && source == SOURCE_FRESH ? settle_fetch(call, project_id, seen) : RESULT_DONE;
}

/* Before anything is fetched or planned: until then it might leave. What is older tells of a time that is over. */
static bool becomes_restricted(const struct observation *seen, const struct known *known) {
  return seen->restricted && known->exists && !known->restricted && seen->version >= known->version;
}

/* What was gone and is shown again, a fetch has to show: lists and webhooks may be late. */
static struct result record_there(struct call *call, int64_t project_id, const struct observation *seen,
                                  const struct known *known, enum source source, struct sorted *sorted,
                                  struct taken *taken) {
  if (becomes_restricted(seen, known))
    TRY(restricted_begin(call, project_id, seen));
  if (known->gone && source != SOURCE_FRESH) {
    taken->refetch++;
    return externals_fetch(call, project_id, seen->kind, seen->external_id, "there again");
  }
  TRY(sort_one(call, project_id, seen, known, source, sorted, taken));
  return known->maybe_gone && source == SOURCE_FRESH ? gone_no_more(call, project_id, seen) : RESULT_DONE;
}

/* What nobody had told of. */
static struct result note_news(struct call *call, int64_t project_id, const struct sorted *sorted) {
  const struct columns *sets[] = {&sorted->created, &sorted->changed};
  for (size_t i = 0; i < 2; i++) {
    struct shown_changes news = {sets[i]->kind, sets[i]->external_id, sets[i]->version, sets[i]->count};
    TRY(hook_changes_polled(call, project_id, &news));
  }
  return RESULT_DONE;
}

struct result externals_record(struct call *call, int64_t project_id, enum source source,
                               const struct observation *observations, size_t count, struct taken *out) {
  if (count == 0)
    return RESULT_DONE;
  struct known *known = ARENA_ARRAY(call->arena, struct known, count);
  struct sorted sorted = {columns_new(call->arena, count), columns_new(call->arena, count),
                          columns_new(call->arena, count)};
  TRY(read_known(call, project_id, observations, count, known));
  for (size_t i = 0; i < count; i++) {
    const struct observation *seen = &observations[i];
    if (!sightings_count(observations, count, i))
      continue;
    if (seen->gone.length)
      TRY(source == SOURCE_FRESH ? gone_seen(call, project_id, seen) : gone_told(call, project_id, seen));
    else
      TRY(record_there(call, project_id, seen, &known[i], source, &sorted, out));
    if (!seen->gone.length && sightings_differ(observations, count, i))
      TRY(externals_fetch(call, project_id, seen->kind, seen->external_id, "version"));
  }
  bool fresh = source == SOURCE_FRESH;
  if (source == SOURCE_LIST)
    TRY(note_news(call, project_id, &sorted));
  TRY(insert_new(call, project_id, fresh, &sorted.created));
  TRY(update_changed(call, project_id, fresh, &sorted.changed));
  return touch(call, project_id, fresh, &sorted.touched);
}

struct result externals_record_written(struct call *call, int64_t project_id, const struct observation *observation) {
  struct columns c = columns_new(call->arena, 1);
  columns_add(call->arena, &c, observation);
  if (observation->restricted)
    TRY(restricted_begin(call, project_id, observation));
  return db_query(
      call->db,
      "insert into external_item as e (project_id, kind, external_id, parent_external_id, external_key, url, author, "
      "version, hash, etag, fields, extra, restricted, fresh) select $1::bigint, kind, external_id, parent, key, url, "
      "author, version, hash, etag, fields::jsonb, extra::jsonb, restricted <> 0, $2::boolean from " COLUMN_UNNEST
      " on conflict (project_id, kind, external_id) do update set external_key = excluded.external_key, "
      "url = excluded.url, version = excluded.version, hash = excluded.hash, etag = excluded.etag, "
      "fields = excluded.fields, extra = excluded.extra, restricted = excluded.restricted, fresh = true, observed_at = "
      "now() "
      "where excluded.version >= e.version",
      PARAMS(p_i64(project_id), p_bool(true), COLUMN_PARAMS(&c)), NULL);
}
