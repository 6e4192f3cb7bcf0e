/* The store of a run. */
#include "simulation/store.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/fault.h"
#include "base/msgpack.h"
#include "service/rpc_frames.h"
#include "simulation/world.h"
#include "store/execute.h"
#include "store/migrate.h"

enum { DUE_MAX = 64, NOTHING_MAX = 8 };

/* Who looks for work, and so which changes concern them. */
enum looker { LOOKER_ADAPTER, LOOKER_PLANNER, LOOKER_SCHEDULER, LOOKER_COUNT };

/* That somebody found nothing to do. It holds until a change that concerns them, or until something becomes due. */
struct nothing {
  enum verb_id verb;
  struct str about; /* the system, or whether dry runs were asked for */
  uint64_t changes;
  int64_t until_ms;
  struct str reply;
};

enum crash { NO_CRASH, CRASH_BEFORE_COMMIT, CRASH_AFTER_COMMIT };

struct store {
  struct db *db;
  struct vault vault;
  struct arena events, life;
  const char *empty, *tidy; /* statements that empty the tables */
  struct outbox outbox;
  struct world *world;
  uint64_t changes, concerning[LOOKER_COUNT];
  struct nothing nothings[NOTHING_MAX];
  size_t nothing_count;
  int64_t changed_at_ms;
  uint64_t due_as_of; /* `changes` when the moments were asked for */
  int64_t due_ms[DUE_MAX];
  size_t due_count;
  int64_t down_until_ms;
  enum crash crash;
};

static struct store *open_store;

/* -- the clock and chance of the database -- */

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

struct result __wrap_db_begin(struct db *db) {
  char text[96];
  int64_t now_ms = __wrap_clock_now_ms();
  snprintf(text, sizeof text, "begin; set local sim.now = '%lld.%03d'", (long long)(now_ms / 1000),
           (int)(now_ms % 1000));
  return db_script(db, text);
}

struct result __wrap_db_commit(struct db *db) {
  if (open_store && open_store->crash == CRASH_BEFORE_COMMIT) {
    db_rollback(db);
    return result_error(RESULT_RETRY, "the store has crashed");
  }
  return __real_db_commit(db);
}

static const char shadowing_functions[] = "create function now() returns timestamptz stable language sql as "
                                          "'select to_timestamp(current_setting(''sim.now'')::float8)'; "
                                          "create sequence sim_uuid; "
                                          "create function gen_random_uuid() returns uuid volatile language sql as "
                                          "'select md5(current_setting(''sim.seed'') || nextval(''sim_uuid''))::uuid'";

static struct result prepare_database(struct db *db) {
  TRY(db_script(db, "set client_min_messages = warning; drop schema public cascade; create schema public"));
  TRY(db_script(db, "set search_path = public, pg_catalog; set sim.now = '0'; set sim.seed = '0'"));
  TRY(db_script(db, shadowing_functions));
  return migrate(db);
}

/* Emptying the tables by delete and vacuum leaves the prepared statements as they are planned, which truncate does not;
 * afterwards every row has the same place again, whatever ran before. */
static struct result list_tables(struct store *store) {
  struct rows rows;
  TRY(db_query(
      store->db,
      "select 'set session_replication_role = replica; ' || string_agg('delete from ' || t.name, '; ') || "
      "'; set session_replication_role = origin; ' || (select string_agg(format('select setval(%L, 1, false)', "
      "sequencename), '; ') from pg_sequences where schemaname = 'public') as empty, "
      "'vacuum (index_cleanup on) ' || string_agg(t.name, ', ') as tidy from (select quote_ident(tablename) as "
      "name from pg_tables where schemaname = 'public' and tablename not in ('schema_version', "
      "'installation')) t",
      NO_PARAMS, &rows));
  store->empty = str_c(&store->life, rows_str(&rows, 0, "empty"));
  store->tidy = str_c(&store->life, rows_str(&rows, 0, "tidy"));
  db_release(store->db);
  return RESULT_DONE;
}

struct result store_open(struct str database_url, struct store **out) {
  struct store *store = calloc(1, sizeof *store);
  if (!store)
    abort();
  struct result result = db_open(database_url, &store->db);
  if (!result_ok(&result))
    return free(store), result;
  store->outbox.arena = &store->events;
  memcpy(store->vault.key_id, "simulated", 10);
  open_store = store;
  *out = store;
  TRY(prepare_database(store->db));
  return list_tables(store);
}

void store_close(struct store *store) {
  db_close(store->db);
  arena_free(&store->events);
  arena_free(&store->life);
  free(store);
  open_store = NULL;
}

struct result store_reset(struct store *store, struct world *world) {
  char text[64];
  store->world = world;
  store->changes = 1;
  store->nothing_count = 0;
  store->due_as_of = 0;
  store->changed_at_ms = world->now_ms;
  store->down_until_ms = 0;
  store->crash = NO_CRASH;
  store->outbox.head = 0;
  outbox_clear(&store->outbox);
  arena_reset(&store->events);
  TRY(db_script(store->db, store->empty));
  TRY(db_script(store->db, store->tidy));
  snprintf(text, sizeof text, "set sim.seed = '%llu'; select setseed(0)", (unsigned long long)world->chances.seed);
  return db_script(store->db, text);
}

/* -- what becomes due -- */

static struct result ask_due(struct store *store) {
  struct rows rows;
  TRY(db_begin(store->db));
  struct result result =
      db_query(store->db,
               "select distinct (extract(epoch from at) * 1000)::bigint as ms from ("
               "select next_attempt_at from intent where state in ('prepared', 'unknown') "
               "union all select next_at from fetch_queue union all select pull_next_at from project "
               "union all select next_sync_at from project union all select until from lease "
               "union all select claimed_until from plan_queue union all select blocked_until from credential) t(at) "
               "where isfinite(at) and at > to_timestamp($1::bigint / 1000.0) order by ms limit $2::bigint",
               PARAMS(p_i64(store->changed_at_ms), p_i64(DUE_MAX)), &rows);
  store->due_count = result_ok(&result) ? rows.count : 0;
  for (size_t i = 0; i < store->due_count; i++)
    store->due_ms[i] = rows_i64(&rows, i, "ms");
  store->due_as_of = store->changes;
  db_rollback(store->db);
  db_release(store->db);
  return result;
}

/* The first moment from now on at which something becomes due by itself. */
static int64_t next_due_ms(struct store *store) {
  struct result result = store->due_as_of == store->changes ? RESULT_DONE : ask_due(store);
  if (!result_ok(&result))
    world_violate(store->world, "no bugs", "%s", result.message);
  for (size_t i = 0; i < store->due_count; i++)
    if (store->due_ms[i] >= store->world->now_ms)
      return store->due_ms[i];
  return INT64_MAX;
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

/* What a looker found: false for nothing. `*about` tells what it asked for. */
static bool has_found(struct arena *arena, enum verb_id verb, const void *body, struct str reply, struct str *about) {
  const struct work_claim *work_claim = body;
  const struct plan_claim *plan_claim = body;
  struct work work = {0};
  struct plan_batch batch = {0};
  struct schedule_result tick = {0};
  struct result result = RESULT_DONE;
  *about = STR("");
  if (verb == VERB_WORK_CLAIM) {
    *about = work_claim->system;
    result = rpc_frames_reply(arena, verb, reply, &work);
    return !result_ok(&result) || !str_is(work.kind, "none");
  }
  if (verb == VERB_PLAN_CLAIM) {
    *about = plan_claim->preview ? STR("preview") : STR("");
    result = rpc_frames_reply(arena, verb, reply, &batch);
    return !result_ok(&result) || batch.cases.count;
  }
  result = rpc_frames_reply(arena, verb, reply, &tick);
  return !result_ok(&result) || tick.started || tick.finished;
}

static bool is_look(enum verb_id verb) {
  return verb == VERB_WORK_CLAIM || verb == VERB_PLAN_CLAIM || verb == VERB_SCHEDULE_TICK;
}

static enum looker looker_of(enum verb_id verb) {
  return verb == VERB_WORK_CLAIM ? LOOKER_ADAPTER : verb == VERB_PLAN_CLAIM ? LOOKER_PLANNER : LOOKER_SCHEDULER;
}

/* Leases concern adapters only, deliveries nobody who plans, claims of planning only those who plan. */
static void note_change(struct store *store, enum verb_id verb) {
  bool of_leases = verb == VERB_WORK_CLAIM || verb == VERB_WORK_RELEASE;
  store->changes++;
  store->changed_at_ms = store->world->now_ms;
  store->concerning[LOOKER_ADAPTER] += verb != VERB_PLAN_CLAIM;
  store->concerning[LOOKER_PLANNER] += !of_leases && verb != VERB_WEBHOOK_ACCEPT;
  store->concerning[LOOKER_SCHEDULER] += !of_leases && verb != VERB_PLAN_CLAIM;
}

static struct nothing *find_nothing(struct store *store, enum verb_id verb, struct str about) {
  for (size_t i = 0; i < store->nothing_count; i++)
    if (store->nothings[i].verb == verb && str_equal(store->nothings[i].about, about))
      return &store->nothings[i];
  return NULL;
}

/* The answer that looking would give, when that is known without looking: nothing. */
static bool is_nothing(struct store *store, enum verb_id verb, const void *body, struct str *out_reply) {
  const struct work_claim *work_claim = body;
  const struct plan_claim *plan_claim = body;
  struct str about = verb == VERB_WORK_CLAIM                          ? work_claim->system
                     : verb == VERB_PLAN_CLAIM && plan_claim->preview ? STR("preview")
                                                                      : STR("");
  const struct nothing *known = is_look(verb) ? find_nothing(store, verb, about) : NULL;
  if (!known || known->changes != store->concerning[looker_of(verb)] || known->until_ms <= store->world->now_ms)
    return false;
  *out_reply = known->reply;
  return true;
}

static void remember_nothing(struct store *store, enum verb_id verb, struct str about, struct str reply) {
  struct nothing *nothing = find_nothing(store, verb, about);
  if (!nothing && store->nothing_count < NOTHING_MAX)
    nothing = &store->nothings[store->nothing_count++];
  if (nothing)
    *nothing = (struct nothing){verb, str_copy(&store->world->arena, about), store->concerning[looker_of(verb)],
                                next_due_ms(store), reply};
}

static void note(struct store *store, struct arena *arena, enum verb_id verb, const void *body, struct str reply) {
  struct str about;
  if (!is_look(verb)) {
    if (verb_table[verb].flags & VERB_WRITE)
      note_change(store, verb);
  } else if (has_found(arena, verb, body, reply, &about))
    note_change(store, verb);
  else
    remember_nothing(store, verb, about, reply);
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

bool store_execute(struct store *store, struct arena *arena, struct str frame, struct str *out_reply) {
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
                      .vault = &store->vault,
                      .peer = &peer_trusted,
                      .client = request.client};
  if (is_nothing(store, verb, body, out_reply))
    return true;
  store->world->verbs++;
  execute(&call, verb, &request, body, out_reply);
  bool committed = !store->crash || store->crash == CRASH_AFTER_COMMIT;
  if (committed)
    note(store, arena, verb, body, *out_reply);
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

/* -- looking at it -- */

uint64_t store_changes(const struct store *store) {
  return store->changes;
}

bool store_has_news(struct store *store, uint64_t changes, int64_t looked_at_ms) {
  if (store->changes != changes)
    return true;
  struct result result = store->due_as_of == changes ? RESULT_DONE : ask_due(store);
  if (!result_ok(&result))
    world_violate(store->world, "no bugs", "%s", result.message);
  for (size_t i = 0; i < store->due_count; i++)
    if (store->due_ms[i] + 1 > looked_at_ms && store->due_ms[i] < store->world->now_ms)
      return true;
  return false;
}

bool store_is_at_rest(struct store *store) {
  struct rows rows;
  struct result result = db_begin(store->db);
  bool at_rest = false;
  if (result_ok(&result))
    result = db_query(store->db,
                      "select not exists (select from plannable) and not exists (select from intent where state in "
                      "('prepared', 'sending', 'unknown')) and not exists (select from fetch_queue where attempts < 3) "
                      "and not exists (select from delivery where state = 'pending') and not exists (select from "
                      "session where state = 'running') as rests",
                      NO_PARAMS, &rows);
  if (result_ok(&result))
    at_rest = rows_bool(&rows, 0, "rests");
  db_rollback(store->db);
  db_release(store->db);
  return at_rest;
}

struct result store_kept_texts(struct store *store, struct arena *arena, struct str *out) {
  struct rows rows;
  TRY(db_begin(store->db));
  struct result result =
      db_query(store->db,
               "select coalesce(string_agg(t, ' '), '') as texts from (select base::text || local::text || "
               "external::text || coalesce(value::text, '') from conflict union all select before::text from "
               "change_log where cause = 'edit' and before is not null) k(t)",
               NO_PARAMS, &rows);
  if (result_ok(&result))
    *out = str_copy(arena, rows_str(&rows, 0, "texts"));
  db_rollback(store->db);
  db_release(store->db);
  return result;
}
