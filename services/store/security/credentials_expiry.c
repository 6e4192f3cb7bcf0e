/* When credentials end, and telling so before. */
#include "base/shell.h"
#include "store/security/credentials.h"
#include "store/tickets/journal.h"

struct str credentials_mend(struct arena *arena, struct str name, struct str kind) {
  return str_format(arena, "tandem credentials %s %.*s", str_is(kind, "oauth") ? "login" : "rotate",
                    STR_FMT(shell_word(arena, name)));
}

struct result store_credential_expiry(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_expiry *expiry = request;
  struct rows rows;
  TRY(db_query(call->db,
               "update credential set expires_told_days = null, expires_at = case when $2::bigint > 0 then "
               "to_timestamp($2 / 1000.0) end where name = $1",
               PARAMS(p_str(expiry->name), p_i64(expiry->expires_ms)), &rows));
  if (rows.affected == 0)
    return result_error(RESULT_GONE, "there is no credential \"%.*s\"; `tandem credentials list` shows all",
                        STR_FMT(expiry->name));
  return journal_audit(call, expiry->actor, "credential.expiry", expiry->name, (struct str){0});
}

struct result credentials_note_expiry(struct call *call, int64_t project_id, int64_t expires_ms) {
  return db_query(call->db,
                  "update credential c set expires_at = to_timestamp($2::bigint / 1000.0), expires_told_days = null "
                  "from project p where p.id = $1::bigint and c.name = p.credential "
                  "and c.expires_at is distinct from to_timestamp($2 / 1000.0)",
                  PARAMS(p_i64(project_id), p_i64(expires_ms)), NULL);
}

/* -- telling -- */

static struct result tell(struct call *call, const struct rows *rows, size_t row) {
  struct str name = rows_str(rows, row, "name");
  struct rows users;
  TRY(db_query(call->db, "select name from project where state <> 'removed' and credential = $1 order by name",
               PARAMS(p_str(name)), &users));
  struct str *projects = ARENA_ARRAY(call->arena, struct str, users.count);
  for (size_t i = 0; i < users.count; i++)
    projects[i] = rows_str(&users, i, "name");
  struct event_credential data = {.credential = name,
                                  .system = rows_str(rows, row, "system"),
                                  .projects = {projects, users.count},
                                  .expires_ms = rows_i64(rows, row, "expires_ms"),
                                  .next_step = credentials_mend(call->arena, name, rows_str(rows, row, "kind"))};
  struct str subject = str_format(call->arena, "credential/%.*s", STR_FMT(name));
  outbox_add(call->outbox, EVENT_CREDENTIAL_EXPIRING, subject, subject, &data);
  return RESULT_DONE;
}

struct result credentials_tell_expiry(struct call *call) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "update credential c set expires_told_days = d.days from (select name, (select min(days) from "
      "unnest(array[0, 1, 3, 7, 14]) days where expires_at <= now() + days * interval '1 day') as days "
      "from credential where expires_at <= now() + interval '14 days') d where d.name = c.name and d.days is not null "
      "and d.days < coalesce(c.expires_told_days, 1000) "
      "returning c.name, c.system, c.kind, epoch_ms(c.expires_at) as expires_ms",
      NO_PARAMS, &rows));
  for (size_t row = 0; row < rows.count; row++)
    TRY(tell(call, &rows, row));
  return RESULT_DONE;
}
