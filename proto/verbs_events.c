/* Verbs on the event log: their requests and replies. */
#include "proto/verbs_records.h"

static const struct field stored_event_fields[] = {
    FIELD(struct stored_event, sequence, FIELD_I64, 0, "Its place in the log, without holes; 0 when it is not logged."),
    FIELD(struct stored_event, id, FIELD_STR, 0, "Unique together with the source: a UUID from the store."),
    FIELD(struct stored_event, source, FIELD_STR, 0, "Who says it: 'tandem/store', or the service that published it."),
    FIELD(struct stored_event, type, FIELD_STR, FIELD_REQUIRED, "CloudEvents type: 'tandem.v1.TicketCreated'."),
    FIELD(struct stored_event, time, FIELD_STR, 0, "When it happened, RFC 3339, UTC."),
    FIELD(struct stored_event, subject, FIELD_STR, 0, "What it is about: 'T-12', 'project/rocket'."),
    FIELD(struct stored_event, partitionkey, FIELD_STR, 0, "Events of one key keep their order."),
    FIELD(struct stored_event, traceparent, FIELD_STR, 0, "W3C trace context; absent when there is none."),
    FIELD(struct stored_event, data, FIELD_STR, FIELD_REQUIRED,
          "JSON text of the event's data, as docs/events.md describes it."),
};
const struct record record_stored_event = RECORD("StoredEvent", struct stored_event, stored_event_fields,
                                                 "One event: its CloudEvents attributes, and its data as JSON text.");

static const struct field events_read_fields[] = {
    FIELD(struct events_read, after, FIELD_I64, 0,
          "Only events with a greater sequence; 0 = from the first one that is kept. `gone` is answered when some of "
          "those that follow were deleted."),
    FIELD(struct events_read, limit, FIELD_I64, 0,
          "How many at most, up to 1000; 0 = 100. Of very large ones above 500 as many as fit into a message."),
    FIELD(struct events_read, type, FIELD_STR, 0,
          "Only events of this type, with or without 'tandem.v1.'; absent = all."),
    FIELD(struct events_read, project, FIELD_STR, 0, "Only events whose data names this project; absent = all."),
    FIELD(struct events_read, types, FIELD_STRS, 0, "Only events of these types, written whole; none = all."),
    FIELD(struct events_read, system, FIELD_STR, 0,
          "Only events whose data names this system ('github') or a project of it; absent = all."),
    FIELD(struct events_read, seen, FIELD_I64, 0, "The sequence of an event that the caller has had."),
    FIELD(struct events_read, seen_id, FIELD_STR, 0,
          "The id of that event. `stale` is answered when the log has another one there: the database was restored "
          "from a backup, and what the caller has had since then is not in it. Absent = nobody looks."),
};
const struct record record_events_read =
    RECORD("EventsRead", struct events_read, events_read_fields, "Which part of the event log.");

static const struct field event_list_fields[] = {
    FIELD_OF(struct event_list, events, FIELD_LIST, 0, &record_stored_event, "Ordered by sequence."),
    FIELD(struct event_list, head, FIELD_I64, 0, "Sequence of the newest event of all."),
    FIELD(struct event_list, first, FIELD_I64, 0,
          "Sequence of the oldest event that is kept; what was before it was deleted. 0 = the log is empty."),
    FIELD(struct event_list, head_id, FIELD_STR, 0, "The id of the newest event, for `seen_id`."),
};
const struct record record_event_list =
    RECORD("EventList", struct event_list, event_list_fields, "A page of the event log.");

static const struct field events_publish_fields[] = {
    FIELD_OF(struct events_publish, events, FIELD_LIST, 0, &record_stored_event,
             "TicketCreated, TicketUpdated or ProjectConfigured events; source and id together make them unique."),
    FIELD(struct events_publish, actor, FIELD_STR, 0, "Who publishes, for events that have no source."),
};
const struct record record_events_publish =
    RECORD("EventsPublish", struct events_publish, events_publish_fields, "Events of another service.");

static const struct field events_published_fields[] = {
    FIELD(struct events_published, accepted, FIELD_I64, 0, "Events that were taken."),
    FIELD(struct events_published, duplicates, FIELD_I64, 0, "Events that had been taken before."),
    FIELD(struct events_published, keys, FIELD_STRS, 0, "One an event, in order: the ticket's key, or empty."),
};
const struct record record_events_published =
    RECORD("EventsPublished", struct events_published, events_published_fields, "What became of them.");
