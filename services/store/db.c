/* libpq, wrapped: lazily prepared statements, pipelined where nobody waits for an answer, SQLSTATE -> what to do next.
 */
#include "store/db.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/heap.h"
#include "base/log.h"

enum { STATEMENT_SLOTS = 1024, PARAMS_MAX = 32 }; /* slots: twice as many as there are statements, and more */

/* Their answers are small, and as many fit into the socket's buffers: neither side ever waits to be read. */
enum { UNANSWERED_MAX = 64 };

/* Statements take milliseconds, the longest seconds; TANDEM_DATABASE_ANSWER_MS where tests cannot wait that long. */
enum { ANSWER_MS = 5 * 60 * 1000 };

struct prepared {
  const char *sql; /* NULL: none */
  char name[8];    /* "s" and the number of its slot */
};

struct db {
  PGconn *connection;
  struct prepared prepared[STATEMENT_SLOTS]; /* open hash of the SQL literals' addresses */
  int64_t answer_ms;
  bool in_transaction;
  bool confused; /* an answer did not come, or libpq itself failed, short of memory: whose the next is nobody knows */
  size_t unanswered; /* statements whose answers have not been read */
  PGresult **results;
  size_t result_count, result_capacity;
  struct constant *constants;
};

struct constant {
  const char *sql;
  struct rows rows;
  struct constant *next;
};

/* -- parameters -- */

struct bound {
  const char *values[PARAMS_MAX];
  int lengths[PARAMS_MAX], formats[PARAMS_MAX];
  char numbers[PARAMS_MAX][24];
};

/* Text parameters of libpq end at a NUL byte, so strings go in binary form, which for text is the bytes themselves. */
static void bind(struct bound *bound, size_t i, const struct db_param *param) {
  bound->lengths[i] = bound->formats[i] = 0;
  switch (param->type) {
  case PARAM_I64:
  case PARAM_TIME:
    snprintf(bound->numbers[i], sizeof bound->numbers[i], "%lld", (long long)param->number);
    bound->values[i] = bound->numbers[i];
    break;
  case PARAM_BOOL:
    bound->values[i] = param->number ? "t" : "f";
    break;
  case PARAM_STR:
  case PARAM_BYTES:
  case PARAM_ARRAY:
    bound->values[i] = param->text.at;
    bound->lengths[i] = (int)param->text.length;
    bound->formats[i] = 1;
  }
}

/* -- errors -- */

enum { FULL_REMEMBERED_MS = 2 * 60 * 1000 }; /* something is written more often than that */

static atomic_llong full_since_ms, full_seen_ms;

static void note_full_disk(void) {
  if (db_disk_full_since_ms() == 0)
    atomic_store(&full_since_ms, clock_now_ms());
  atomic_store(&full_seen_ms, clock_now_ms());
}

int64_t db_disk_full_since_ms(void) {
  return clock_now_ms() - atomic_load(&full_seen_ms) < FULL_REMEMBERED_MS ? atomic_load(&full_since_ms) : 0;
}

static bool is_lost(const struct db *db) {
  return db->confused || PQstatus(db->connection) != CONNECTION_OK;
}

static struct result failure(struct db *db, const PGresult *result) {
  const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
  const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  db->confused |= !state;
  if (!state || is_lost(db) || strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0)
    return result_error(RESULT_RETRY, "the database is not reachable; tandem tries again by itself (%s)",
                        message        ? message
                        : db->confused ? "an answer did not come, or not whole"
                                       : "connection lost");
  if (strcmp(state, "53100") == 0) {
    note_full_disk();
    return result_error(RESULT_RETRY, "the database's disk is full: make room, nothing is lost (%s)", message);
  }
  if (strncmp(state, "40", 2) == 0 || strncmp(state, "53", 2) == 0 || strncmp(state, "55", 2) == 0)
    return result_error(RESULT_RETRY, "the database asks to try again: %s", message);
  if (strncmp(state, "23", 2) == 0 || strncmp(state, "22", 2) == 0)
    return result_error(RESULT_REJECTED, "%s", message);
  return result_error(RESULT_BUG, "SQL %s: %s", state, message);
}

/* -- connection -- */

/* The other side's host may vanish without a word: then a connection that waits for an answer ends after 15 seconds,
 * and one that is silent after 25. What the URL says itself counts. */
static PGconn *connect_to(const char *url) {
  const char *const names[] = {"connect_timeout",  "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
                               "keepalives_count", "client_encoding",  "dbname",          NULL};
  const char *const values[] = {"10", "15000", "10", "5", "3", "UTF8", url, NULL};
  return PQconnectdbParams(names, values, 1);
}

/* Every statement looks up a batch by key, often in tables that have just grown by thousands of rows and have no
 * statistics yet. So the planner is told to use the keys, to plan once, never to compile, and never to start workers:
 * what it may not scan looks dear enough to it for some, and a bitmap of all of a small index as cheap as a key. And
 * the server, too, has to notice when we vanish: until it does it keeps our locks, the leader's among them. */
static const char session_settings[] =
    "set jit = off; set max_parallel_workers_per_gather = 0; set enable_seqscan = off; set enable_hashjoin = off; "
    "set enable_mergejoin = off; set enable_material = off; set enable_bitmapscan = off; "
    "set plan_cache_mode = force_generic_plan; set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; "
    "set tcp_keepalives_count = 3; set tcp_user_timeout = 15000";

/* What the server says unasked is a line of the log, and no text of libpq's between them. */
static void log_notice(void *unused, const PGresult *notice) {
  (void)unused;
  const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  bool routine = severity && (strcmp(severity, "NOTICE") == 0 || strcmp(severity, "INFO") == 0);
  log_event(routine ? LOG_DEBUG : LOG_WARNING, "database_says", LOG_C("severity", severity ? severity : "unknown"),
            LOG_C("message", message ? message : ""));
}

struct result db_open(struct str url, struct db **out) {
  struct db *db = heap_new(sizeof *db);
  struct arena scratch = {0};
  db->answer_ms = environment_i64("TANDEM_DATABASE_ANSWER_MS", ANSWER_MS);
  db->connection = connect_to(str_c(&scratch, url));
  arena_free(&scratch);
  PQsetNoticeReceiver(db->connection, log_notice, NULL);
  if (PQstatus(db->connection) != CONNECTION_OK) {
    struct result result = result_error(RESULT_RETRY, "cannot reach the database: %s", PQerrorMessage(db->connection));
    db_close(db);
    return result;
  }
  PQenterPipelineMode(db->connection);
  struct result tuned = db_script(db, session_settings);
  if (tuned.code != RESULT_OK) {
    db_close(db);
    return tuned;
  }
  *out = db;
  return RESULT_DONE;
}

static void forget_constants(struct db *db) {
  for (struct constant *constant = db->constants, *next; constant; constant = next) {
    next = constant->next;
    PQclear(constant->rows.result);
    free(constant);
  }
}

void db_close(struct db *db) {
  if (!db)
    return;
  db_release(db);
  forget_constants(db);
  PQfinish(db->connection);
  free(db->results);
  free(db);
}

/* Reading notices what the server has closed while nobody asked it anything: first its last words, then the end. */
bool db_is_broken(const struct db *db) {
  for (int i = 0; i < 2; i++)
    PQconsumeInput(db->connection);
  return is_lost(db);
}

static void keep(struct db *db, PGresult *result) {
  if (db->result_count == db->result_capacity) {
    db->result_capacity = db->result_capacity ? 2 * db->result_capacity : 16;
    db->results = heap_grown(db->results, db->result_capacity * sizeof(PGresult *));
  }
  db->results[db->result_count++] = result;
}

void db_release(struct db *db) {
  db_release_since(db, 0);
}

size_t db_mark(const struct db *db) {
  return db->result_count;
}

void db_release_since(struct db *db, size_t mark) {
  for (size_t i = mark; i < db->result_count; i++)
    PQclear(db->results[i]);
  db->result_count = mark;
}

/* -- statements -- */

static bool succeeded(const PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/* PQgetResult() with an end to its patience: a server that is frozen says nothing and closes nothing, and libpq may
 * wait for what it has passed over itself, short of memory. NULL: the end of an answer, or the connection is lost. */
static PGresult *await(struct db *db) {
  int64_t until_ms = 0;
  while (PQisBusy(db->connection)) {
    struct pollfd readable = {.fd = PQsocket(db->connection), .events = POLLIN};
    until_ms = until_ms ? until_ms : clock_mono_ms() + db->answer_ms;
    int64_t left_ms = until_ms - clock_mono_ms();
    db->confused |= left_ms <= 0;
    if (db->confused || (poll(&readable, 1, (int)left_ms) >= 0 && !PQconsumeInput(db->connection)))
      return NULL;
  }
  return PQgetResult(db->connection);
}

/* The answer of the oldest statement that has none; NULL: the connection is lost. */
static PGresult *next_answer(struct db *db) {
  PGresult *result = await(db);
  if (result) /* libpq tells an answer's end by a NULL */
    PQclear(await(db));
  db->unanswered--;
  return result;
}

/* Reads all answers. The last one goes to `*last`, unless that is NULL; of several failures the first is told, because
 * it made the others: after it PostgreSQL skips what is on its way. */
static struct result read_answers(struct db *db, PGresult **last) {
  struct result first = RESULT_DONE;
  bool sent = PQpipelineSync(db->connection);
  while (sent && db->unanswered && !is_lost(db)) {
    PGresult *result = next_answer(db);
    if (result_ok(&first) && !succeeded(result))
      first = failure(db, result);
    if (last && !db->unanswered)
      *last = result;
    else
      PQclear(result);
  }
  if (!sent || is_lost(db)) {
    db->unanswered = 0;
    return result_ok(&first) ? failure(db, NULL) : first;
  }
  PQclear(await(db)); /* of the synchronisation itself */
  return is_lost(db) ? failure(db, NULL) : first;
}

/* Somebody may have asked for an answer, and passed over the failure that came instead. */
static struct result not_failed(const struct db *db) {
  if (PQtransactionStatus(db->connection) != PQTRANS_INERROR)
    return RESULT_DONE;
  return result_error(RESULT_RETRY, "a statement before has failed: nothing was changed");
}

struct result db_settle(struct db *db) {
  if (is_lost(db))
    return failure(db, NULL);
  if (db->unanswered)
    TRY(read_answers(db, NULL));
  return not_failed(db);
}

/* Its own, else a free one, else any. */
static struct prepared *slot_of(struct db *db, const char *sql) {
  size_t slot = ((uintptr_t)sql >> 3) % STATEMENT_SLOTS;
  for (size_t probes = 1; db->prepared[slot].sql && db->prepared[slot].sql != sql && probes < STATEMENT_SLOTS; probes++)
    slot = (slot + 1) % STATEMENT_SLOTS;
  return &db->prepared[slot];
}

/* Prepares on first use. */
static struct result prepare(struct db *db, const char *sql, const char **name) {
  struct prepared *slot = slot_of(db, sql);
  *name = slot->name;
  if (slot->sql == sql)
    return RESULT_DONE;
  if (slot->sql)
    return result_error(RESULT_BUG, "there are more than %d statements", STATEMENT_SLOTS);
  snprintf(slot->name, sizeof slot->name, "s%td", slot - db->prepared);
  if (!PQsendPrepare(db->connection, slot->name, sql, 0, NULL))
    return failure(db, NULL);
  db->unanswered++;
  TRY(read_answers(db, NULL));
  slot->sql = sql;
  return RESULT_DONE;
}

static struct result send_query(struct db *db, const char *sql, const struct db_param *params, size_t count) {
  const char *name = NULL;
  if (is_lost(db))
    return failure(db, NULL);
  if (count > PARAMS_MAX)
    return result_error(RESULT_BUG, "a statement with %zu parameters: at most %d are bound", count, PARAMS_MAX);
  TRY(prepare(db, sql, &name));
  struct bound bound;
  for (size_t i = 0; i < count; i++)
    bind(&bound, i, &params[i]);
  if (!PQsendQueryPrepared(db->connection, name, (int)count, bound.values, bound.lengths, bound.formats, 0))
    return failure(db, NULL);
  db->unanswered++;
  return RESULT_DONE;
}

struct result db_query(struct db *db, const char *sql, const struct db_param *params, size_t count, struct rows *out) {
  TRY(send_query(db, sql, params, count));
  if (!out && db->in_transaction && db->unanswered < UNANSWERED_MAX)
    return RESULT_DONE;
  PGresult *result = NULL;
  struct result done = read_answers(db, &result);
  keep(db, result);
  if (out && result_ok(&done))
    *out = (struct rows){
        .result = result, .count = (size_t)PQntuples(result), .affected = strtoll(PQcmdTuples(result), NULL, 10)};
  return done;
}

struct result db_constant(struct db *db, const char *sql, struct rows *out) {
  struct constant *constant = db->constants;
  while (constant && constant->sql != sql)
    constant = constant->next;
  if (!constant) {
    TRY(db_query(db, sql, NO_PARAMS, out));
    db->result_count--; /* it is not released with the others */
    constant = heap_new(sizeof *constant);
    *constant = (struct constant){sql, *out, db->constants};
    db->constants = constant;
  }
  *out = constant->rows;
  return RESULT_DONE;
}

/* A pipeline takes no text of several statements. */
struct result db_script(struct db *db, const char *sql) {
  TRY(db_settle(db));
  PQexitPipelineMode(db->connection);
  PGresult *result = PQexec(db->connection, sql);
  struct result done = succeeded(result) ? RESULT_DONE : failure(db, result);
  PQclear(result);
  PQenterPipelineMode(db->connection);
  return done;
}

/* -- transactions -- */

struct result db_begin(struct db *db) {
  db->in_transaction = true;
  return db_query(db, "begin", NO_PARAMS, NULL);
}

static struct result end(struct db *db, const char *sql) {
  db->in_transaction = false;
  return db_query(db, sql, NO_PARAMS, NULL);
}

/* What fails on the way there is not committed. */
struct result db_commit(struct db *db) {
  struct result result = not_failed(db);
  if (result_ok(&result))
    result = end(db, "commit");
  if (!result_ok(&result))
    db_rollback(db);
  return result;
}

/* Whatever is on its way is taken back with the rest, failed or not. */
void db_rollback(struct db *db) {
  struct result settled = db_settle(db);
  if (!is_lost(db) && PQtransactionStatus(db->connection) != PQTRANS_IDLE) /* a commit that failed has ended it */
    settled = end(db, "rollback");
  db->in_transaction = false;
  (void)settled;
}

struct result db_part_begin(struct db *db) {
  return db_query(db, "savepoint part", NO_PARAMS, NULL);
}

struct result db_part_end(struct db *db, struct result result) {
  struct result settled = db_settle(db);
  result = result_ok(&result) ? settled : result;
  if (result_ok(&result))
    return db_query(db, "release savepoint part", NO_PARAMS, NULL);
  if (result.code != RESULT_RETRY)
    TRY(db_query(db, "rollback to savepoint part", NO_PARAMS, NULL));
  return result;
}
