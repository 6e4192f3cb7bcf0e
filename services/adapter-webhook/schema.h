/* The mapping: what a project's options say about a tracker's JSON and addresses. docs/webhook-adapter.md describes it
 * for people; this is the same as a struct, checked when the connection opens. Absent texts and pointers were not
 * given. */
#ifndef ADAPTER_WEBHOOK_SCHEMA_H
#define ADAPTER_WEBHOOK_SCHEMA_H

#include "adapter-webhook/pointer.h"
#include "proto/nouns.h"

enum { SCHEMA_FIELDS_MAX = 64, SCHEMA_EVENTS_MAX = 32, SCHEMA_WORDS_MAX = 500 };

/* A field of tandem's and where it stands in a ticket or comment of the tracker's. */
struct schema_field {
  struct remote_field known; /* name, label, kind, words; `writable` when `out` has it */
  bool is_set;
  bool optional; /* a member that is missing means an empty value */
  struct pointer path, each;
};

/* The same field in what is sent. `add` and `remove` take members that come and go; else the whole set is sent. */
struct schema_out_field {
  const struct schema_field *field;
  struct pointer path, each, add, remove;
};

struct schema_write {
  const char *method;
  struct str url; /* template */
};

/* How tickets or comments are read, written, fetched and listed. */
struct schema_item {
  const char *kind; /* "ticket", "comment" */
  bool is_mapped;
  struct pointer id, key, url, author, updated_at, version, created_at, deleted, restricted;
  struct pointer marker, idempotency_key; /* what shows whose creation it is */
  struct pointer ticket;                  /* of a comment: its ticket's id */
  LIST_OF(struct schema_field) fields;

  struct schema_write create, update, remove; /* url absent: cannot be done; remove: comments only */
  LIST_OF(struct schema_out_field) out_fields;
  struct pointer out_marker, out_ticket;
  struct pointer answer;    /* where an answer shows the whole item */
  struct pointer answer_id; /* where it shows only the id of what was created */
  bool honours_key;         /* the same Idempotency-Key twice makes one item */

  struct str get_url, probe_url, poll_url; /* templates */
  struct pointer get_path, probe_path, poll_list, poll_next;
};

/* What deliveries of these types carry. No types: every delivery that has it. */
struct schema_event {
  LIST_OF(struct str) types;
  struct pointer path;
  bool is_comment, is_deletion;
};

struct schema {
  struct str self; /* the author's name of what we write */
  struct schema_item ticket, comment;
  struct pointer event_type;
  LIST_OF(struct schema_event) events;
  int64_t poll_overlap_ms;
};

/* Reads and checks `options`. REJECTED names the member that is wrong. The mapping lives as long as the arena. */
struct result schema_read(struct arena *arena, struct str options, struct schema *out) MUST_USE;

/* -- shared by schema*.c -- */

/* One object of the options, with its place for messages: "ticket.fields". */
struct schema_node {
  struct arena *arena;
  const cJSON *object;
  struct str place;
};

/* "options.PLACE.NAME: ..." */
struct result schema_wrong(const struct schema_node *node, const char *name, const char *message) MUST_USE;

/* REJECTED when the object has a member that is not among `names` (ended by NULL). */
struct result schema_only(const struct schema_node *node, const char *const *names) MUST_USE;

/* Members of an object. What is not there leaves `out` as it is; another type is REJECTED. */
struct result schema_get_node(const struct schema_node *node, const char *name, struct schema_node *out) MUST_USE;
struct result schema_get_text(const struct schema_node *node, const char *name, struct str *out) MUST_USE;
struct result schema_get_bool(const struct schema_node *node, const char *name, bool *out) MUST_USE;
struct result schema_get_number(const struct schema_node *node, const char *name, int64_t min, int64_t max,
                                int64_t *out) MUST_USE;
struct result schema_get_pointer(const struct schema_node *node, const char *name, struct pointer *out) MUST_USE;
struct result schema_get_url(const struct schema_node *node, const char *name, const char *const *variables,
                             struct str *out) MUST_USE;

/* `fields` of a ticket or comment, and of what is sent. */
struct result schema_read_fields(const struct schema_node *node, struct schema_item *item) MUST_USE;
struct result schema_read_out(const struct schema_node *node, struct schema_item *item) MUST_USE;

/* That what may be written can also be read back and looked for. */
struct result schema_check_out(const struct schema_node *node, const struct schema_item *item) MUST_USE;

#endif
