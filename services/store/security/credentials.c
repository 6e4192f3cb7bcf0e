/* Verbs on credentials: secrets go in and out encrypted, and one process at a time renews one. */
#include "store/security/credentials.h"

#include "store/claims/leases.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hooks.h"

#define CREDENTIAL_LEASE "credential:"

struct str credentials_associated(struct arena *arena, struct str name, struct str kind, int64_t generation) {
  return str_format(arena, "%.*s|%.*s|%lld", STR_FMT(name), STR_FMT(kind), (long long)generation);
}

static struct result next_generation(struct call *call, struct str name, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db, "select generation from credential where name = $1 for update", PARAMS(p_str(name)), &rows));
  *out = rows.count ? rows_i64(&rows, 0, "generation") + 1 : 1;
  return RESULT_DONE;
}

/* What has not been seen to work yet is not kept: the one before it is. */
static struct result keep_previous(struct call *call, struct str name, enum credential_change change) {
  if (change == CREDENTIAL_RENEWED)
    return RESULT_DONE;
  if (change == CREDENTIAL_REPLACED)
    return db_query(call->db,
                    "update credential set previous_kind = null, previous_key_id = null, previous_generation = null, "
                    "previous_nonce = null, previous_ciphertext = null, expires_at = null, expires_told_days = null, "
                    "rotated_at = null, proven_at = null "
                    "where name = $1",
                    PARAMS(p_str(name)), NULL);
  TRY(db_query(
      call->db,
      "update credential set previous_kind = kind, previous_key_id = key_id, previous_generation = generation, "
      "previous_nonce = nonce, previous_ciphertext = ciphertext where name = $1 and (previous_nonce is null or "
      "proven_at is not null)",
      PARAMS(p_str(name)), NULL));
  return db_query(call->db,
                  "update credential set rotated_at = now(), proven_at = null, expires_at = null, "
                  "expires_told_days = null where name = $1",
                  PARAMS(p_str(name)), NULL);
}

struct result credentials_store(struct call *call, struct str name, struct str kind, struct str secret,
                                enum credential_change change) {
  int64_t generation;
  TRY(next_generation(call, name, &generation));
  TRY(keep_previous(call, name, change));
  struct sealed sealed =
      vault_seal(call->vault, call->arena, credentials_associated(call->arena, name, kind, generation), secret);
  return db_query(call->db,
                  "insert into credential (name, kind, key_id, generation, nonce, ciphertext) "
                  "values ($1, $2, $3, $4::bigint, $5, $6) on conflict (name) do update set kind = excluded.kind, "
                  "key_id = excluded.key_id, generation = excluded.generation, nonce = excluded.nonce, "
                  "ciphertext = excluded.ciphertext, blocked_until = null, refused_at = null, updated_at = now(), "
                  "refusals = case when $7::boolean then credential.refusals else 0 end, doubted_until = null",
                  PARAMS(p_str(name), p_str(kind), p_str(sealed.key_id), p_i64(generation), p_bytes(sealed.nonce),
                         p_bytes(sealed.ciphertext), p_bool(change == CREDENTIAL_RENEWED)),
                  NULL);
}

struct result store_credential_put(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_put *put = request;
  enum credential_change change = put->keep_previous ? CREDENTIAL_ROTATED : CREDENTIAL_REPLACED;
  TRY(hooks_change_of(call, put, &change));
  TRY(credentials_store(call, put->name, put->kind, put->secret, change));
  TRY(db_query(call->db,
               "update credential set system = coalesce($2, system), expires_at = case when $3::bigint > 0 then "
               "to_timestamp($3 / 1000.0) end where name = $1",
               PARAMS(p_str(put->name), p_str(put->system), p_i64(put->expires_ms)), NULL));
  return journal_audit(call, put->actor, put->keep_previous ? "credential.rotated" : "credential.put", put->name,
                       (struct str){0});
}

struct result credentials_note_system(struct call *call, struct str name, struct str system) {
  return db_query(call->db, "update credential set system = $2 where name = $1 and system is distinct from $2",
                  PARAMS(p_str(name), p_str(system)), NULL);
}

/* -- reading -- */

static struct result unseal(struct call *call, struct str name, struct str kind, int64_t generation,
                            const struct sealed *sealed, struct str *out) {
  struct str associated = credentials_associated(call->arena, name, kind, generation);
  struct result result = vault_unseal(call->vault, call->arena, associated, sealed, out);
  return result_ok(&result) ? result : result_context(result, "credential %.*s", STR_FMT(name));
}

static struct result read_previous(struct call *call, const struct rows *rows, struct credential *out) {
  struct sealed sealed = {rows_str(rows, 0, "previous_key_id"), rows_bytes(call->arena, rows, 0, "previous_nonce"),
                          rows_bytes(call->arena, rows, 0, "previous_ciphertext")};
  if (str_is_absent(sealed.key_id))
    return RESULT_DONE;
  out->unproven = rows_bool(rows, 0, "unproven");
  return unseal(call, out->name, rows_str(rows, 0, "previous_kind"), rows_i64(rows, 0, "previous_generation"), &sealed,
                &out->previous);
}

struct result credentials_read(struct call *call, struct str name, struct credential *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select kind, key_id, generation, nonce, ciphertext, previous_kind, previous_key_id, "
               "previous_generation, previous_nonce, previous_ciphertext, proven_at is null as unproven "
               "from credential where name = $1",
               PARAMS(p_str(name)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no credential \"%.*s\"; `tandem connect` makes one", STR_FMT(name));
  struct sealed sealed = {rows_str(&rows, 0, "key_id"), rows_bytes(call->arena, &rows, 0, "nonce"),
                          rows_bytes(call->arena, &rows, 0, "ciphertext")};
  *out = (struct credential){
      .name = name, .kind = rows_str(&rows, 0, "kind"), .generation = rows_i64(&rows, 0, "generation")};
  TRY(unseal(call, name, out->kind, out->generation, &sealed, &out->secret));
  return read_previous(call, &rows, out);
}

/* An adapter gets the credentials of its own system's projects. */
static struct result check_reach(struct call *call, struct str name) {
  struct str system = peer_system(call->peer);
  struct rows rows;
  if (system.length == 0)
    return RESULT_DONE;
  TRY(db_query(call->db,
               "select 1 from project where system = $1 and ($2 in (credential, webhook_credential) or "
               "starts_with($2, credential || '.') or starts_with($2, webhook_credential || '.')) limit 1",
               PARAMS(p_str(system), p_str(name)), &rows));
  return rows.count ? RESULT_DONE
                    : result_error(RESULT_GONE, "no project of %.*s has the credential \"%.*s\"", STR_FMT(system),
                                   STR_FMT(name));
}

struct result store_credential_get(struct call *call, const void *request, void *reply) {
  TRY(check_reach(call, ((const struct credential_get *)request)->name));
  return credentials_read(call, ((const struct credential_get *)request)->name, reply);
}

/* -- renewing -- */

struct result store_credential_renew(struct call *call, const void *request, void *reply) {
  const struct credential_renew *renew = request;
  struct credential_renewing *answer = reply;
  struct credential credential = {0};
  bool taken;
  TRY(check_reach(call, renew->name));
  TRY(credentials_read(call, renew->name, &credential));
  answer->secret = credential.secret;
  answer->generation = credential.generation;
  answer->done = credential.generation > renew->generation;
  if (answer->done)
    return RESULT_DONE;
  struct str resource = str_format(call->arena, CREDENTIAL_LEASE "%.*s", STR_FMT(renew->name));
  TRY(lease_take(call, resource, renew->worker, &taken, &answer->lease));
  if (!taken)
    return result_error(RESULT_RETRY, "another process is renewing the credential \"%.*s\"", STR_FMT(renew->name));
  return RESULT_DONE;
}

/* A later end is warned of anew. */
static struct result note_end(struct call *call, struct str name, int64_t expires_ms) {
  if (expires_ms <= 0)
    return RESULT_DONE;
  return db_query(call->db,
                  "update credential set expires_at = to_timestamp($2::bigint / 1000.0), expires_told_days = null "
                  "where name = $1",
                  PARAMS(p_str(name), p_i64(expires_ms)), NULL);
}

struct result store_credential_renewed(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_renewed *renewed = request;
  size_t prefix = sizeof CREDENTIAL_LEASE - 1;
  if (!str_starts_with(renewed->lease.resource, CREDENTIAL_LEASE))
    return result_error(RESULT_REJECTED, "%.*s is not a lease for a credential", STR_FMT(renewed->lease.resource));
  struct str name = str_slice(renewed->lease.resource, prefix, renewed->lease.resource.length);
  struct credential credential = {0};
  TRY(lease_check(call, &renewed->lease));
  TRY(credentials_read(call, name, &credential));
  TRY(credentials_store(call, name, credential.kind, renewed->secret, CREDENTIAL_RENEWED));
  TRY(note_end(call, name, renewed->expires_ms));
  TRY(lease_release(call, &renewed->lease));
  return journal_audit(call, STR("tandem"), "credential.renewed", name, (struct str){0});
}
