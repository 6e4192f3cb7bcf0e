/* What the baselines share. */
#include "bench_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double bench_now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double process_cpu_s(int pid) {
  char path[64];
  long user = 0, system = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
    fprintf(stderr, "%s cannot be read\n", path);
  if (file)
    fclose(file);
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double bench_cpu_s(PGconn *connection) {
  return process_cpu_s(getpid()) + process_cpu_s(PQbackendPID(connection));
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
