/* Applying migrations. */
#include "store/migrate.h"

#include <sodium.h>

/* Made by CMake from the SQL files in migrations/. */
extern const char *const migration_texts[];
extern const int64_t migration_count;

int64_t migrate_newest(void) {
  return migration_count;
}

static struct result apply(struct db *db, int64_t number) {
  TRY(db_begin(db));
  struct result result = db_script(db, migration_texts[number - 1]);
  if (result_ok(&result))
    result = db_query(db, "insert into schema_version (version) values ($1::bigint)", PARAMS(p_i64(number)), NULL);
  if (result_ok(&result))
    return db_commit(db);
  db_rollback(db);
  return result_context(result, "migration %lld", (long long)number);
}

static struct result read_version(struct db *db, int64_t *out) {
  struct rows rows;
  TRY(db_query(db, "select coalesce(max(version), 0) as version from schema_version", NO_PARAMS, &rows));
  *out = rows_i64(&rows, 0, "version");
  return RESULT_DONE;
}

static struct result check_version(int64_t version) {
  if (version > migration_count)
    return result_error(RESULT_REJECTED,
                        "the database is of a newer tandem (schema %lld, this one knows %lld): "
                        "upgrade the programs",
                        (long long)version, (long long)migration_count);
  return RESULT_DONE;
}

static struct result apply_missing(struct db *db) {
  int64_t version;
  TRY(db_script(db, "create table if not exists schema_version "
                    "(version bigint primary key, applied_at timestamptz not null default now())"));
  TRY(read_version(db, &version));
  TRY(check_version(version));
  while (version < migration_count)
    TRY(apply(db, ++version));
  return db_query(db, "select grant_roles()", NO_PARAMS, NULL);
}

static struct result make_installation(struct db *db) {
  unsigned char key[32];
  randombytes_buf(key, sizeof key);
  return db_query(db, "insert into installation (marker_key) values ($1) on conflict do nothing",
                  PARAMS(p_bytes((struct str){(const char *)key, sizeof key})), NULL);
}

/* The role that the store works as owns nothing and makes nothing. */
static struct result may_make(struct db *db, bool *out) {
  struct rows rows;
  TRY(db_query(db, "select coalesce(has_schema_privilege(current_schema(), 'create'), false) as may", NO_PARAMS,
               &rows));
  *out = rows_bool(&rows, 0, "may");
  return RESULT_DONE;
}

static struct result check_finished(struct db *db) {
  struct rows rows;
  int64_t version = 0;
  TRY(db_query(db, "select coalesce(has_table_privilege(to_regclass('schema_version'), 'select'), false) as readable",
               NO_PARAMS, &rows));
  if (rows_bool(&rows, 0, "readable"))
    TRY(read_version(db, &version));
  TRY(check_version(version));
  if (version == migration_count)
    return RESULT_DONE;
  return result_error(
      RESULT_REJECTED,
      "the database has schema %lld, and this tandem needs %lld, which the role of TANDEM_DATABASE_URL may not "
      "make: run `tandem-store --migrate` with TANDEM_DATABASE_OWNER_URL set to the owner's",
      (long long)version, (long long)migration_count);
}

struct result migrate(struct db *db) {
  bool may;
  TRY(may_make(db, &may));
  if (!may)
    return check_finished(db);
  TRY(db_script(db, "select pg_advisory_lock(7462)"));
  struct result result = apply_missing(db);
  if (result_ok(&result))
    result = make_installation(db);
  if (!db_is_broken(db))
    TRY(db_script(db, "select pg_advisory_unlock(7462)"));
  return result;
}
