/* Verbs on credentials: secrets go in and out encrypted, and one process at a time renews one. */
#include "store/journal.h"
#include "store/leases.h"

#define CREDENTIAL_LEASE "credential:"

static struct str associated_data(struct arena *arena, struct str name, struct str kind, int64_t generation) {
  return str_format(arena, "%.*s|%.*s|%lld", STR_FMT(name), STR_FMT(kind), (long long)generation);
}

static struct result next_generation(struct call *call, struct str name, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db, "select generation from credential where name = $1 for update", PARAMS(p_str(name)), &rows));
  *out = rows.count ? rows_i64(&rows, 0, "generation") + 1 : 1;
  return RESULT_DONE;
}

static struct result put(struct call *call, struct str name, struct str kind, struct str secret) {
  int64_t generation;
  TRY(next_generation(call, name, &generation));
  struct sealed sealed =
      vault_seal(call->vault, call->arena, associated_data(call->arena, name, kind, generation), secret);
  return db_query(call->db,
                  "insert into credential (name, kind, key_id, generation, nonce, ciphertext) "
                  "values ($1, $2, $3, $4::bigint, $5, $6) on conflict (name) do update set kind = excluded.kind, "
                  "key_id = excluded.key_id, generation = excluded.generation, nonce = excluded.nonce, "
                  "ciphertext = excluded.ciphertext, blocked_until = null, updated_at = now()",
                  PARAMS(p_str(name), p_str(kind), p_str(str_of(call->vault->key_id)), p_i64(generation),
                         p_bytes(sealed.nonce), p_bytes(sealed.ciphertext)),
                  NULL);
}

struct result store_credential_put(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_put *credential = request;
  TRY(put(call, credential->name, credential->kind, credential->secret));
  return journal_audit(call, credential->actor, "credential.put", credential->name, (struct str){0});
}

static struct result get(struct call *call, struct str name, struct credential *out) {
  struct rows rows;
  TRY(db_query(call->db, "select kind, generation, nonce, ciphertext from credential where name = $1",
               PARAMS(p_str(name)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no credential \"%.*s\"; `tandem connect` makes one", STR_FMT(name));
  struct sealed sealed = {rows_bytes(call->arena, &rows, 0, "nonce"), rows_bytes(call->arena, &rows, 0, "ciphertext")};
  out->name = name;
  out->kind = rows_str(&rows, 0, "kind");
  out->generation = rows_i64(&rows, 0, "generation");
  struct str associated = associated_data(call->arena, name, out->kind, out->generation);
  return vault_unseal(call->vault, call->arena, associated, &sealed, &out->secret);
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
  return get(call, ((const struct credential_get *)request)->name, reply);
}

/* -- renewing -- */

struct result store_credential_renew(struct call *call, const void *request, void *reply) {
  const struct credential_renew *renew = request;
  struct credential_renewing *answer = reply;
  struct credential credential = {0};
  bool taken;
  TRY(check_reach(call, renew->name));
  TRY(get(call, renew->name, &credential));
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

struct result store_credential_renewed(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct credential_renewed *renewed = request;
  size_t prefix = sizeof CREDENTIAL_LEASE - 1;
  if (!str_starts_with(renewed->lease.resource, CREDENTIAL_LEASE))
    return result_error(RESULT_REJECTED, "%.*s is not a lease for a credential", STR_FMT(renewed->lease.resource));
  struct str name = str_slice(renewed->lease.resource, prefix, renewed->lease.resource.length);
  struct credential credential = {0};
  TRY(lease_check(call, &renewed->lease));
  TRY(get(call, name, &credential));
  TRY(put(call, name, credential.kind, renewed->secret));
  TRY(lease_release(call, &renewed->lease));
  return journal_audit(call, STR("tandem"), "credential.renewed", name, (struct str){0});
}
