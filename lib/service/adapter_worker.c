/* Claiming work and bringing observations in: pulls, fetches, deliveries. */
#include "service/adapter_worker.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/trace.h"
#include "service/connector_fetch.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* -- observations -- */

static void clean_values(struct arena *arena, struct values *values) {
  struct value *clean = ARENA_ARRAY(arena, struct value, values->count);
  for (size_t i = 0; i < values->count; i++)
    clean[i] = canon_clean(arena, catalogue_kind(values->at[i].name, values->at[i].kind), &values->at[i]);
  values->at = clean;
}

void worker_canonical(struct arena *arena, struct observation *observation) {
  clean_values(arena, &observation->fields);
  clean_values(arena, &observation->replaced);
  unsigned char *hash = arena_alloc(arena, CANON_HASH_BYTES);
  canon_hash(&observation->fields, hash);
  observation->hash = (struct str){(const char *)hash, CANON_HASH_BYTES};
}

bool worker_is_too_long(const struct observation *seen) {
  return values_bytes(&seen->fields) > CONTENT_BYTES_MAX;
}

/* What is too long is passed on as unreadable, which has it looked at alone and parked with what is wrong. */
static struct observation *canonical_copy(struct arena *arena, const struct observation *at, size_t count) {
  struct observation *copy = ARENA_ARRAY(arena, struct observation, count);
  for (size_t i = 0; i < count; i++) {
    copy[i] = at[i];
    if (worker_is_too_long(&copy[i]))
      connector_set_gone(&copy[i], STR("unreadable"), (struct str){0});
    worker_canonical(arena, &copy[i]);
  }
  return copy;
}

static struct result start_observe(struct worker *worker, struct connection *connection, struct observe *observe,
                                   struct rpc_pending **out) {
  worker->connector->take_usage(connection, &observe->usage);
  fault_point_of("adapter.before_observe", observe->source.at);
  return rpc_start(worker->rpc, VERB_OBSERVE, observe, RPC_TIMEOUT_MS, out);
}

static struct result finish_observe(struct arena *arena, const char *source, struct rpc_pending *pending) {
  struct observe_result answer;
  TRY(rpc_finish(pending, arena, &answer));
  fault_point_of("adapter.after_observe", source);
  return RESULT_DONE;
}

static struct result send_observe(struct worker *worker, struct arena *arena, struct connection *connection,
                                  struct observe *observe) {
  struct rpc_pending *pending;
  TRY(start_observe(worker, connection, observe, &pending));
  return finish_observe(arena, observe->source.at, pending);
}

/* -- the kinds of work -- */

/* The page that the store is taking while the next one is fetched. */
struct page_ahead {
  struct arena arena;
  struct rpc_pending *pending;
};

static struct result settle_page(struct page_ahead *ahead) {
  struct rpc_pending *pending = ahead->pending;
  ahead->pending = NULL;
  return pending ? finish_observe(&ahead->arena, "list", pending) : RESULT_DONE;
}

static struct result hand_over_page(struct worker *worker, struct connection *connection, const struct work *work,
                                    const struct pull_page *page, struct page_ahead *ahead) {
  struct observe observe = {.lease = work->lease,
                            .source = STR("list"),
                            .cursor = page->cursor,
                            .done = page->done,
                            .unchanged = page->unchanged};
  arena_reset(&ahead->arena);
  observe.observations.at = canonical_copy(&ahead->arena, page->observations.at, page->observations.count);
  observe.observations.count = page->observations.count;
  return start_observe(worker, connection, &observe, &ahead->pending);
}

/* Page after page; each is one transaction in the store, with the cursor, so that a pull goes on where it stopped. The
 * next page is fetched while the store takes the one before. */
static struct result pull(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  struct arena pages[2] = {{0}, {0}};
  struct page_ahead ahead = {0};
  struct str cursor = work->cursor;
  struct result result = RESULT_DONE;
  bool done = false;
  (void)arena;
  for (unsigned n = 0; result_ok(&result) && !done; n++) {
    struct arena *page_arena = &pages[n % 2]; /* the cursor still stands in the other one */
    struct pull_page page = {0};
    arena_reset(page_arena);
    result = worker->connector->pull(connection, page_arena, work->mode, cursor, &page);
    if (result_ok(&result) && page.note.length)
      log_event(LOG_WARNING, "pull_note", LOG_STR("project", work->project.name), LOG_STR("note", page.note));
    struct result before = settle_page(&ahead);
    if (!result_ok(&before))
      result = before;
    if (result_ok(&result))
      result = hand_over_page(worker, connection, work, &page, &ahead);
    cursor = page.cursor;
    done = page.done;
  }
  if (result_ok(&result))
    result = settle_page(&ahead);
  arena_free(&ahead.arena);
  arena_free(&pages[0]);
  arena_free(&pages[1]);
  return result;
}

static struct refused_fetch failed_look(struct arena *arena, const struct look *look) {
  return (struct refused_fetch){look->ref, str_copy(arena, str_of(look->result.message))};
}

/* Each look goes where it belongs; returns what stopped the looking, if anything did. */
static struct result sort_looks(struct arena *arena, const struct look *looks, size_t count, struct observe *out) {
  struct observation *seen = ARENA_ARRAY(arena, struct observation, count);
  struct external_ref *same = ARENA_ARRAY(arena, struct external_ref, count);
  struct refused_fetch *refused = ARENA_ARRAY(arena, struct refused_fetch, count);
  struct refused_fetch *unanswered = ARENA_ARRAY(arena, struct refused_fetch, count);
  struct result stopped = RESULT_DONE;
  out->observations.at = seen;
  out->not_modified.at = same;
  out->refused.at = refused;
  out->unanswered.at = unanswered;
  for (size_t i = 0; i < count; i++) {
    const struct look *look = &looks[i];
    bool is_refused = look->result.code == RESULT_REJECTED || look->result.code == RESULT_GONE;
    if (!result_ok(&look->result) && !is_refused)
      stopped = look->result;
    if (is_refused)
      refused[out->refused.count++] = failed_look(arena, look);
    else if (look->result.code == RESULT_RETRY && !look->untried)
      unanswered[out->unanswered.count++] = failed_look(arena, look);
    else if (!result_ok(&look->result))
      continue;
    else if (look->not_modified)
      same[out->not_modified.count++] = look->ref;
    else
      seen[out->observations.count++] = look->seen;
  }
  return stopped;
}

/* How many of them one message carries with ease: at least one. */
static size_t carried(const struct look *looks, size_t count) {
  size_t bytes = values_bytes(&looks[0].seen.fields), carried = 1;
  while (carried < count && (bytes += values_bytes(&looks[carried].seen.fields)) <= WIRE_PAGE_BYTES)
    carried++;
  return carried;
}

static struct result fetch(struct worker *worker, struct arena *arena, struct connection *connection,
                           const struct work *work) {
  size_t count = work->refs.count;
  struct look *looks = ARENA_ARRAY(arena, struct look, count);
  struct result stopped = RESULT_DONE;
  for (size_t i = 0; i < count; i++)
    looks[i] = (struct look){.ref = work->refs.at[i]};
  worker_look(worker, arena, connection, looks, count);
  for (size_t first = 0, next; first < count; first = next) {
    struct observe observe = {.lease = work->lease, .source = STR("fresh"), .done = true};
    next = first + carried(looks + first, count - first);
    struct result result = sort_looks(arena, looks + first, next - first, &observe);
    if (!result_ok(&result))
      stopped = result;
    if (observe.observations.count + observe.not_modified.count + observe.refused.count + observe.unanswered.count)
      TRY(send_observe(worker, arena, connection, &observe));
  }
  return stopped;
}

static struct result deliver(struct worker *worker, struct arena *arena, struct connection *connection,
                             const struct work *work) {
  size_t n = work->deliveries.count;
  struct str *settled = ARENA_ARRAY(arena, struct str, n), *poison = ARENA_ARRAY(arena, struct str, n);
  struct str *reasons = ARENA_ARRAY(arena, struct str, n);
  struct observe observe = {.lease = work->lease, .source = STR("webhook"), .done = true};
  struct observation *all = NULL;
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    const struct delivery *delivery = &work->deliveries.at[i];
    struct list list = {0};
    struct str id = str_format(arena, "%lld", (long long)delivery->id);
    struct result result = worker->connector->translate(arena, &work->project, delivery->event, delivery->body, &list);
    if (!result_ok(&result)) {
      log_event(LOG_WARNING, "delivery_poison", LOG_STR("id", id), LOG_RESULT(&result));
      reasons[observe.poison_ids.count] = str_copy(arena, str_of(result.message));
      poison[observe.poison_ids.count++] = id;
      continue;
    }
    struct observation *grown = ARENA_ARRAY(arena, struct observation, count + list.count);
    if (count)
      memcpy(grown, all, count * sizeof *all);
    struct observation *clean = canonical_copy(arena, list.at, list.count);
    if (list.count)
      memcpy(grown + count, clean, list.count * sizeof *all);
    all = grown;
    count += list.count;
    settled[observe.delivery_ids.count++] = id;
  }
  observe.observations.at = all;
  observe.observations.count = count;
  observe.delivery_ids.at = settled;
  observe.poison_ids.at = poison;
  observe.poison_reasons.at = reasons;
  observe.poison_reasons.count = observe.poison_ids.count;
  return send_observe(worker, arena, connection, &observe);
}

/* One page a claim: whatever a person waits for comes between. */
static struct result scan(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  struct scan_found found = {0};
  TRY(worker->connector->scan(connection, arena, work->cursor, &found));
  struct scan_page page = {
      .lease = work->lease, .counted = found.counted, .count = found.count, .cursor = found.cursor, .done = found.done};
  page.ids.at = found.ids.at;
  page.ids.count = found.ids.count;
  worker->connector->take_usage(connection, &page.usage);
  return rpc_call(worker->rpc, arena, VERB_SCAN_PAGE, &page, NULL, RPC_TIMEOUT_MS);
}

static const struct {
  const char *kind;
  struct result (*run)(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work);
  bool asks; /* done means that the tracker has answered at least one call */
} kinds[] = {{"push", worker_push, false}, {"deliver", deliver, false}, {"fetch", fetch, true},
             {"pull", pull, true},         {"hook", worker_hook, true}, {"scan", scan, true}};

static struct result run_work(struct worker *worker, struct arena *arena, const struct work *work) {
  struct connection *connection;
  TRY(worker_connect(worker, work, &connection));
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (str_is(work->kind, kinds[i].kind)) {
      struct result result = kinds[i].run(worker, arena, connection, work);
      if (result_ok(&result) && kinds[i].asks)
        worker_prove_auth(worker, connection);
      return worker_doubt_auth(worker, connection, result);
    }
  return result_error(RESULT_BUG, "the store handed out unknown work \"%.*s\"", STR_FMT(work->kind));
}

/* What a bug made of deliveries is told, though the process ends: it is why they are given up, should it go on. */
static bool is_told(const struct work *work, const struct result *outcome) {
  return outcome->code != RESULT_BUG || str_is(work->kind, "deliver");
}

/* Gives the lease back, with what went wrong. A lost lease is not an error: somebody else goes on. */
static struct result end_work(struct worker *worker, struct arena *arena, const struct work *work,
                              struct result outcome) {
  if (!is_told(work, &outcome))
    return outcome;
  if (outcome.code == RESULT_STALE)
    return RESULT_DONE;
  if (result_ok(&outcome)) {
    struct work_release release = {.lease = work->lease};
    return rpc_call(worker->rpc, arena, VERB_WORK_RELEASE, &release, NULL, RPC_TIMEOUT_MS);
  }
  log_event(LOG_WARNING, "work_failed", LOG_STR("project", work->project.name), LOG_STR("kind", work->kind),
            LOG_RESULT(&outcome));
  /* A read may be repeated, whatever happened to it. */
  enum result_code code = outcome.code == RESULT_UNCERTAIN ? RESULT_RETRY : outcome.code;
  struct work_fail fail = {.lease = work->lease,
                           .code = str_of(result_code_name(code)),
                           .message = str_of(outcome.message),
                           .retry_after_ms = outcome.retry_after_ms};
  worker_leave(worker, &work->project, code == RESULT_AUTH, &fail.usage);
  struct result result = rpc_call(worker->rpc, arena, VERB_WORK_FAIL, &fail, NULL, RPC_TIMEOUT_MS);
  if (outcome.code == RESULT_BUG)
    return outcome;
  return result.code == RESULT_STALE ? RESULT_DONE : result;
}

/* As a span below what asks for the work; that of each write goes on with its own cause (adapter_push.c). */
static struct result run_traced(struct worker *worker, struct arena *arena, const struct work *work) {
  struct trace_context cause = trace_parse(work->traceparent);
  struct span span;
  span_begin(&span, str_format(arena, "work %.*s", STR_FMT(work->kind)).at, SPAN_CONSUMER, &cause);
  span_text(&span, "tandem.project", work->project.name);
  span_text(&span, "tandem.system", work->project.system);
  struct result outcome = run_work(worker, arena, work), result = end_work(worker, arena, work, outcome);
  span_result(&span, &outcome);
  span_end(&span);
  return result;
}

struct result worker_round(struct worker *worker, struct service_context *context, int64_t *wait_ms) {
  struct work_claim claim = {.system = str_of(worker->connector->system),
                             .worker = context->name,
                             .hooks = worker_sees_to_hooks(worker->connector),
                             .scans = worker->connector->scan != NULL};
  struct work work = {0};
  TRY(rpc_call(worker->rpc, context->arena, VERB_WORK_CLAIM, &claim, &work, RPC_TIMEOUT_MS));
  fault_point_of("adapter.after_claim", str_c(context->arena, work.kind));
  if (str_is(work.kind, "none"))
    return *wait_ms = work.retry_ms > 0 ? work.retry_ms : 1000, RESULT_DONE;
  *wait_ms = 0;
  return run_traced(worker, context->arena, &work);
}
