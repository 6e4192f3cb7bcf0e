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

static struct str secret_json(struct arena *arena, struct str secret, struct str previous) {
  struct str_builder json = {.arena = arena};
  str_append_c(&json, "{\"secret\":");
  json_append_quoted(&json, secret);
  if (previous.length) {
    str_append_c(&json, ",\"previous\":");
    json_append_quoted(&json, previous);
  }
  str_append_c(&json, "}");
  return str_built(&json);
}

static struct result is_there(struct call *call, struct str name, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select from credential where name = $1", PARAMS(p_str(name)), &rows));
  *out = rows.count > 0;
  return RESULT_DONE;
}

/* The secret and the previous one as they are stored; absent where there is none. */
static struct result read_stored(struct call *call, struct str name, struct str *secret, struct str *previous) {
  bool there;
  *secret = *previous = (struct str){0};
  TRY(is_there(call, name, &there));
  if (!there)
    return RESULT_DONE;
  struct credential_get get = {.name = name};
  struct credential stored = {0};
  cJSON *tree;
  struct result got = store_credential_get(call, &get, &stored);
  if (got.code == RESULT_AUTH) /* sealed with a key that is lost: a new one takes its place */
    return RESULT_DONE;
  TRY(got);
  TRY(json_parse(stored.secret, &tree));
  *secret = str_copy(call->arena, json_str(tree, "secret"));
  *previous = str_copy(call->arena, json_str(tree, "previous"));
  cJSON_Delete(tree);
  return RESULT_DONE;
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
    TRY(store_secret(call, name, secret_json(call->arena, random_secret(call->arena), (struct str){0}), STR("tandem")));
  project->webhook_credential = name;
  return db_query(call->db, "update project set webhook_credential = $2 where id = $1::bigint",
                  PARAMS(p_i64(project->id), p_str(name)), NULL);
}

struct result hooks_keep_previous(struct call *call, struct str name, struct str kind, struct str *secret) {
  struct str now, before;
  cJSON *tree;
  if (!str_is(kind, "webhook"))
    return RESULT_DONE;
  TRY(json_parse(*secret, &tree));
  struct str next = str_copy(call->arena, json_str(tree, "secret"));
  bool says = cJSON_HasObjectItem(tree, "previous");
  cJSON_Delete(tree);
  TRY(db_query(call->db,
               "update project_hook h set due_at = now() from project p where p.id = h.project_id "
               "and p.webhook_credential = $1",
               PARAMS(p_str(name)), NULL));
  if (says || next.length == 0)
    return RESULT_DONE;
  TRY(read_stored(call, name, &now, &before));
  if (now.length && !str_equal(now, next))
    *secret = secret_json(call->arena, next, now);
  return RESULT_DONE;
}

struct result hooks_rotate_secret(struct call *call, struct project *project, struct str actor) {
  TRY(hooks_ensure_secret(call, project));
  return store_secret(call, project->webhook_credential,
                      secret_json(call->arena, random_secret(call->arena), (struct str){0}), actor);
}

/* The tracker has had the new one for an hour: what was signed with the old one has come, or is asked for again. */
struct result hooks_drop_previous(struct call *call, int64_t project_id) {
  struct rows rows;
  struct str secret, previous;
  TRY(db_query(call->db,
               "select c.name from project p join credential c on c.name = p.webhook_credential "
               "where p.id = $1::bigint and c.updated_at < now() - interval '1 hour'",
               PARAMS(p_i64(project_id)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  struct str name = rows_str(&rows, 0, "name");
  TRY(read_stored(call, name, &secret, &previous));
  if (previous.length == 0)
    return RESULT_DONE;
  TRY(store_secret(call, name, secret_json(call->arena, secret, (struct str){0}), STR("tandem")));
  return db_query(call->db,
                  "update project_hook h set secret_generation = c.generation from project p join credential c on "
                  "c.name = p.webhook_credential where p.id = h.project_id and h.project_id = $1::bigint",
                  PARAMS(p_i64(project_id)), NULL);
}
