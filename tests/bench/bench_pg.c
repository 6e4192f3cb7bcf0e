/* What the baselines share. */
#include "bench_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

PGconn *bench_connect(const char *url) {
  PGconn *connection = PQconnectdb(url);
  if (PQstatus(connection) != CONNECTION_OK) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    exit(1);
  }
  bench_do(connection, "set client_min_messages = warning");
  return connection;
}

PGresult *bench_query(PGconn *connection, const char *sql) {
  PGresult *result = PQexec(connection, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN && status != PGRES_COPY_OUT) {
    fprintf(stderr, "%s: %s", sql, PQerrorMessage(connection));
    exit(1);
  }
  return result;
}

void bench_do(PGconn *connection, const char *sql) {
  PQclear(bench_query(connection, sql));
}
