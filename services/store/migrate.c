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

static struct result apply_missing(struct db *db) {
  TRY(db_script(db, "create table if not exists schema_version "
                    "(version bigint primary key, applied_at timestamptz not null default now())"));
  struct rows rows;
  TRY(db_query(db, "select coalesce(max(version), 0) as version from schema_version", NO_PARAMS, &rows));
  int64_t version = rows_i64(&rows, 0, "version");
  if (version > migration_count)
    return result_error(RESULT_REJECTED,
                        "the database is of a newer tandem (schema %lld, this one knows %lld): "
                        "upgrade the programs",
                        (long long)version, (long long)migration_count);
  while (version < migration_count)
    TRY(apply(db, ++version));
  return RESULT_DONE;
}

static struct result make_installation(struct db *db) {
  unsigned char key[32];
  randombytes_buf(key, sizeof key);
  return db_query(db, "insert into installation (marker_key) values ($1) on conflict do nothing",
                  PARAMS(p_bytes((struct str){(const char *)key, sizeof key})), NULL);
}

struct result migrate(struct db *db) {
  TRY(db_script(db, "select pg_advisory_lock(7462)"));
  struct result result = apply_missing(db);
  if (result_ok(&result))
    result = make_installation(db);
  if (!db_is_broken(db))
    TRY(db_script(db, "select pg_advisory_unlock(7462)"));
  return result;
}
