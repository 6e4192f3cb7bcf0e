/* A PostgreSQL connection: prepared statements with bound parameters, transactions, errors as results. Every statement
 * of the store is one named function that calls db_query with its own SQL literal. A connection belongs to one thread.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "base/values.h"

struct db;

/* Rows of one answer; valid until db_release. */
struct rows {
  PGresult *result;
  size_t count;
  int64_t affected;
};

struct db_param {
  enum { PARAM_STR, PARAM_I64, PARAM_BOOL, PARAM_BYTES, PARAM_ARRAY, PARAM_TIME } type;
  struct str text; /* PARAM_STR, PARAM_BYTES, PARAM_ARRAY (encoded); absent = NULL */
  int64_t number;
};

static inline struct db_param p_str(struct str text) {
  return (struct db_param){.type = PARAM_STR, .text = text};
}
static inline struct db_param p_bytes(struct str bytes) {
  return (struct db_param){.type = PARAM_BYTES, .text = bytes};
}
static inline struct db_param p_i64(int64_t number) {
  return (struct db_param){.type = PARAM_I64, .number = number};
}
static inline struct db_param p_bool(bool flag) {
  return (struct db_param){.type = PARAM_BOOL, .number = flag};
}

/* Arrays in PostgreSQL's binary form, for unnest: text[], bytea[] (absent = NULL) and bigint[]. */
struct db_param p_strs(struct arena *arena, const struct str *at, size_t count);
struct db_param p_bytes_array(struct arena *arena, const struct str *at, size_t count);
struct db_param p_i64s(struct arena *arena, const int64_t *at, size_t count);

/* Values as jsonb text. */
struct db_param p_values(struct arena *arena, const struct values *values);

#define PARAMS(...) \
  (const struct db_param[]){__VA_ARGS__}, sizeof((const struct db_param[]){__VA_ARGS__}) / sizeof(struct db_param)
#define NO_PARAMS NULL, 0

/* Since when the disk is full, ms since 1970 UTC, as a write of the last two minutes saw it; 0 = it is not. */
int64_t db_disk_full_since_ms(void);

struct result db_open(struct str url, struct db **out) MUST_USE;
void db_close(struct db *db);

/* Whether the connection is of no more use: close it and open another. */
bool db_is_broken(const struct db *db);

/* Runs one prepared statement. `sql` must be a literal: its address names the prepared statement. `out` may be NULL:
 * in a transaction the statement is then only sent on its way. It runs in its order, before any later one, and should
 * it fail, so does the next statement that is asked for its answer, or the commit, with its failure. RETRY: connection
 * lost, deadlock, disk full; REJECTED: a constraint said no; BUG: the statement is wrong. */
struct result db_query(struct db *db, const char *sql, const struct db_param *params, size_t count,
                       struct rows *out) MUST_USE;

/* What never changes in a database is asked once a connection; valid until db_close. */
struct result db_constant(struct db *db, const char *sql, struct rows *out) MUST_USE;

/* Several statements in one text, without parameters (migrations). */
struct result db_script(struct db *db, const char *sql) MUST_USE;

struct result db_begin(struct db *db) MUST_USE;
struct result db_commit(struct db *db) MUST_USE; /* all or nothing: what fails is rolled back */
void db_rollback(struct db *db);

/* Waits for what is on its way; its failure, if there is one. */
struct result db_settle(struct db *db) MUST_USE;

/* A part of a transaction that may be taken back alone. db_part_end: ends it as `result` tells, or what is on its way:
 * kept, or taken back. Returns that. After RETRY the whole transaction is to be given up, so nothing is done. */
struct result db_part_begin(struct db *db) MUST_USE;
struct result db_part_end(struct db *db, struct result result) MUST_USE;

/* Frees the rows of all queries since the last call, or since a mark. */
void db_release(struct db *db);
size_t db_mark(const struct db *db);
void db_release_since(struct db *db, size_t mark);

/* Column values of row `row`; NULL gives absent, 0, false. */
struct str rows_str(const struct rows *rows, size_t row, const char *column);
int64_t rows_i64(const struct rows *rows, size_t row, const char *column);
bool rows_bool(const struct rows *rows, size_t row, const char *column);
/* A bytea column, decoded. */
struct str rows_bytes(struct arena *arena, const struct rows *rows, size_t row, const char *column);
/* A jsonb column of field values. */
struct result rows_values(struct arena *arena, const struct rows *rows, size_t row, const char *column,
                          struct values *out) MUST_USE;

/* How many of the first `most` rows go into one answer (WIRE_PAGE_BYTES), by the columns that may be long, of which the
 * last is NULL: at least one. */
size_t rows_fitting(const struct rows *rows, size_t most, const char *const *columns);

#endif
