/* Verbs on the event log: replaying it, and taking events of other services. */
#include "base/json.h"
#include "store/journal.h"
#include "store/projects.h"
#include "store/tickets.h"

struct result store_events_read(struct call *call, const void *request, void *reply) {
  const struct events_read *read = request;
  struct event_list *list = reply;
  struct rows rows, head;
  TRY(db_query(call->db, "select coalesce(max(sequence), 0) as head from event_log", NO_PARAMS, &head));
  TRY(db_query(
      call->db,
      "select sequence, id, source, type, to_char(time at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
      "as time, aggregateid, partitionkey, traceparent, payload from event_log where sequence > $1::bigint "
      "and ($3::text is null or type = $3 or type = 'tandem.v1.' || $3) and ($4::text is null or "
      "payload ->> 'project' = $4) order by sequence limit $2::bigint",
      PARAMS(p_i64(read->after), p_i64(read->limit > 0 && read->limit <= 1000 ? read->limit : 100), p_str(read->type),
             p_str(read->project)),
      &rows));
  struct stored_event *events = ARENA_ARRAY(call->arena, struct stored_event, rows.count);
  for (size_t i = 0; i < rows.count; i++)
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
  list->events.at = events;
  list->events.count = rows.count;
  list->head = rows_i64(&head, 0, "head");
  return RESULT_DONE;
}

/* -- events of other services -- */

static struct result ticket_key_of(struct call *call, int64_t item_id, struct str *out) {
  struct ticket ticket;
  TRY(tickets_read(call, item_id, false, &ticket));
  *out = ticket.key;
  return RESULT_DONE;
}

static struct result take_created(struct call *call, const struct event_ticket *data, struct str actor,
                                  struct str *out_key) {
  struct ticket_new new_ticket = {
      .fields = data->fields, .project = data->project, .privacy = data->privacy, .actor = actor};
  int64_t id;
  TRY(tickets_create(call, &new_ticket, &id));
  return ticket_key_of(call, id, out_key);
}

static struct result take_updated(struct call *call, const struct event_ticket *data, struct str actor,
                                  struct str *out_key) {
  struct ticket_edit edit = {
      .key = data->comment.length ? data->comment : data->ticket, .set = data->fields, .actor = actor};
  int64_t id;
  TRY(tickets_change(call, &edit, &id));
  return ticket_key_of(call, id, out_key);
}

static struct result take_configured(struct call *call, const struct event_project *data, struct str actor) {
  if (data->settings.count != 1)
    return result_error(RESULT_REJECTED, "ProjectConfigured needs exactly one project in `settings`");
  struct project_configure configure = {.project = data->settings.at[0], .actor = actor};
  struct project_id answer;
  return store_project_configure(call, &configure, &answer);
}

static struct result take_one(struct call *call, const struct stored_event *event, struct str actor,
                              struct str *out_key) {
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
  struct str by = event->source.length ? event->source : actor;
  if (id == EVENT_TICKET_CREATED)
    return take_created(call, data, by, out_key);
  if (id == EVENT_TICKET_UPDATED)
    return take_updated(call, data, by, out_key);
  return take_configured(call, data, by);
}

static struct result is_new(struct call *call, const struct stored_event *event, bool *out) {
  struct rows rows;
  struct str id = str_format(call->arena, "%.*s|%.*s", STR_FMT(event->source), STR_FMT(event->id));
  TRY(db_query(call->db, "insert into event_received (id) values ($1) on conflict do nothing", PARAMS(p_str(id)),
               &rows));
  *out = rows.affected == 1;
  return RESULT_DONE;
}

struct result store_events_publish(struct call *call, const void *request, void *reply) {
  const struct events_publish *publish = request;
  struct events_published *answer = reply;
  struct str *keys = ARENA_ARRAY(call->arena, struct str, publish->events.count);
  for (size_t i = 0; i < publish->events.count; i++) {
    const struct stored_event *event = &publish->events.at[i];
    bool fresh;
    keys[i] = STR("");
    TRY(is_new(call, event, &fresh));
    if (!fresh) {
      answer->duplicates++;
      continue;
    }
    struct result result = take_one(call, event, publish->actor, &keys[i]);
    if (!result_ok(&result))
      return result_context(result, "event %zu", i + 1);
    answer->accepted++;
  }
  answer->keys.at = keys;
  answer->keys.count = publish->events.count;
  return RESULT_DONE;
}
