/* Following projects. */
#include "store/tickets/follow.h"

#include "store/projects/projects.h"

/* Grants, mappings and the planning queue for rows (item_id, project_id, granted_by); a comment goes with its ticket.
 */
#define SPREAD                                                                                                   \
  "granted as (insert into item_grant (item_id, project_id, granted_by) select item_id, project_id, granted_by " \
  "from wanted on conflict do nothing), "                                                                        \
  "mapped as (insert into mapping (project_id, kind, item_id, state) select project_id, 'ticket', item_id, "     \
  "'creating' from wanted on conflict (item_id, project_id) where item_id is not null do nothing "               \
  "returning id, project_id) "                                                                                   \
  "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 1 from mapped"

struct result follow_new(struct call *call, const int64_t *item_ids, const int64_t *project_ids, size_t count) {
  struct rows rows;
  if (count == 0)
    return RESULT_DONE;
  TRY(db_query(call->db,
               "with wanted as materialized (select i.id as item_id, w.project_id, w.granted_by "
               "from unnest($1::bigint[], $2::bigint[]) u(item_id, project_id) "
               "join project_follow w on w.followed_id = u.project_id "
               "join project p on p.id = w.project_id and p.state <> 'removed' "
               "join item i on i.id = u.item_id and i.kind = 'ticket' and i.privacy <> 'local_only' order by i.id, "
               "w.project_id), " SPREAD,
               PARAMS(p_i64s(call->arena, item_ids, count), p_i64s(call->arena, project_ids, count)), &rows));
  if (rows.affected)
    outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return RESULT_DONE;
}

static struct result take_existing(struct call *call, int64_t project_id) {
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "with wanted as materialized (select distinct i.id as item_id, w.project_id, w.granted_by "
                  "from project_follow w join mapping m on m.project_id = w.followed_id and m.kind = 'ticket' "
                  "join item i on i.id = m.item_id and i.privacy <> 'local_only' "
                  "where w.project_id = $1::bigint), " SPREAD,
                  PARAMS(p_i64(project_id)), NULL);
}

static struct result follow_one(struct call *call, int64_t project_id, struct str name, struct str actor,
                                int64_t *out_id) {
  struct project followed;
  TRY(project_named(call, name, &followed));
  if (followed.id == project_id)
    return result_error(RESULT_REJECTED, "a project cannot follow itself");
  *out_id = followed.id;
  return db_query(call->db,
                  "insert into project_follow (project_id, followed_id, granted_by) values ($1::bigint, $2::bigint, "
                  "$3) on conflict do nothing",
                  PARAMS(p_i64(project_id), p_i64(followed.id), p_str(actor.length ? actor : STR("unknown"))), NULL);
}

struct result follow_set(struct call *call, int64_t project_id, const struct str *names, size_t count, struct str actor,
                         bool existing) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++)
    TRY(follow_one(call, project_id, names[i], actor, &ids[i]));
  TRY(db_query(call->db,
               "delete from project_follow where project_id = $1::bigint and followed_id <> all ($2::bigint[])",
               PARAMS(p_i64(project_id), p_i64s(call->arena, ids, count)), NULL));
  return existing && count ? take_existing(call, project_id) : RESULT_DONE;
}
