/* What is known of credentials and data keys: everything but the secrets. */
#include "base/clock.h"
#include "store/security/credentials.h"

#define EXPIRY_WARNED "interval '14 days'"
/* The old secret is needed as long as the new one has not worked, and as long as somebody works who began with it. */
#define ROTATING                                                                                                 \
  "((c.previous_nonce is not null and c.proven_at is null) or exists (select from lease l join project p "       \
  "on l.resource = any(array['push:' || p.credential, 'pull:' || p.id, 'fetch:' || p.id]) where p.credential = " \
  "c.name and l.until > now() and l.taken_at < c.rotated_at))"

static struct result select_credentials(struct call *call, struct str name, struct list ids, struct rows *out) {
  return db_query(
      call->db,
      "select c.name, c.system, c.kind, c.key_id, c.generation, c.key_id = any($2) as readable, "
      "case when not (c.key_id = any($2)) then 'unreadable' when c.refused_at is not null then 'refused' "
      "when " ROTATING " then 'rotating' when c.expires_at <= now() then 'expired' "
      "when c.expires_at <= now() + " EXPIRY_WARNED " then 'expiring' else 'active' end as state, "
      "(select coalesce(string_agg(p.name, '/' order by p.name), '') from project p where p.state <> 'removed' and "
      "c.name in (p.credential, p.webhook_credential)) as projects, epoch_ms(c.expires_at) as expires_ms, "
      "epoch_ms(c.rotated_at) as rotated_ms, epoch_ms(c.updated_at) as updated_ms "
      "from credential c where $1::text is null or c.name = "
      "$1 order by c.name",
      PARAMS(p_str(name), p_strs(call->arena, ids.at, ids.count)), out);
}

/* Names of projects have no slash. */
static void split(struct arena *arena, struct str names, struct list *out) {
  size_t count = names.length > 0;
  for (size_t i = 0; i < names.length; i++)
    count += names.at[i] == '/';
  struct str *at = ARENA_ARRAY(arena, struct str, count);
  for (size_t i = 0; i < count; i++) {
    ptrdiff_t slash = str_find(names, "/");
    size_t end = slash < 0 ? names.length : (size_t)slash;
    at[i] = str_slice(names, 0, end);
    names = str_slice(names, end + (slash >= 0), names.length);
  }
  *out = (struct list){at, count};
}

static void read_credentials(struct call *call, const struct rows *rows, struct credential_list *out) {
  struct credential_info *infos = ARENA_ARRAY(call->arena, struct credential_info, rows->count);
  for (size_t i = 0; i < rows->count; i++) {
    struct list projects;
    split(call->arena, rows_str(rows, i, "projects"), &projects);
    infos[i] = (struct credential_info){.name = rows_str(rows, i, "name"),
                                        .system = rows_str(rows, i, "system"),
                                        .kind = rows_str(rows, i, "kind"),
                                        .key_id = rows_str(rows, i, "key_id"),
                                        .readable = rows_bool(rows, i, "readable"),
                                        .state = rows_str(rows, i, "state"),
                                        .projects = {projects.at, projects.count},
                                        .generation = rows_i64(rows, i, "generation"),
                                        .expires_ms = rows_i64(rows, i, "expires_ms"),
                                        .rotated_ms = rows_i64(rows, i, "rotated_ms"),
                                        .updated_ms = rows_i64(rows, i, "updated_ms")};
  }
  out->credentials.at = infos;
  out->credentials.count = rows->count;
}

/* Those that the store has, in their order, behind those that it lacks. */
static struct result read_keys(struct call *call, struct list ids, struct credential_list *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "with used as (select key_id as id from credential union all select previous_key_id from credential "
               "where previous_key_id is not null), known as (select id, place from unnest($1::text[]) with ordinality "
               "k(id, place)) "
               "select coalesce(k.id, u.id) as id, count(u.id) as credentials, k.id is not null as known, "
               "k.place is not distinct from $2::bigint as writes from known k full join used u on u.id = k.id "
               "group by k.id, u.id, k.place order by k.place nulls first, 1",
               PARAMS(p_strs(call->arena, ids.at, ids.count), p_i64((int64_t)ids.count)), &rows));
  struct data_key_info *keys = ARENA_ARRAY(call->arena, struct data_key_info, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    keys[i] = (struct data_key_info){rows_str(&rows, i, "id"), rows_i64(&rows, i, "credentials"),
                                     rows_bool(&rows, i, "known"), rows_bool(&rows, i, "writes")};
  out->keys.at = keys;
  out->keys.count = rows.count;
  return RESULT_DONE;
}

struct result store_credential_list(struct call *call, const void *request, void *reply) {
  const struct credential_query *query = request;
  struct credential_list *list = reply;
  struct list ids = vault_key_ids(call->vault, call->arena);
  struct rows rows;
  TRY(select_credentials(call, query->name, ids, &rows));
  if (query->name.length && rows.count == 0)
    return result_error(RESULT_GONE, "there is no credential \"%.*s\"; `tandem credentials list` shows all",
                        STR_FMT(query->name));
  read_credentials(call, &rows, list);
  list->now_ms = clock_now_ms();
  return read_keys(call, ids, list);
}
