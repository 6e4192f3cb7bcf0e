/* Audit, change log and the planning queue. */
#include "store/tickets/journal.h"

#include "store/security/audit.h"

/* -- audit -- */

/* The row before, the transaction's time, and the detail as the database writes it: what the hash is made of can be
 * read back. */
static struct result prepare_audit(struct call *call, struct str detail, struct str *previous, struct audit_row *row) {
  struct rows rows;
  TRY(db_query(call->db,
               "select (select hash from audit order by id desc limit 1) as hash, "
               "(extract(epoch from now()) * 1000000)::bigint as at_us, $1::text::jsonb::text as detail",
               PARAMS(p_str(detail)), &rows));
  *previous = rows_bytes(call->arena, &rows, 0, "hash");
  row->at_us = rows_i64(&rows, 0, "at_us");
  row->detail = rows_str(&rows, 0, "detail");
  return RESULT_DONE;
}

struct result journal_audit(struct call *call, struct str actor, const char *action, struct str subject,
                            struct str detail) {
  struct audit_row row = {.actor = actor, .action = str_of(action), .subject = subject};
  unsigned char hash[AUDIT_HASH_BYTES];
  struct str previous;
  TRY(prepare_audit(call, str_is_absent(detail) ? STR("{}") : detail, &previous, &row));
  audit_hash(call, &row, previous, hash);
  return db_query(call->db,
                  "insert into audit (actor, action, subject, detail, previous, hash) "
                  "values ($1, $2, $3, $4::text::jsonb, $5, $6)",
                  PARAMS(p_str(actor), p_str(row.action), p_str(subject), p_str(row.detail), p_bytes(previous),
                         p_bytes((struct str){(const char *)hash, sizeof hash})),
                  NULL);
}

/* -- planning queue -- */

struct result journal_plan_mapping(struct call *call, int64_t mapping_id, enum plan_rank rank) {
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "insert into plan_queue (mapping_id, project_id, rank) "
                  "select id, project_id, $2::bigint from mapping where id = $1::bigint and state <> 'ignored' "
                  "on conflict (mapping_id) do update set generation = nextval('plan_generation'), "
                  "rank = least(plan_queue.rank, excluded.rank), claimed_until = '-infinity'",
                  PARAMS(p_i64(mapping_id), p_i64(rank)), NULL);
}

struct result journal_plan_item(struct call *call, int64_t item_id, enum plan_rank rank) {
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "insert into plan_queue (mapping_id, project_id, rank) "
                  "select id, project_id, $2::bigint from mapping where item_id = $1::bigint "
                  "on conflict (mapping_id) do update set generation = nextval('plan_generation'), "
                  "rank = least(plan_queue.rank, excluded.rank), claimed_until = '-infinity'",
                  PARAMS(p_i64(item_id), p_i64(rank)), NULL);
}

struct result journal_plan_project(struct call *call, int64_t project_id) {
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "insert into plan_queue (mapping_id, project_id, rank) "
                  "select id, project_id, case kind when 'ticket' then 1 else 2 end from mapping "
                  "where project_id = $1::bigint and state not in ('gone', 'ignored') "
                  "on conflict (mapping_id) do update set generation = nextval('plan_generation'), "
                  "claimed_until = '-infinity'",
                  PARAMS(p_i64(project_id)), NULL);
}
