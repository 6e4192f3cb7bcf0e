/* Keeping replies, each for the one request that it belongs to. */
#include "store/replies.h"

#include <sodium.h>

enum { ASKED_BYTES = 16 };

/* No verb that is done once has a secret in its body: what is kept tells none. */
static struct str hash_of(struct arena *arena, const struct verb_request *request) {
  static const unsigned char end_of_name = 0;
  unsigned char *hash = arena_alloc(arena, ASKED_BYTES);
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, ASKED_BYTES);
  crypto_generichash_update(&state, (const unsigned char *)request->verb.at, request->verb.length);
  crypto_generichash_update(&state, &end_of_name, 1);
  crypto_generichash_update(&state, (const unsigned char *)request->body.at, request->body.length);
  crypto_generichash_final(&state, hash, ASKED_BYTES);
  return (struct str){(const char *)hash, ASKED_BYTES};
}

struct reply_key replies_key(struct call *call, const struct verb_request *request) {
  return (struct reply_key){.caller = peer_identity(call->peer, call->arena),
                            .client = request->client,
                            .request = request->request,
                            .asked = hash_of(call->arena, request)};
}

struct result replies_find(struct call *call, const struct reply_key *key, struct str *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select reply, coalesce(asked = $4, true) as same from request where client = $1 and request = "
               "$2::bigint and caller in ($3, '')",
               PARAMS(p_str(key->client), p_i64(key->request), p_str(key->caller), p_bytes(key->asked)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  if (!rows_bool(&rows, 0, "same"))
    return result_error(RESULT_REJECTED, "request %lld of \"%.*s\" was another one: each takes a number of its own",
                        (long long)key->request, STR_FMT(key->client));
  *out = rows_bytes(call->arena, &rows, 0, "reply");
  return RESULT_DONE;
}

struct result replies_keep(struct call *call, const struct reply_key *key, struct str reply) {
  return db_query(
      call->db, "insert into request (client, request, caller, asked, reply) values ($1, $2::bigint, $3, $4, $5)",
      PARAMS(p_str(key->client), p_i64(key->request), p_str(key->caller), p_bytes(key->asked), p_bytes(reply)), NULL);
}
