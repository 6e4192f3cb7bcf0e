/* What the baselines share: reading a database that tandem filled, and dying with a message. */
#ifndef BENCH_PG_H
#define BENCH_PG_H

#include <libpq-fe.h>
#include <stddef.h>

double bench_now_s(void);

/* CPU seconds so far of this process and of the server process behind `connection`. */
double bench_cpu_s(PGconn *connection);

PGconn *bench_connect(const char *url);

/* Runs `sql`, or ends the program with the server's message. PQclear what it returns. */
PGresult *bench_query(PGconn *connection, const char *sql);
void bench_do(PGconn *connection, const char *sql);

#endif
