/* The verb that takes what was decided: all that becomes true with a decision, as long as its inputs are what it saw.
 */
#include "base/mutation.h"
#include "base/trace.h"
#include "store/execute.h"
#include "store/observing/adopt_shadow.h"
#include "store/observing/deletes.h"
#include "store/observing/externals.h"
#include "store/observing/gone_many.h"
#include "store/planning/preview.h"
#include "store/sessions/sessions.h"
#include "store/tickets/imports.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* A mapping as it is now, for one outcome. */
struct target {
  int64_t mapping_id, project_id, item_id, number, parent_number, session_id;
  struct str kind, external_id, external_key, url, project, system, remote, hash;
  struct values local;
  struct str caused_at; /* since when the mapping waited */
  int64_t rank;         /* with which it did */
};

static struct result load_target(struct call *call, int64_t mapping_id, struct target *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select m.project_id, m.item_id, m.kind, m.external_id, e.external_key, e.url, e.hash, p.name, p.system, "
      "p.remote, i.fields, i.number, t.number as parent_number, s.id as session_id from mapping m "
      "join project p on p.id = m.project_id join item i on i.id = m.item_id "
      "left join item t on t.id = i.parent_id left join session s on s.project_id = p.id and "
      "s.state = 'running' left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) where m.id = $1::bigint for update of i",
      PARAMS(p_i64(mapping_id)), &rows));
  *out = (struct target){
      .mapping_id = mapping_id,
      .project_id = rows_i64(&rows, 0, "project_id"),
      .item_id = rows_i64(&rows, 0, "item_id"),
      .number = rows_i64(&rows, 0, "number"),
      .parent_number = rows_i64(&rows, 0, "parent_number"),
      .session_id = rows_i64(&rows, 0, "session_id"),
      .kind = rows_str(&rows, 0, "kind"),
      .external_id = rows_str(&rows, 0, "external_id"),
      .external_key = rows_str(&rows, 0, "external_key"),
      .url = rows_str(&rows, 0, "url"),
      .project = rows_str(&rows, 0, "name"),
      .system = rows_str(&rows, 0, "system"),
      .remote = rows_str(&rows, 0, "remote"),
      .hash = rows_bytes(call->arena, &rows, 0, "hash"),
  };
  return rows_values(call->arena, &rows, 0, "fields", &out->local);
}

static struct str ticket_key(struct call *call, const struct target *t) {
  bool is_comment = str_is(t->kind, "comment");
  return key_text(call->arena, STR("ticket"), is_comment ? t->parent_number : t->number, 0);
}

static void tell_updated(struct call *call, const struct target *t, const struct values *changed) {
  struct str *names = ARENA_ARRAY(call->arena, struct str, changed->count);
  for (size_t i = 0; i < changed->count; i++)
    names[i] = changed->at[i].name;
  struct event_external_ticket data = {
      .project = t->project,
      .ticket = ticket_key(call, t),
      .comment = str_is(t->kind, "comment") ? key_text(call->arena, t->kind, 0, t->item_id) : (struct str){0},
      .external_key = t->external_key,
      .url = t->url,
      .direction = STR("imported"),
  };
  data.fields.at = names;
  data.fields.count = changed->count;
  outbox_add(call->outbox, EVENT_EXTERNAL_TICKET_UPDATED, data.ticket, data.ticket, &data);
}

static struct str actor_of(struct call *call, const struct target *t) {
  return str_format(call->arena, "%.*s:%.*s", STR_FMT(t->system), STR_FMT(t->remote));
}

/* Local values change by a pull, a merge or a recorded decision, and every one of them is written down. */
static struct result change_local(struct call *call, const struct target *t, const struct values *changed) {
  if (changed->count == 0)
    return RESULT_DONE;
  struct str actor = actor_of(call, t);
  for (size_t i = 0; i < changed->count; i++) {
    struct item_change change = {.item_id = t->item_id,
                                 .project_id = t->project_id,
                                 .session_id = t->session_id,
                                 .actor = actor,
                                 .cause = STR("sync"),
                                 .before = values_find(&t->local, changed->at[i].name),
                                 .after = &changed->at[i]};
    TRY(tickets_log_change(call, &change));
  }
  TRY(tickets_apply(call, t->item_id, changed));
  tell_updated(call, t, changed);
  struct session_counts counts = {.updated = 1};
  TRY(sessions_count(call, t->project_id, &counts));
  /* The other trackers of this ticket learn of it through the local one. */
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db,
                  "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 1 from mapping "
                  "where item_id = $1::bigint and id <> $2::bigint on conflict (mapping_id) do update set "
                  "generation = nextval('plan_generation'), claimed_until = '-infinity'",
                  PARAMS(p_i64(t->item_id), p_i64(t->mapping_id)), NULL);
}

/* Whether something is to be done in its tracker. */
static bool writes(const struct plan_outcome *o) {
  return o->set.count + o->add.count + o->remove.count || o->create || str_is(o->deletion, "delete_external");
}

/* Which write goes first: what a person does before what was observed, and of each the changes before what is new,
 * which may be very much. */
static int64_t rank_of(const struct target *t, const struct plan_outcome *o) {
  return 2 * t->rank + o->create;
}

/* What the local side was, where it is more than what goes out of it: members of a set that have no word there, or no
 * room. */
static struct values seen_local(struct call *call, const struct target *t, const struct plan_outcome *o) {
  struct values_builder seen = {.arena = call->arena};
  for (size_t i = 0; i < o->sent_local.count; i++) {
    const struct value *sent = &o->sent_local.at[i], *changed = values_find(&o->local, sent->name),
                       *local = changed ? changed : values_find(&t->local, sent->name);
    bool is_sent =
        values_find(&o->set, sent->name) || values_find(&o->add, sent->name) || values_find(&o->remove, sent->name);
    if (is_sent && local && !canon_equal(catalogue_kind(sent->name, sent->kind), local, sent))
      values_put(&seen, *local);
  }
  return values_built(&seen);
}

static struct result prepare_intent(struct call *call, const struct target *t, const struct plan_outcome *o) {
  bool deletes = str_is(o->deletion, "delete_external");
  if (!writes(o))
    return RESULT_DONE;
  struct values seen = seen_local(call, t, o);
  /* A change of the ticket says nothing about an undo that a person asked for; sharing it again ends a retraction. */
  TRY(db_query(call->db,
               "update intent set state = 'superseded' where mapping_id = $1::bigint and state = 'parked' and purpose "
               "is distinct from 'undo'",
               PARAMS(p_i64(t->mapping_id)), NULL));
  outbox_ring(call->outbox, BELL_WORK, t->system);
  return db_query(
      call->db,
      "insert into intent (project_id, mapping_id, item_id, kind, change, payload_set, payload_add, "
      "payload_remove, sent_local, expect_hash, session_id, caused_at, rank, seen_local) values ($1::bigint, "
      "$2::bigint, $3::bigint, $4, $5, $6::text::jsonb, $7::text::jsonb, $8::text::jsonb, $9::text::jsonb, $10, "
      "nullif($11::bigint, 0), $12::text::timestamptz, $13::bigint, $14::text::jsonb)",
      PARAMS(p_i64(t->project_id), p_i64(t->mapping_id), p_i64(t->item_id), p_str(t->kind),
             p_str(o->create ? STR("create")
                   : deletes ? STR("delete")
                             : STR("update")),
             p_values(call->arena, &o->set), p_values(call->arena, &o->add), p_values(call->arena, &o->remove),
             p_values(call->arena, &o->sent_local), p_bytes(t->hash), p_i64(t->session_id), p_str(t->caused_at),
             p_i64(rank_of(t, o)), p_values(call->arena, &seen)),
      NULL);
}

/* Nobody has decided it yet, and it comes of something being gone. */
static bool believes_gone(const struct plan_outcome *o) {
  return (str_is(o->deletion, "delete_local") && o->closes.count == 0) ||
         (o->conflicts.count && str_is(o->conflicts.at[0].kind, "deleted_vs_edited"));
}

/* What is here, or whether it is. */
static bool changes_local_side(const struct plan_outcome *o) {
  return o->local.count || str_is(o->deletion, "delete_local") || str_is(o->deletion, "restore_local") ||
         str_is(o->deletion, "close_local");
}

/* The items whose local side an earlier outcome of the same commit has changed. */
struct changed_here {
  int64_t *items;
  size_t count;
};

static bool is_changed_here(const struct changed_here *changed, int64_t item_id) {
  for (size_t i = 0; i < changed->count; i++)
    if (changed->items[i] == item_id)
      return true;
  return false;
}

/* One whose inputs are still what was planned on. */
struct current {
  struct str queued_at; /* absent: they have moved */
  int64_t rank;
  bool pulled; /* its project's session has nothing more to pull */
};

/* `*moved`: another tracker's outcome has changed the local side since this one was planned. That has queued the
 * mapping again, so it is planned on what is there now. */
static struct result commit_one(struct call *call, const struct plan_outcome *o, const struct current *current,
                                struct changed_here *changed, bool *moved) {
  struct target t;
  bool stopped = false;
  TRY(load_target(call, o->mapping_id, &t));
  t.caused_at = current->queued_at;
  t.rank = current->rank;
  *moved = is_changed_here(changed, t.item_id) && !MUTATED(TOGETHER);
  if (*moved)
    return RESULT_DONE;
  if (believes_gone(o))
    TRY(gone_many_stop(call, t.project_id, o->mapping_id, &stopped));
  if (stopped)
    return journal_plan_mapping(call, o->mapping_id, RANK_TICKET);
  if (changes_local_side(o))
    changed->items[changed->count++] = t.item_id;
  TRY(change_local(call, &t, &o->local));
  if (o->shadow_external.count)
    TRY(adopt_shadow_move(call, o->mapping_id, &o->shadow_external, &o->shadow_local));
  struct conflict_place place = {.mapping_id = o->mapping_id,
                                 .item_id = t.item_id,
                                 .project_id = t.project_id,
                                 .is_ticket = str_is(t.kind, "ticket"),
                                 .project = t.project,
                                 .ticket = ticket_key(call, &t),
                                 .external_key = t.external_key};
  TRY(deletes_commit(call, &place, o, actor_of(call, &t)));
  TRY(conflicts_close(call, &place, o));
  TRY(conflicts_open(call, &place, o));
  TRY(references_await(call, o));
  if (o->refetch)
    return externals_fetch(call, t.project_id, t.kind, t.external_id, "plan");
  return prepare_intent(call, &t, o);
}

/* Takes the outcomes that are current off the queue. */
static struct result take_current(struct call *call, const struct plan_commit *commit, struct current *out) {
  size_t n = commit->outcomes.count;
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, n), *generations = ARENA_ARRAY(call->arena, int64_t, n),
          *versions = ARENA_ARRAY(call->arena, int64_t, n);
  for (size_t i = 0; i < n; i++) {
    ids[i] = commit->outcomes.at[i].mapping_id;
    generations[i] = commit->outcomes.at[i].generation;
    versions[i] = commit->outcomes.at[i].settings_version;
  }
  struct rows rows;
  TRY(db_query(
      call->db,
      "with o as (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality "
      "o(mapping_id, generation, version, n)) delete from plan_queue q using o, project p "
      "where q.mapping_id = o.mapping_id and q.generation = o.generation and p.id = q.project_id "
      "and p.version = o.version returning o.n, q.queued_at::text, q.rank, exists (select from session s where "
      "s.project_id = "
      "q.project_id and s.state = 'running' and s.pull_done) as pulled",
      PARAMS(p_i64s(call->arena, ids, n), p_i64s(call->arena, generations, n), p_i64s(call->arena, versions, n)),
      &rows));
  for (size_t row = 0; row < rows.count; row++)
    out[rows_i64(&rows, row, "n") - 1] = (struct current){
        rows_str(&rows, row, "queued_at"), rows_i64(&rows, row, "rank"), rows_bool(&rows, row, "pulled")};
  return RESULT_DONE;
}

/* Each outcome goes on with the trace of what moved its mapping, `own` that of the verb with the others. */
static struct result cause(struct call *call, const struct plan_outcome *outcome, struct str own) {
  struct trace_context context = trace_parse(outcome->traceparent), verb = trace_parse(own);
  struct str traceparent = context.sampled ? trace_format(call->outbox->arena, &context) : own;
  if (str_equal(call->outbox->traceparent, traceparent))
    return RESULT_DONE;
  call->outbox->traceparent = traceparent;
  return execute_cause(call, context.sampled || verb.sampled ? traceparent : (struct str){0});
}

struct result store_plan_commit(struct call *call, const void *request, void *reply) {
  const struct plan_commit *commit = request;
  struct plan_committed *answer = reply;
  struct current *current = ARENA_ARRAY(call->arena, struct current, commit->outcomes.count);
  struct changed_here changed = {.items = ARENA_ARRAY(call->arena, int64_t, commit->outcomes.count)};
  struct import_set imports = {0};
  struct str own = call->outbox->traceparent;
  if (commit->preview)
    return preview_commit(call, commit, answer);
  TRY(take_current(call, commit, current));
  for (size_t i = 0; i < commit->outcomes.count; i++) {
    const struct plan_outcome *outcome = &commit->outcomes.at[i];
    bool moved = str_is_absent(current[i].queued_at);
    TRY(cause(call, outcome, own));
    if (!moved && outcome->import)
      imports_add(call, &imports, outcome);
    else if (!moved && outcome->ignore)
      TRY(imports_ignore(call, outcome->mapping_id));
    else if (!moved)
      TRY(commit_one(call, outcome, &current[i], &changed, &moved));
    if (!moved && current[i].pulled && !writes(outcome)) /* it may have been what the session waited for */
      outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
    answer->moved += moved;
    answer->committed += !moved;
  }
  return imports_commit(call, &imports);
}
