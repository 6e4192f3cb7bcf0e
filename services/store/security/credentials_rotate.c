/* How a new secret did, and forgetting credentials. */
#include "store/security/credentials.h"
#include "store/tickets/journal.h"

/* Webhooks that were signed before the change may still be on their way. */
#define WEBHOOK_SECRET_STAYS "interval '1 hour'"

#define FORGET_PREVIOUS                                                                               \
  "previous_kind = null, previous_key_id = null, previous_generation = null, previous_nonce = null, " \
  "previous_ciphertext = null"

static struct result prove(struct call *call, struct str name) {
  TRY(db_query(call->db, "update credential set proven_at = now(), refused_at = null where name = $1",
               PARAMS(p_str(name)), NULL));
  TRY(db_query(call->db, "update credential set " FORGET_PREVIOUS " where name = $1 and system is not null",
               PARAMS(p_str(name)), NULL));
  return journal_audit(call, STR("tandem"), "credential.proven", name, (struct str){0});
}

/* The secret before is used again, as another generation: nobody works with the refused one any more. */
static struct result revert(struct call *call, const struct credential *credential) {
  struct rows rows;
  TRY(db_query(call->db, "select previous_kind from credential where name = $1", PARAMS(p_str(credential->name)),
               &rows));
  struct str kind = rows_str(&rows, 0, "previous_kind");
  TRY(credentials_store(call, credential->name, kind, credential->previous, CREDENTIAL_REPLACED));
  return journal_audit(call, STR("tandem"), "credential.reverted", credential->name, (struct str){0});
}

struct result store_credential_outcome(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_outcome *outcome = request;
  struct credential credential = {0};
  TRY(credentials_read(call, outcome->name, &credential));
  if (!credential.unproven || credential.generation != outcome->generation)
    return RESULT_DONE; /* told already, or of a secret that is not used any more */
  return outcome->refused ? revert(call, &credential) : prove(call, outcome->name);
}

struct result credentials_note_refusal(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "update credential c set refused_at = now() from project p where p.id = $1::bigint and "
                  "c.name = p.credential",
                  PARAMS(p_i64(project_id)), NULL);
}

/* -- forgetting -- */

static struct result users_of(struct call *call, struct str name, struct str *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select string_agg(name, ', ' order by name) as names from project where state <> 'removed' and "
               "$1 in (credential, webhook_credential)",
               PARAMS(p_str(name)), &rows));
  *out = rows_str(&rows, 0, "names");
  return RESULT_DONE;
}

struct result store_credential_remove(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_remove *remove = request;
  struct str users;
  struct rows rows;
  TRY(users_of(call, remove->name, &users));
  if (users.length)
    return result_error(RESULT_REJECTED,
                        "%.*s is used by %.*s: remove the project first, or give it another credential",
                        STR_FMT(remove->name), STR_FMT(users));
  TRY(db_query(call->db,
               "update project set credential = nullif(credential, $1), webhook_credential = "
               "nullif(webhook_credential, $1) where state = 'removed' and $1 in (credential, webhook_credential)",
               PARAMS(p_str(remove->name)), NULL));
  TRY(db_query(call->db, "delete from credential where name = $1", PARAMS(p_str(remove->name)), &rows));
  if (rows.affected == 0)
    return result_error(RESULT_GONE, "there is no credential \"%.*s\"; `tandem credentials list` shows all",
                        STR_FMT(remove->name));
  return journal_audit(call, remove->actor, "credential.removed", remove->name, (struct str){0});
}

struct result credentials_forget_previous(struct call *call) {
  return db_query(call->db,
                  "update credential set " FORGET_PREVIOUS " where previous_nonce is not null and "
                  "proven_at < now() - " WEBHOOK_SECRET_STAYS,
                  NO_PARAMS, NULL);
}
