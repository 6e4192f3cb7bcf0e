/* Encrypting everything anew with the newest data key, some rows a transaction, while everything else goes on. Stopped
 * at any point, the next call goes on where it was: what is left is what has another key. */
#include "store/security/credentials.h"
#include "store/tickets/journal.h"

enum { ROWS_A_CALL = 100 };

/* One secret of a row under the newest key; the columns are those of the current or of the previous secret. */
static struct result seal_anew(struct call *call, struct str name, const struct rows *rows, size_t row,
                               const char *prefix, struct sealed *out) {
  struct arena *arena = call->arena;
  struct str secret, kind = rows_str(rows, row, str_format(arena, "%skind", prefix).at);
  struct sealed sealed = {.key_id = rows_str(rows, row, str_format(arena, "%skey_id", prefix).at),
                          .nonce = rows_bytes(arena, rows, row, str_format(arena, "%snonce", prefix).at),
                          .ciphertext = rows_bytes(arena, rows, row, str_format(arena, "%sciphertext", prefix).at)};
  int64_t generation = rows_i64(rows, row, str_format(arena, "%sgeneration", prefix).at);
  struct str associated = credentials_associated(arena, name, kind, generation);
  TRY(vault_unseal(call->vault, arena, associated, &sealed, &secret));
  *out = vault_seal(call->vault, arena, associated, secret);
  return RESULT_DONE;
}

static struct result rekey_row(struct call *call, const struct rows *rows, size_t row) {
  struct str name = rows_str(rows, row, "name");
  struct sealed now = {0}, previous = {0};
  TRY(seal_anew(call, name, rows, row, "", &now));
  if (!str_is_absent(rows_str(rows, row, "previous_key_id")))
    TRY(seal_anew(call, name, rows, row, "previous_", &previous));
  return db_query(call->db,
                  "update credential set key_id = $2, nonce = $3, ciphertext = $4, previous_key_id = $5, "
                  "previous_nonce = $6, previous_ciphertext = $7 where name = $1",
                  PARAMS(p_str(name), p_str(now.key_id), p_bytes(now.nonce), p_bytes(now.ciphertext),
                         p_str(previous.key_id), p_bytes(previous.nonce), p_bytes(previous.ciphertext)),
                  NULL);
}

/* Rows with another key than the newest; those whose keys the store has not are only counted. */
static struct result select_old(struct call *call, struct list ids, int64_t limit, struct rows *out) {
  const struct str *at = ids.at;
  return db_query(call->db,
                  "select name, kind, key_id, generation, nonce, ciphertext, previous_kind, previous_key_id, "
                  "previous_generation, previous_nonce, previous_ciphertext from credential "
                  "where (key_id <> $1 or previous_key_id <> $1) and key_id = any($2) "
                  "and coalesce(previous_key_id, key_id) = any($2) order by name limit $3::bigint for update",
                  PARAMS(p_str(at[ids.count - 1]), p_strs(call->arena, at, ids.count), p_i64(limit)), out);
}

static struct result count_left(struct call *call, struct list ids, struct credential_rekeyed *out) {
  const struct str *at = ids.at;
  struct rows rows;
  TRY(db_query(call->db,
               "select count(*) filter (where readable) as left, count(*) filter (where not readable) as unreadable "
               "from (select key_id = any($2) and coalesce(previous_key_id, key_id) = any($2) as readable "
               "from credential where key_id <> $1 or previous_key_id <> $1) old",
               PARAMS(p_str(at[ids.count - 1]), p_strs(call->arena, at, ids.count)), &rows));
  out->left = rows_i64(&rows, 0, "left");
  out->unreadable = rows_i64(&rows, 0, "unreadable");
  return RESULT_DONE;
}

struct result store_credential_rekey(struct call *call, const void *request, void *reply) {
  const struct credential_rekey *rekey = request;
  struct credential_rekeyed *answer = reply;
  struct rows rows;
  TRY(vault_reload(call->vault));
  struct list ids = vault_key_ids(call->vault, call->arena);
  TRY(select_old(call, ids, rekey->limit > 0 && rekey->limit < ROWS_A_CALL ? rekey->limit : ROWS_A_CALL, &rows));
  for (size_t row = 0; row < rows.count; row++)
    TRY(rekey_row(call, &rows, row));
  answer->key_id = ((const struct str *)ids.at)[ids.count - 1];
  answer->done = (int64_t)rows.count;
  TRY(count_left(call, ids, answer));
  return rows.count ? journal_audit(call, rekey->actor, "credential.rekeyed", answer->key_id, (struct str){0})
                    : RESULT_DONE;
}
