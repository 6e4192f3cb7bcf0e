/* Counting what webhooks told and what they did not. */
#include "store/webhooks/hook_changes.h"

#include "store/webhooks/polling.h"

#define GRACE "1 minute"
#define KEPT "1 day"

/* -- what came -- */

struct result hook_changes_told(struct call *call, int64_t project_id, const struct observation *at, size_t count) {
  struct str *kinds = ARENA_ARRAY(call->arena, struct str, count), *ids = ARENA_ARRAY(call->arena, struct str, count);
  int64_t *versions = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++) {
    kinds[i] = at[i].kind;
    ids[i] = at[i].external_id;
    versions[i] = at[i].version;
  }
  if (count == 0)
    return RESULT_DONE;
  return db_query(call->db,
                  "insert into hook_change as c (project_id, kind, external_id, told_version, told_at) "
                  "select $1::bigint, i.kind, i.external_id, max(i.version), now() "
                  "from unnest($2::text[], $3::text[], $4::bigint[]) i(kind, external_id, version) group by 2, 3 "
                  "on conflict (project_id, kind, external_id) do update set told_at = now(), "
                  "told_version = greatest(c.told_version, excluded.told_version)",
                  PARAMS(p_i64(project_id), p_strs(call->arena, kinds, count), p_strs(call->arena, ids, count),
                         p_i64s(call->arena, versions, count)),
                  NULL);
}

/* The first import was told by nobody, and a project without a secret takes no webhooks. */
#define COUNTED                                                                                                       \
  "exists (select from project p where p.id = $1::bigint and p.webhook_credential is not null and p.last_sync_at is " \
  "not null)"

struct result hook_changes_polled(struct call *call, int64_t project_id, const struct shown_changes *news) {
  if (news->count == 0)
    return RESULT_DONE;
  return db_query(
      call->db,
      "insert into hook_change as c (project_id, kind, external_id, polled_version, polled_at) "
      "select $1::bigint, i.kind, i.external_id, i.version, now() "
      "from unnest($2::text[], $3::text[], $4::bigint[]) i(kind, external_id, version) where " COUNTED
      " on conflict (project_id, kind, external_id) do update set polled_version = excluded.polled_version, "
      "polled_at = coalesce(c.polled_at, now())",
      PARAMS(p_i64(project_id), p_strs(call->arena, news->kinds, news->count),
             p_strs(call->arena, news->external_ids, news->count), p_i64s(call->arena, news->versions, news->count)),
      NULL);
}

struct result hook_changes_met(struct call *call, int64_t project_id, const struct observation *at, size_t count) {
  struct str *kinds = ARENA_ARRAY(call->arena, struct str, count), *ids = ARENA_ARRAY(call->arena, struct str, count);
  int64_t *versions = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++) {
    kinds[i] = at[i].kind;
    ids[i] = at[i].external_id;
    versions[i] = at[i].version;
  }
  return db_query(
      call->db,
      "with met as (delete from hook_change c using unnest($2::text[], $3::text[], $4::bigint[]) i(kind, external_id, "
      "version) where (c.project_id, c.kind, c.external_id) = ($1::bigint, i.kind, i.external_id) "
      "and c.polled_at is null and (c.told_version >= i.version or c.told_version = 0) returning 1) "
      "update project_hook set told = told + (select count(*) from met) where project_id = $1::bigint",
      PARAMS(p_i64(project_id), p_strs(call->arena, kinds, count), p_strs(call->arena, ids, count),
             p_i64s(call->arena, versions, count)),
      NULL);
}

struct result hook_changes_gone(struct call *call, int64_t project_id, const struct observation *seen) {
  return db_query(
      call->db,
      "insert into hook_change as c (project_id, kind, external_id, polled_version, polled_at, told_version, "
      "told_at) select project_id, kind, external_id, 0, now() - interval '" GRACE "', "
      "case when told_at is not null then 0 end, told_at "
      "from gone_item where (project_id, kind, external_id) = ($1::bigint, $2, $3) and " COUNTED
      " on conflict (project_id, kind, external_id) do update set polled_version = 0, "
      "polled_at = excluded.polled_at",
      PARAMS(p_i64(project_id), p_str(seen->kind), p_str(seen->external_id)), NULL);
}

/* -- judging -- */

/* What deliveries tell of a webhook that should work. */
static struct result read_deliveries(struct call *call, int64_t project_id, struct polling *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select not exists (select from failed_delivery where project_id = $1::bigint) as works, (select "
               "count(*) from hook_change where project_id = $1 and polled_at is not null) as undecided",
               PARAMS(p_i64(project_id)), &rows));
  out->hook_works = rows_bool(&rows, 0, "works");
  out->undecided = rows_i64(&rows, 0, "undecided");
  return RESULT_DONE;
}

static struct result read_polling(struct call *call, int64_t project_id, struct polling *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select p.poll_interval_s, coalesce(h.poll_s, 0) as now_s, p.webhook_credential is not null "
               "and h.project_id is not null and coalesce(h.expires_at > now(), true) "
               "and (h.state = 'active' or h.last_delivery_at > now() - interval '1 day') "
               "and coalesce(h.refused_at < now() - interval '1 hour', true) as works "
               "from project p left join project_hook h on h.project_id = p.id where p.id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  *out = (struct polling){.project_s = rows_i64(&rows, 0, "poll_interval_s"), .now_s = rows_i64(&rows, 0, "now_s")};
  return rows_bool(&rows, 0, "works") ? read_deliveries(call, project_id, out) : RESULT_DONE;
}

struct result hook_changes_next_poll(struct call *call, int64_t project_id, int64_t *out_s) {
  struct polling polling;
  TRY(read_polling(call, project_id, &polling));
  *out_s = polling_next_s(&polling);
  if (*out_s == polling.now_s)
    return RESULT_DONE;
  return db_query(call->db, "update project_hook set poll_s = $2::bigint where project_id = $1::bigint",
                  PARAMS(p_i64(project_id), p_i64(*out_s)), NULL);
}

/* What was missed may be the first of more: the next poll is soon, and so is a look at the webhook. */
static struct result answer_miss(struct call *call, int64_t project_id, int64_t missed) {
  struct polling polling;
  TRY(read_polling(call, project_id, &polling));
  polling.missed = missed;
  int64_t next_s = polling_next_s(&polling);
  TRY(db_query(call->db,
               "update project_hook set poll_s = $2::bigint, due_at = least(due_at, now()) "
               "where project_id = $1::bigint",
               PARAMS(p_i64(project_id), p_i64(next_s)), NULL));
  return db_query(call->db,
                  "update project set next_sync_at = least(next_sync_at, now() + $2::bigint * interval '1 second') "
                  "where id = $1::bigint",
                  PARAMS(p_i64(project_id), p_i64(next_s)), NULL);
}

/* Deliveries that are still to be read may tell of it. */
static struct result count_ripe(struct call *call, struct rows *out) {
  return db_query(
      call->db,
      "with ripe as (delete from hook_change c where c.polled_at <= now() - interval '" GRACE "' and not exists "
      "(select from delivery d where d.project_id = c.project_id and d.state = 'pending') returning c.project_id, "
      "coalesce(c.told_version >= c.polled_version or c.told_version = 0, false) as told), "
      "counts as (select project_id, count(*) filter (where told) as told, count(*) filter (where not told) as missed "
      "from ripe group by project_id) "
      "update project_hook h set told = h.told + c.told, missed = h.missed + c.missed, "
      "last_missed_at = case when c.missed > 0 then now() else h.last_missed_at end from counts c "
      "where h.project_id = c.project_id returning h.project_id, c.missed",
      NO_PARAMS, out);
}

struct result hook_changes_judge(struct call *call) {
  struct rows rows;
  TRY(count_ripe(call, &rows));
  for (size_t i = 0; i < rows.count; i++)
    if (rows_i64(&rows, i, "missed") > 0)
      TRY(answer_miss(call, rows_i64(&rows, i, "project_id"), rows_i64(&rows, i, "missed")));
  return db_query(call->db, "delete from hook_change where polled_at is null and told_at < now() - interval '" KEPT "'",
                  NO_PARAMS, NULL);
}
