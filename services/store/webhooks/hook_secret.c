/* The secrets that webhooks are signed with. They are stored like any credential, of the kind "webhook". */
#include <sodium.h>

#include "base/json.h"
#include "store/webhooks/hooks.h"

enum { SECRET_BYTES = 32 };

static struct str random_secret(struct arena *arena) {
  unsigned char bytes[SECRET_BYTES];
  char *hex = arena_alloc(arena, 2 * sizeof bytes + 1);
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(hex, 2 * sizeof bytes + 1, bytes, sizeof bytes);
  return str_of(hex);
}

static struct str secret_json(struct arena *arena, struct str secret) {
  struct str_builder json = {.arena = arena};
  str_append_c(&json, "{\"secret\":");
  json_append_quoted(&json, secret);
  str_append_c(&json, "}");
  return str_built(&json);
}

static struct result is_there(struct call *call, struct str name, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select from credential where name = $1", PARAMS(p_str(name)), &rows));
  *out = rows.count > 0;
  return RESULT_DONE;
}

static struct result secret_of(struct call *call, struct str json, struct str *out) {
  cJSON *tree;
  TRY(json_parse(json, &tree));
  *out = str_copy(call->arena, json_str(tree, "secret"));
  cJSON_Delete(tree);
  return RESULT_DONE;
}

/* As it is stored; absent where there is none. */
static struct result read_stored(struct call *call, struct str name, struct str *secret) {
  bool there;
  struct credential stored = {0};
  *secret = (struct str){0};
  TRY(is_there(call, name, &there));
  if (!there)
    return RESULT_DONE;
  struct result got = credentials_read(call, name, &stored);
  if (got.code == RESULT_AUTH) /* sealed with a key that is lost: a new one takes its place */
    return RESULT_DONE;
  TRY(got);
  return secret_of(call, stored.secret, secret);
}

static struct result store_secret(struct call *call, struct str name, struct str json, struct str actor) {
  struct credential_put put = {.name = name, .kind = STR("webhook"), .secret = json, .actor = actor};
  return store_credential_put(call, &put, NULL);
}

struct result hooks_ensure_secret(struct call *call, struct project *project) {
  bool there;
  if (project->webhook_credential.length)
    return RESULT_DONE;
  struct str name = str_format(call->arena, "%.*s-webhook", STR_FMT(project->name));
  TRY(is_there(call, name, &there));
  if (!there)
    TRY(store_secret(call, name, secret_json(call->arena, random_secret(call->arena)), STR("tandem")));
  project->webhook_credential = name;
  return db_query(call->db, "update project set webhook_credential = $2 where id = $1::bigint",
                  PARAMS(p_i64(project->id), p_str(name)), NULL);
}

struct result hooks_change_of(struct call *call, const struct credential_put *put, enum credential_change *change) {
  struct str now, next;
  if (!str_is(put->kind, "webhook"))
    return RESULT_DONE;
  TRY(secret_of(call, put->secret, &next));
  TRY(read_stored(call, put->name, &now));
  if (now.length)
    *change = str_equal(now, next) ? CREDENTIAL_RENEWED : CREDENTIAL_ROTATED;
  return db_query(call->db,
                  "update project_hook h set due_at = now() from project p where p.id = h.project_id "
                  "and p.webhook_credential = $1",
                  PARAMS(p_str(put->name)), NULL);
}

struct result hooks_rotate_secret(struct call *call, struct project *project, struct str actor) {
  TRY(hooks_ensure_secret(call, project));
  return store_secret(call, project->webhook_credential, secret_json(call->arena, random_secret(call->arena)), actor);
}
