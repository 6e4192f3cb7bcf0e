/* Events: facts that have been committed, all listed once in event_table.
 *
 * On the wire (nng pub/sub): the topic bytes, one NUL byte, then a msgpack map of the CloudEvents 1.0 attributes id,
 * source, specversion, type, time, subject, the extensions sequence, partitionkey and traceparent, and `data`, a map
 * with the members of the event's record. The topic is the type: subscribe to "tandem.v1." for all, or to one type and
 * its NUL. The heartbeat is not logged and carries no sequence. */
#ifndef PROTO_EVENTS_H
#define PROTO_EVENTS_H

#include "base/result.h"
#include "proto/nouns.h"
#include "proto/verbs.h"

enum { EVENT_BYTES_MAX = 64 * 1024 };

enum event_flags {
  EVENT_LOGGED = 1,   /* has a sequence and can be replayed */
  EVENT_ACCEPTED = 2, /* other services may publish it, through the verb events.publish */
};

struct event_type {
  const char *type; /* CloudEvents type and topic: "tandem.v1.SyncStarted" */
  unsigned flags;
  const struct record *data;
  const char *help;
};

struct event_sync_started {
  int64_t session;
  struct str project, mode, trigger;
};
struct event_sync_completed {
  int64_t session;
  struct str project, mode;
  int64_t imported, updated, created, pushed, conflicts, parked, api_calls, duration_ms;
};
struct event_sync_error {
  int64_t session;
  struct str project, code, message;
  struct str next_step; /* what a person can do about it */
};
struct event_conflict {
  int64_t conflict;
  int64_t supersedes; /* ConflictDetected only: the open conflict that it takes the place of; 0 = none */
  struct str project, ticket, external_key, field, kind;
  struct str winner, decided_by; /* ConflictResolved only */
};
struct event_external_ticket {
  struct str project, ticket, comment; /* local keys; `comment` when it is one */
  struct str external_key, url;
  struct str direction;       /* imported | pushed: which way the change went */
  LIST_OF(struct str) fields; /* names of the fields that changed */
};
struct event_ticket {
  struct str ticket, comment;
  struct str by, privacy;
  struct str project;        /* TicketCreated from a service: where to create it too */
  LIST_OF(struct str) names; /* of the fields that changed */
  struct values fields;      /* their values: always from a service, from the store only when the ticket is public */
};
struct event_project {
  struct str project, system, remote, direction, strategy, state;
  LIST_OF(struct project) settings; /* from a service: one, the whole settings */
};
struct event_credential {
  struct str credential, system;
  LIST_OF(struct str) projects;
  int64_t expires_ms;
  struct str next_step;
};
struct event_heartbeat {
  int64_t head;
};

enum event_id {
  EVENT_SYNC_STARTED,
  EVENT_SYNC_COMPLETED,
  EVENT_SYNC_ERROR,
  EVENT_CONFLICT_DETECTED,
  EVENT_CONFLICT_RESOLVED,
  EVENT_EXTERNAL_TICKET_CREATED,
  EVENT_EXTERNAL_TICKET_UPDATED,
  EVENT_TICKET_CREATED,
  EVENT_TICKET_UPDATED,
  EVENT_PROJECT_CONFIGURED,
  EVENT_CREDENTIAL_EXPIRING,
  EVENT_HEARTBEAT,
  EVENT_COUNT,
};

extern const struct event_type event_table[EVENT_COUNT];

/* The event of that type, or EVENT_COUNT. */
enum event_id event_named(struct str type);

/* An event ready to be sent: topic, NUL, msgpack map. `event->data` is the JSON text of its record. */
struct result event_to_frame(struct arena *arena, const struct stored_event *event, struct str *out) MUST_USE;

/* An event's data, JSON text of an object, as one msgpack map in the arena. RESULT_REJECTED: it is no object. */
struct result event_data_to_msgpack(struct arena *arena, struct str data, struct str *out) MUST_USE;

/* The inverse of event_to_frame(). The strings point into `frame` or the arena. RESULT_REJECTED says what is wrong with
 * it. */
struct result event_from_frame(struct arena *arena, struct str frame, struct stored_event *out) MUST_USE;

#endif
