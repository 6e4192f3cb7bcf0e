/* The store of a run. */
#include "simulation/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/msgpack.h"
#include "service/rpc_frames.h"
#include "simulation/looks.h"
#include "simulation/world.h"
#include "store/execute.h"
#include "store/migrate.h"

enum { SEEDS_A_TIDYING = 100 };

enum crash { NO_CRASH, CRASH_BEFORE_COMMIT, CRASH_AFTER_COMMIT };

struct store {
  struct db *db;
  struct db *sweeper; /* a connection without triggers; to switch them off in the other would void its plans */
  struct vault *vault;
  _Atomic int64_t *clock; /* the server's: preload/clock.c */
  struct arena events, life;
  const char *tidy; /* the statement that sweeps dead rows up */
  int seeds_until_tidy;
  bool commits_next; /* before the next begin */
  struct outbox outbox;
  struct world *world;
  uint64_t changes;
  struct agenda agenda;
  int64_t down_until_ms;
  enum crash crash;
};

static struct store *open_store;

/* -- the clock, chance and transactions of the database: a commit goes with the next begin, one round trip for both --
 */

struct result __real_db_begin(struct db *db) MUST_USE;
struct result __real_db_commit(struct db *db) MUST_USE;
struct result __wrap_db_begin(struct db *db) MUST_USE;
struct result __wrap_db_commit(struct db *db) MUST_USE;
int64_t __wrap_clock_now_ms(void);
int64_t __wrap_clock_mono_ms(void);

int64_t __wrap_clock_now_ms(void) {
  struct world *world = world_current();
  return world ? world->now_ms : 0;
}

int64_t __wrap_clock_mono_ms(void) {
  return __wrap_clock_now_ms();
}

/* A transaction begins with the server's clock as it stands here. */
struct result __wrap_db_begin(struct db *db) {
  if (!open_store)
    return __real_db_begin(db);
  bool commits = open_store->commits_next;
  open_store->commits_next = false;
  atomic_store(open_store->clock, __wrap_clock_now_ms());
  return commits ? db_query(db, "commit and chain", NO_PARAMS, NULL) : __real_db_begin(db);
}

struct result __wrap_db_commit(struct db *db) {
  if (open_store && open_store->crash == CRASH_BEFORE_COMMIT) {
    db_rollback(db);
    return result_error(RESULT_RETRY, "the store has crashed");
  }
  if (!open_store)
    return __real_db_commit(db);
  struct result result = db_settle(db);
  if (!result_ok(&result))
    db_rollback(db);
  open_store->commits_next = result_ok(&result);
  return result;
}

static const char shadowing_functions[] = "create sequence sim_uuid; "
                                          "create function gen_random_uuid() returns uuid volatile language sql as "
                                          "'select md5(current_setting(''sim.seed'') || nextval(''sim_uuid''))::uuid'";

static struct result prepare_database(struct db *db) {
  TRY(db_script(db, "set client_min_messages = warning; drop schema public cascade; create schema public"));
  TRY(db_script(db, "set search_path = public, pg_catalog; set sim.seed = '0'"));
  TRY(db_script(db, shadowing_functions));
  TRY(migrate(db));
  return db_script(db, agenda_functions);
}

/* Deleting leaves the prepared statements as they are planned, which truncate and vacuum do not: so dead rows are swept
 * up only after some seeds. A function keeps the plans of the deletions, too. */
static struct result prepare_sweeping(struct store *store) {
  struct rows rows;
  TRY(db_query(
      store->db,
      "select 'create function sim_forget() returns void language plpgsql as $$begin ' || string_agg('delete from ' || "
      "t.name, '; ') || '; perform ' || (select string_agg(format('setval(%L, 1, false)', sequencename), ', ') from "
      "pg_sequences where schemaname = 'public') || '; end$$' as forgetting, "
      "'vacuum (index_cleanup on) ' || string_agg(t.name, ', ') as tidy from (select quote_ident(tablename) as "
      "name from pg_tables where schemaname = 'public' and tablename not in ('schema_version', "
      "'installation')) t",
      NO_PARAMS, &rows));
  const char *forgetting = str_c(&store->life, rows_str(&rows, 0, "forgetting"));
  store->tidy = str_c(&store->life, rows_str(&rows, 0, "tidy"));
  db_release(store->db);
  return db_script(store->db, forgetting);
}

static struct result open_clock(const char *path, _Atomic int64_t **out) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0)
    close(file);
  if (memory == MAP_FAILED)
    return result_error(RESULT_REJECTED, "%s: %s", path, strerror(errno));
  *out = memory;
  return RESULT_DONE;
}

/* A server with a clock of its own would make every run another one. */
static struct result check_clock(struct store *store) {
  struct rows rows;
  atomic_store(store->clock, 86400000);
  TRY(db_query(store->db, "select extract(epoch from now()) = 86400 as ours", NO_PARAMS, &rows));
  bool ours = rows_bool(&rows, 0, "ours");
  db_release(store->db);
  return ours ? RESULT_DONE : result_error(RESULT_REJECTED, "the server does not take its time from the clock's file");
}

struct result store_open(struct str database_url, const char *clock_path, struct store **out) {
  struct store *store = calloc(1, sizeof *store);
  if (!store)
    abort();
  struct result result = open_clock(clock_path, &store->clock);
  if (result_ok(&result))
    result = db_open(database_url, &store->db);
  if (!result_ok(&result))
    return free(store), result;
  store->outbox.arena = &store->events;
  store->vault = vault_of(&(struct data_keys){.count = 1, .at = {{.id = "simulated"}}});
  *out = store;
  TRY(prepare_database(store->db));
  TRY(check_clock(store));
  TRY(db_open(database_url, &store->sweeper));
  TRY(db_script(store->sweeper, "set session_replication_role = replica"));
  open_store = store;
  return prepare_sweeping(store);
}

void store_close(struct store *store) {
  db_close(store->db);
  db_close(store->sweeper);
  vault_close(store->vault);
  arena_free(&store->events);
  arena_free(&store->life);
  free(store);
  open_store = NULL;
}

static struct result forget_seed(struct store *store) {
  if (store->commits_next)
    TRY(__real_db_commit(store->db));
  store->commits_next = false;
  TRY(db_query(store->sweeper, "select sim_forget()", NO_PARAMS, NULL));
  if (store->seeds_until_tidy-- > 0)
    return RESULT_DONE;
  store->seeds_until_tidy = SEEDS_A_TIDYING;
  return db_script(store->sweeper, store->tidy);
}

struct result store_reset(struct store *store, struct world *world) {
  char text[96];
  TRY(forget_seed(store));
  store->world = world;
  store->changes = 1;
  store->agenda = (struct agenda){0};
  store->down_until_ms = 0;
  store->crash = NO_CRASH;
  store->outbox.head = 0;
  outbox_clear(&store->outbox);
  arena_reset(&store->events);
  snprintf(text, sizeof text, "set sim.seed = '%llu'; select setseed(0)", (unsigned long long)world->chances.seed);
  return db_script(store->db, text);
}

void store_begin(struct store *store) {
  agenda_begin(&store->agenda);
}

/* -- verbs -- */

void store_fault_point(const char *name) {
  struct store *store = open_store;
  bool before = strcmp(name, "store.before_commit") == 0, after = strcmp(name, "store.after_commit") == 0;
  if (!store || !store->world || (!before && !after) || store->crash)
    return;
  if (chances_fault(&store->world->chances, FAULT_STORE_CRASH, WHO_STORE + after))
    store->crash = before ? CRASH_BEFORE_COMMIT : CRASH_AFTER_COMMIT;
}

/* Whether it may find something, as is known without looking. */
static bool may_find(struct store *store, enum looker looker) {
  struct result result = agenda_refresh(&store->agenda, store->db, looker, store->world->now_ms);
  if (!result_ok(&result))
    world_violate(store->world, "no bugs", "agenda: %s", result.message);
  return agenda_has(&store->agenda, looker);
}

/* Whether looking would find nothing, as is known without looking. */
static bool is_nothing(struct store *store, struct arena *arena, enum verb_id verb, enum looker looker,
                       struct str *out_reply) {
  if (looker == LOOKER_COUNT)
    return false;
  if (may_find(store, looker))
    return false;
  *out_reply = looks_nothing(arena, verb, agenda_next_ms(&store->agenda, looker) - store->world->now_ms);
  return true;
}

static void note(struct store *store, struct arena *arena, const struct asked *asked, unsigned lookers,
                 enum looker looker, struct str reply) {
  bool has_rung = store->outbox.ring_count > 0; /* a tick that undoes something tells nothing of it */
  bool may_write = (verb_table[asked->verb].flags & VERB_WRITE) != 0;
  struct looked looked = {0};
  uint64_t id;
  if (looks_is_done(arena, asked, reply, &id)) {
    agenda_settle(&store->agenda, lookers, id);
    lookers = 0;
  }
  if (looker != LOOKER_COUNT)
    looked = looks_answer(arena, asked, reply);
  if (looker == LOOKER_COUNT ? may_write : has_rung || looked.found || !looked.known) {
    store->changes++;
    if (looker != LOOKER_COUNT)
      agenda_take(&store->agenda, looker, &looked, store->world->now_ms);
    agenda_note(&store->agenda, asked->verb, lookers, &store->outbox);
  } else if (looker != LOOKER_COUNT) {
    agenda_find_nothing(&store->agenda, looker);
  }
}

static void ring_all(struct store *store) {
  struct world *world = store->world;
  for (size_t ring = 0; ring < store->outbox.ring_count; ring++)
    for (size_t i = 0; i < world->actor_count; i++)
      actor_ring(&world->actors[i], store->outbox.rings[ring].bell, store->outbox.rings[ring].system);
}

static bool crash(struct store *store) {
  world_tell(store->world, "store crashes %s its commit", store->crash == CRASH_BEFORE_COMMIT ? "before" : "after");
  store->down_until_ms =
      store->world->now_ms + chances_between(&store->world->chances, DRAW_DURATION, WHO_STORE, 200, 8000);
  store->crash = NO_CRASH;
  outbox_clear(&store->outbox);
  return false;
}

bool store_execute(struct store *store, struct arena *arena, unsigned lookers, struct str frame,
                   struct str *out_reply) {
  struct verb_request request = {0};
  if (store->world->now_ms < store->down_until_ms)
    return false;
  struct result result = msgpack_decode(arena, &record_verb_request, frame, &request);
  enum verb_id verb = result_ok(&result) ? verb_named(request.verb) : VERB_COUNT;
  if (verb == VERB_COUNT)
    abort();
  void *body = arena_alloc(arena, verb_table[verb].request->size_bytes);
  result = msgpack_decode(arena, verb_table[verb].request, request.body, body);
  if (!result_ok(&result))
    abort();
  struct call call = {.db = store->db,
                      .arena = arena,
                      .outbox = &store->outbox,
                      .vault = store->vault,
                      .peer = &peer_trusted,
                      .client = request.client};
  enum looker looker = looks_by(verb, body);
  if (is_nothing(store, arena, verb, looker, out_reply))
    return true;
  store->world->verbs++;
  store->world->tally.verbs[verb]++;
  execute(&call, verb, &request, body, out_reply);
  bool committed = !store->crash || store->crash == CRASH_AFTER_COMMIT;
  if (committed)
    note(store, arena, &(struct asked){request.client, verb, body}, lookers, looker, *out_reply);
  if (store->crash)
    return crash(store);
  ring_all(store);
  outbox_clear(&store->outbox);
  arena_reset(&store->events);
  return true;
}

void store_restart(struct store *store) {
  store->down_until_ms = 0;
}

void store_bring_scans_forward(struct store *store) {
  struct result result = db_query(store->db, "update project_scan set next_at = to_timestamp($1::bigint / 1000.0)",
                                  PARAMS(p_i64(store->world->now_ms)), NULL);
  if (!result_ok(&result))
    world_violate(store->world, "no bugs", "bringing scans forward: %s", result.message);
  db_release(store->db);
  agenda_doubt_adapters(&store->agenda);
}

/* -- looking at it -- */

uint64_t store_changes(const struct store *store) {
  return store->changes;
}

bool store_has_work(struct store *store, unsigned lookers) {
  for (unsigned looker = 0; looker < LOOKER_COUNT; looker++)
    if (lookers & 1U << looker && may_find(store, looker))
      return true;
  return false;
}

bool store_is_at_rest(struct store *store) {
  struct rows rows;
  bool at_rest = false;
  struct result result =
      db_query(store->db,
               "select not exists (select from plannable) and not exists (select from intent where state in "
               "('prepared', 'sending', 'unknown')) and not exists (select from fetch_queue where not refused) "
               "and not exists (select from delivery where state = 'pending') and not exists (select from "
               "session where state = 'running') as rests",
               NO_PARAMS, &rows);
  if (result_ok(&result))
    at_rest = rows_bool(&rows, 0, "rests");
  db_release(store->db);
  return at_rest;
}

struct result store_tally(struct store *store, struct tally *tally) {
  struct rows rows;
  struct result result =
      db_query(store->db,
               "select what, count(*) as n from (select 'conflict: ' || kind || ' ' || state from conflict "
               "union all select 'conflict chosen: ' || choice from conflict where choice is not null "
               "union all select 'change: ' || cause from change_log "
               "union all select 'write: ' || change || ' ' || kind || ' ' || state from intent "
               "union all select 'write: tried again' from intent where attempts > 1 "
               "union all select 'write: looked for' from intent where probes > 0 "
               "union all select 'mapping: ' || state from mapping "
               "union all select 'tickets joined' from item where merged_into is not null "
               "union all select 'webhook: ' || state from delivery "
               "union all select 'fetch in the queue' from fetch_queue "
               "union all select 'session: ' || mode || ' ' || state from session "
               "union all select 'webhook registered: ' || state from project_hook where state <> 'unknown' "
               "union all select 'webhook mended' from project_hook where repaired_at is not null "
               "union all select 'delivery that failed and did not come' from failed_delivery "
               "union all select 'scan: found what is not there' from project_scan, generate_series(1, found_absent) "
               "union all select 'scan: found what was not seen' from project_scan, generate_series(1, found_unseen) "
               "union all select 'scan: another number' from project_scan where surplus <> 0 or surplus_seen <> 0 "
               "union all select 'seed') s(what) group by what order by what",
               NO_PARAMS, &rows);
  for (size_t i = 0; result_ok(&result) && i < rows.count; i++)
    tally_situation(tally, rows_str(&rows, i, "what").at, rows_i64(&rows, i, "n"));
  db_release(store->db);
  return result;
}
