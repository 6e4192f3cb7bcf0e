/* Verbs on the event log: replaying it, and taking events of other services. */
#include <stdlib.h>

#include "base/json.h"
#include "store/projects/projects.h"
#include "store/tickets/journal.h"
#include "store/tickets/tickets.h"

/* The types that the caller may read, as PostgreSQL's array; absent = all. */
static struct db_param readable_types(struct call *call) {
  struct str *types = ARENA_ARRAY(call->arena, struct str, EVENT_COUNT);
  size_t count = 0;
  for (int event = 0; event < EVENT_COUNT; event++)
    if (peer_may_read(call->peer, (enum event_id)event))
      types[count++] = str_of(event_table[event].type);
  return count == EVENT_COUNT ? p_str((struct str){0}) : p_strs(call->arena, types, count);
}

static struct db_param wanted_types(struct call *call, const struct events_read *read) {
  return read->types.count ? p_strs(call->arena, read->types.at, read->types.count) : p_str((struct str){0});
}

/* Looked at after the events were read: what is deleted meanwhile is no gap that nobody is told of. */
static struct result check_kept(struct call *call, int64_t after, int64_t *out_first) {
  struct rows rows;
  TRY(db_query(call->db, "select coalesce(min(sequence), 0) as first from event_log", NO_PARAMS, &rows));
  *out_first = rows_i64(&rows, 0, "first");
  if (after <= 0 || after >= *out_first - 1)
    return RESULT_DONE;
  return result_error(RESULT_GONE,
                      "the events %lld to %lld were deleted because of their age (retention.events_days): read what "
                      "they were about anew, then go on after %lld",
                      (long long)after + 1, (long long)*out_first - 1, (long long)*out_first - 1);
}

/* A log that was restored from a backup gives the numbers that were used since then to other events. */
static struct result check_same(struct call *call, const struct events_read *read, int64_t first) {
  struct rows rows;
  if (read->seen_id.length == 0 || read->seen < first)
    return RESULT_DONE;
  TRY(db_query(call->db, "select id from event_log where sequence = $1::bigint", PARAMS(p_i64(read->seen)), &rows));
  if (rows.count && str_equal(rows_str(&rows, 0, "id"), read->seen_id))
    return RESULT_DONE;
  return result_error(RESULT_STALE,
                      "the event %lld is another one than it was: the database was restored from a backup, and this "
                      "log goes on differently since then; decide where to begin",
                      (long long)read->seen);
}

/* How many of the rows fit into one message (WIRE_FRAME_BYTES_MAX): 500 always do. */
static size_t fitting(const struct rows *rows) {
  size_t count = 0, bytes = 0;
  while (count < rows->count) {
    bytes += rows_str(rows, count, "payload").length;
    if (bytes > (size_t)500 * EVENT_BYTES_MAX && count >= 500)
      break;
    count++;
  }
  return count;
}

struct result store_events_read(struct call *call, const void *request, void *reply) {
  const struct events_read *read = request;
  struct event_list *list = reply;
  struct rows rows, head;
  TRY(db_query(call->db, "select sequence, id from event_log order by sequence desc limit 1", NO_PARAMS, &head));
  TRY(db_query(
      call->db,
      "select sequence, id, source, type, to_char(time at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
      "as time, aggregateid, partitionkey, traceparent, payload from event_log where sequence > $1::bigint "
      "and ($3::text is null or type = $3 or type = 'tandem.v1.' || $3) and ($4::text is null or "
      "payload ->> 'project' = $4) and ($5::text[] is null or type = any($5)) and ($6::text[] is null or "
      "type = any($6)) and ($7::text is null or payload ->> 'system' = $7 or payload ->> 'project' in "
      "(select name from project where system = $7)) order by sequence limit $2::bigint",
      PARAMS(p_i64(read->after), p_i64(read->limit > 0 && read->limit <= 1000 ? read->limit : 100), p_str(read->type),
             p_str(read->project), readable_types(call), wanted_types(call, read), p_str(read->system)),
      &rows));
  size_t count = fitting(&rows);
  struct stored_event *events = ARENA_ARRAY(call->arena, struct stored_event, count);
  for (size_t i = 0; i < count; i++)
    events[i] = (struct stored_event){
        .sequence = rows_i64(&rows, i, "sequence"),
        .id = rows_str(&rows, i, "id"),
        .source = rows_str(&rows, i, "source"),
        .type = rows_str(&rows, i, "type"),
        .time = rows_str(&rows, i, "time"),
        .subject = rows_str(&rows, i, "aggregateid"),
        .partitionkey = rows_str(&rows, i, "partitionkey"),
        .traceparent = rows_str(&rows, i, "traceparent"),
        .data = rows_str(&rows, i, "payload"),
    };
  TRY(check_kept(call, read->after, &list->first));
  TRY(check_same(call, read, list->first));
  list->events.at = events;
  list->events.count = count;
  if (head.count) {
    list->head = rows_i64(&head, 0, "sequence");
    list->head_id = rows_str(&head, 0, "id");
  }
  return RESULT_DONE;
}

/* -- events of other services -- */

static struct result take_configured(struct call *call, const struct event_project *data, struct str actor) {
  if (data->settings.count != 1)
    return result_error(RESULT_REJECTED, "ProjectConfigured needs exactly one project in `settings`");
  struct project_configure configure = {.project = data->settings.at[0], .actor = actor};
  struct project_id answer;
  return store_project_configure(call, &configure, &answer);
}

/* An event of another service, read and checked. */
struct received {
  enum event_id id;
  const void *data; /* its record */
  struct str by;
  bool fresh; /* not taken before */
};

static struct result read_event(struct call *call, const struct stored_event *event, struct str actor,
                                struct received *out) {
  enum event_id id = event_named(event->type);
  if (id == EVENT_COUNT || !(event_table[id].flags & EVENT_ACCEPTED))
    return result_error(RESULT_REJECTED,
                        "event type \"%.*s\" is not one that others may publish; TicketCreated, "
                        "TicketUpdated and ProjectConfigured are",
                        STR_FMT(event->type));
  if (event->id.length == 0 || event->data.length > EVENT_BYTES_MAX)
    return result_error(RESULT_REJECTED, "an event needs an id and at most %d bytes of data", EVENT_BYTES_MAX);
  void *data = arena_alloc(call->arena, event_table[id].data->size_bytes);
  TRY(json_to_record(call->arena, event_table[id].data, event->data, data));
  *out = (struct received){.id = id, .data = data, .by = event->source.length ? event->source : actor};
  return RESULT_DONE;
}

/* An event's place in its batch, by what makes it unique: source and id. */
struct place {
  struct str id;
  size_t at;
};

static int compare_ids(struct str a, struct str b) {
  int order = memcmp(a.at, b.at, a.length < b.length ? a.length : b.length);
  return order ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_places(const void *a, const void *b) {
  const struct place *one = a, *other = b;
  int order = compare_ids(one->id, other->id);
  return order ? order : (one->at > other->at) - (one->at < other->at);
}

/* The first of the events with this id. */
static size_t first_place(const struct place *places, size_t count, struct str id) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare_ids(places[middle].id, id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return places[low].at;
}

/* Remembers all ids in one statement; the ones that were not known are fresh. */
static struct result mark_fresh(struct call *call, const struct events_publish *publish, struct received *received) {
  size_t count = publish->events.count;
  struct str *ids = ARENA_ARRAY(call->arena, struct str, count);
  struct place *places = ARENA_ARRAY(call->arena, struct place, count);
  struct rows rows;
  for (size_t i = 0; i < count; i++) {
    const struct stored_event *event = &publish->events.at[i];
    ids[i] = str_format(call->arena, "%.*s|%.*s", STR_FMT(event->source), STR_FMT(event->id));
    places[i] = (struct place){ids[i], i};
  }
  TRY(db_query(call->db,
               "insert into event_received (id) select unnest($1::text[]) on conflict do nothing returning id",
               PARAMS(p_strs(call->arena, ids, count)), &rows));
  if (count)
    qsort(places, count, sizeof *places, compare_places);
  for (size_t row = 0; row < rows.count; row++)
    received[first_place(places, count, rows_str(&rows, row, "id"))].fresh = true;
  return RESULT_DONE;
}

/* The fresh events of one type at the beginning of `at`; `*passed`: how many places that takes. */
static size_t *run_of(struct call *call, const struct received *at, size_t count, size_t *out_count, size_t *passed) {
  size_t *places = ARENA_ARRAY(call->arena, size_t, count), end = 0;
  for (*out_count = 0; end < count && (at[end].id == at[0].id || !at[end].fresh); end++)
    if (at[end].fresh)
      places[(*out_count)++] = end;
  *passed = end;
  return places;
}

static struct result take_created(struct call *call, const struct received *at, const size_t *places, size_t count,
                                  struct str *keys, size_t *refused) {
  struct ticket_new *tickets = ARENA_ARRAY(call->arena, struct ticket_new, count);
  struct created_ticket *created = ARENA_ARRAY(call->arena, struct created_ticket, count);
  for (size_t i = 0; i < count; i++) {
    const struct event_ticket *data = at[places[i]].data;
    tickets[i] = (struct ticket_new){
        .fields = data->fields, .project = data->project, .privacy = data->privacy, .actor = at[places[i]].by};
  }
  TRY(tickets_create(call, tickets, count, created, refused));
  for (size_t i = 0; i < count; i++)
    keys[places[i]] = created[i].key;
  return RESULT_DONE;
}

static struct result take_updated(struct call *call, const struct received *at, const size_t *places, size_t count,
                                  struct str *keys, size_t *refused) {
  struct ticket_edit *edits = ARENA_ARRAY(call->arena, struct ticket_edit, count);
  struct edited_ticket *edited = ARENA_ARRAY(call->arena, struct edited_ticket, count);
  for (size_t i = 0; i < count; i++) {
    const struct event_ticket *data = at[places[i]].data;
    edits[i] = (struct ticket_edit){
        .key = data->comment.length ? data->comment : data->ticket, .set = data->fields, .actor = at[places[i]].by};
  }
  TRY(tickets_edit(call, edits, count, edited, refused));
  for (size_t i = 0; i < count; i++)
    keys[places[i]] = edited[i].key;
  return RESULT_DONE;
}

/* Events of one type that follow each other are taken at once. `*taken`: how many places were passed, before the
 * refused one if one was. */
static struct result take_run(struct call *call, const struct received *at, size_t count, struct str *keys,
                              size_t *taken) {
  size_t wanted, passed, refused = 0;
  const size_t *places = run_of(call, at, count, &wanted, &passed);
  struct result result = at[0].id == EVENT_TICKET_CREATED ? take_created(call, at, places, wanted, keys, &refused)
                                                          : take_updated(call, at, places, wanted, keys, &refused);
  *taken = result_ok(&result) || refused >= wanted ? passed : places[refused];
  return result;
}

struct result store_events_publish(struct call *call, const void *request, void *reply) {
  const struct events_publish *publish = request;
  struct events_published *answer = reply;
  size_t count = publish->events.count;
  struct str *keys = ARENA_ARRAY(call->arena, struct str, count);
  struct received *received = ARENA_ARRAY(call->arena, struct received, count);
  for (size_t i = 0; i < count; i++) {
    keys[i] = STR("");
    struct result result = read_event(call, &publish->events.at[i], publish->actor, &received[i]);
    if (!result_ok(&result))
      return result_context(result, "event %zu", i + 1);
  }
  TRY(mark_fresh(call, publish, received));
  for (size_t i = 0, taken; i < count; i += taken) {
    taken = 0;
    struct result result = RESULT_DONE;
    if (received[i].fresh && received[i].id != EVENT_PROJECT_CONFIGURED)
      result = take_run(call, &received[i], count - i, &keys[i], &taken);
    else if (received[i].fresh)
      result = take_configured(call, received[i].data, received[i].by);
    if (!result_ok(&result))
      return result_context(result, "event %zu", i + taken + 1);
    taken = taken ? taken : 1;
  }
  for (size_t i = 0; i < count; i++)
    *(received[i].fresh ? &answer->accepted : &answer->duplicates) += 1;
  answer->keys.at = keys;
  answer->keys.count = count;
  return RESULT_DONE;
}
