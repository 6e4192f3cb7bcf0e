/* The least that taking events could cost: the rows that events.publish left in SOURCE go into TARGET, an empty
 * database of the same schema, in the same batches, each a transaction of prepared insert ... select from unnest.
 *
 *   bench-baseline-events SOURCE TARGET BATCH      the first events made a ticket each, the later ones changed one */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_pg.h"

enum { COLUMNS_MAX = 24, OID_TEXT = 25 };

struct table {
  const char *name, *order;
  PGresult *columns; /* name, type */
  PGresult *rows;    /* all as text */
  int count;
};

/* -- statements -- */

static const char *column(const struct table *table, int i) {
  return PQgetvalue(table->columns, i, 0);
}

/* "unnest($1::text[], ...) u(a, b, ...)" */
static void put_unnest(const struct table *table, char *sql) {
  strcat(sql, "unnest(");
  for (int i = 0; i < PQntuples(table->columns); i++)
    sprintf(sql + strlen(sql), "%s$%d::text[]", i ? ", " : "", i + 1);
  strcat(sql, ") u(");
  for (int i = 0; i < PQntuples(table->columns); i++)
    sprintf(sql + strlen(sql), "%s%s", i ? ", " : "", column(table, i));
  strcat(sql, ")");
}

static void prepare_insert(PGconn *target, const struct table *table) {
  char sql[8192];
  sprintf(sql, "insert into %s (", table->name);
  for (int i = 0; i < PQntuples(table->columns); i++)
    sprintf(sql + strlen(sql), "%s%s", i ? ", " : "", column(table, i));
  strcat(sql, ") overriding system value select ");
  for (int i = 0; i < PQntuples(table->columns); i++)
    sprintf(sql + strlen(sql), "%s%s::%s", i ? ", " : "", column(table, i), PQgetvalue(table->columns, i, 1));
  strcat(sql, " from ");
  put_unnest(table, sql);
  PGresult *result = PQprepare(target, table->name, sql, 0, NULL);
  if (PQresultStatus(result) != PGRES_COMMAND_OK)
    fprintf(stderr, "%s: %s", sql, PQerrorMessage(target)), exit(1);
  PQclear(result);
}

static void prepare_update(PGconn *target, const struct table *items) {
  char sql[8192] = "update item i set fields = u.fields::jsonb, times = u.times::jsonb, version = u.version::bigint, "
                   "updated_at = u.updated_at::timestamptz from ";
  put_unnest(items, sql);
  strcat(sql, " where i.id = u.id::bigint");
  PGresult *result = PQprepare(target, "update", sql, 0, NULL);
  if (PQresultStatus(result) != PGRES_COMMAND_OK)
    fprintf(stderr, "%s: %s", sql, PQerrorMessage(target)), exit(1);
  PQclear(result);
}

/* -- rows -- */

static void load(PGconn *source, struct table *table) {
  char sql[4096];
  sprintf(
      sql,
      "select quote_ident(attname), format_type(atttypid, atttypmod) from pg_attribute where attrelid = '%s'::regclass "
      "and attnum > 0 and not attisdropped order by attnum",
      table->name);
  table->columns = bench_query(source, sql);
  sprintf(sql, "select ");
  for (int i = 0; i < PQntuples(table->columns); i++)
    sprintf(sql + strlen(sql), "%s%s::text", i ? ", " : "", column(table, i));
  sprintf(sql + strlen(sql), " from %s order by %s", table->name, table->order);
  table->rows = bench_query(source, sql);
  table->count = PQntuples(table->rows);
}

static char *put_i32(char *at, uint32_t number) {
  number = htonl(number);
  memcpy(at, &number, 4);
  return at + 4;
}

/* One column of rows [first, past) as a binary text[]. */
static char *array_of(const struct table *table, int field, int first, int past, int *length) {
  size_t size = 20;
  for (int row = first; row < past; row++)
    size += 4 + (size_t)PQgetlength(table->rows, row, field);
  char *bytes = malloc(size), *end = bytes;
  end = put_i32(end, 1);
  end = put_i32(end, 1);
  end = put_i32(end, OID_TEXT);
  end = put_i32(end, (uint32_t)(past - first));
  end = put_i32(end, 1);
  for (int row = first; row < past; row++) {
    int bytes_in = PQgetlength(table->rows, row, field);
    int is_null = PQgetisnull(table->rows, row, field);
    end = put_i32(end, is_null ? UINT32_MAX : (uint32_t)bytes_in);
    memcpy(end, PQgetvalue(table->rows, row, field), (size_t)bytes_in);
    end += bytes_in;
  }
  *length = (int)(end - bytes);
  return bytes;
}

static void run(PGconn *target, const char *statement, const struct table *table, int first, int past) {
  char *values[COLUMNS_MAX];
  int lengths[COLUMNS_MAX], formats[COLUMNS_MAX], count = PQntuples(table->columns);
  past = past > table->count ? table->count : past;
  for (int i = 0; i < count; i++) {
    values[i] = array_of(table, i, first, past, &lengths[i]);
    formats[i] = 1;
  }
  PGresult *result = PQexecPrepared(target, statement, count, (const char *const *)values, lengths, formats, 1);
  if (PQresultStatus(result) != PGRES_COMMAND_OK)
    fprintf(stderr, "%s: %s", statement, PQerrorMessage(target)), exit(1);
  PQclear(result);
  for (int i = 0; i < count; i++)
    free(values[i]);
}

/* -- the measured part -- */

enum { RECEIVED, ITEM, CHANGE, EVENT, TABLE_COUNT };

static void take_batch(PGconn *target, const struct table *tables, int first, int past) {
  int made = tables[ITEM].count;
  bench_do(target, "begin");
  run(target, tables[RECEIVED].name, &tables[RECEIVED], first, past);
  if (first < made)
    run(target, tables[ITEM].name, &tables[ITEM], first, past);
  else
    run(target, "update", &tables[ITEM], (first - made) % made, (first - made) % made + past - first);
  run(target, tables[CHANGE].name, &tables[CHANGE], first, past);
  run(target, tables[EVENT].name, &tables[EVENT], first, past);
  bench_do(target, "commit");
}

int main(int argc, char **argv) {
  if (argc != 4)
    return fprintf(stderr, "usage: bench-baseline-events SOURCE TARGET BATCH\n"), 2;
  struct table tables[TABLE_COUNT] = {[RECEIVED] = {.name = "event_received", .order = "id"},
                                      [ITEM] = {.name = "item", .order = "id"},
                                      [CHANGE] = {.name = "change_log", .order = "id"},
                                      [EVENT] = {.name = "event_log", .order = "sequence"}};
  PGconn *source = bench_connect(argv[1]), *target = bench_connect(argv[2]);
  for (int i = 0; i < TABLE_COUNT; i++) {
    load(source, &tables[i]);
    prepare_insert(target, &tables[i]);
  }
  prepare_update(target, &tables[ITEM]);
  int batch = atoi(argv[3]), count = tables[EVENT].count;
  double started_s = bench_now_s();
  for (int first = 0; first < count; first += batch)
    take_batch(target, tables, first, first + batch < count ? first + batch : count);
  printf("{\"total_s\": %.4f, \"events\": %d}\n", bench_now_s() - started_s, count);
  return 0;
}
