/* The nouns of the domain, as they travel in verbs and events. Each struct has one descriptor table, from which every
 * codec and document is made. Times are milliseconds since 1970-01-01 UTC, 0 = unknown. Strings absent = not said. */
#ifndef PROTO_NOUNS_H
#define PROTO_NOUNS_H

#include "base/record.h"

/* One entry of a value table: the same thing in our vocabulary and in the tracker's. */
struct value_name {
  struct str local, external;
};

/* How one field of a project is mapped; what is absent follows the project. */
struct field_setting {
  struct str field;
  struct str direction; /* push | pull | bidirectional | disabled */
  struct str strategy;  /* manual | local_wins | external_wins | newest_wins | merge */
  LIST_OF(struct value_name) table;
  bool closed;         /* a value outside the table is never passed through: it becomes a conflict `unmappable` */
  int64_t members_max; /* how many members the tracker takes in this set; 0 = any number */
};

/* A connection between local tickets and one external project. */
struct project {
  int64_t id;
  struct str name;
  struct str system;   /* the connector: "github" */
  struct str base_url; /* of its API */
  struct str remote;   /* the project there: "acme/rocket" */
  struct str credential;
  struct str direction, strategy;
  struct str confirmed_by;    /* who confirmed external_wins or newest_wins for good */
  struct str privacy_default; /* local_only | shareable | public: for tickets made here */
  LIST_OF(struct field_setting) rules;
  bool listed_only;            /* a field without a rule is not kept in step */
  struct str options;          /* the connector's own settings, JSON; opaque to all others */
  LIST_OF(struct str) follows; /* projects whose tickets are created in this one too */
  int64_t poll_interval_s;
  struct str webhook_credential;
  struct str state;        /* active | paused | failed | removed */
  struct str state_reason; /* what is wrong and what mends it */
  int64_t version;         /* of these settings */
};

/* A field whose value a tracker does not take, with its reason for a person. */
struct refused_value {
  struct str field, reason;
};

/* Of the fields of a ticket or a comment together. A message carries them four times: both sides, and what either was
 * when they last agreed. */
enum { CONTENT_BYTES_MAX = 4 * 1024 * 1024 };

/* What an adapter saw of one external ticket or comment. */
struct observation {
  struct str kind; /* ticket | comment */
  struct str external_id, parent_external_id;
  struct str external_key; /* as people write it there: "#12" */
  struct str url;
  struct str author;
  bool author_is_self; /* written by the credential that tandem uses */
  int64_t version;     /* grows with every change there; GitHub: updated_at in ms */
  int64_t created_at_ms;
  struct str etag;
  struct values fields; /* canonical, in the tracker's vocabulary */
  struct str hash;      /* canon_hash of the fields */
  struct str marker;    /* "op_id:hmac" of a tandem marker found in it, checked by the store; or an op_id as the
                           tracker itself keeps it */
  struct str gone;      /* deleted | transferred | unreadable; then fields are empty */
  struct str moved_to;
  bool restricted;        /* the tracker itself shows it to some people only, beyond who may see the remote at all */
  struct values extra;    /* shown, never synchronised: reactions, for instance */
  struct values replaced; /* after a write of ours: what it replaced, as the tracker's own history tells */
  struct values arrived; /* after an unanswered update: fields that were as it left them and no longer are, as they were
                            then, by the tracker's own history */
  LIST_OF(struct refused_value)
  refused; /* after a write of ours: what the tracker did not take, though it took the rest */
};

/* A word of a tracker's vocabulary. */
struct remote_word {
  struct str name;
  struct str category; /* of a status: open | in_progress | done | cancelled | duplicate; of a person: e-mail */
};

/* One field of the tickets of a remote, for mapping. */
struct remote_field {
  struct str name;  /* as in observations */
  struct str label; /* as people know it there */
  struct str kind;  /* line | text | choice | set | number | date | user | users | ticket */
  bool writable, required;
  bool open_words;     /* words that are not listed are taken too, labels for instance */
  int64_t members_max; /* of a set; 0 = any number */
  LIST_OF(struct remote_word) words;
};

/* What an adapter finds out about a remote. */
struct remote_description {
  struct str account; /* who the credential is */
  struct str remote;  /* canonical name of the project there */
  struct str url;
  bool can_write;
  bool is_private;
  int64_t estimated_tickets; /* -1 = unknown */
  struct str options;        /* the connector's own settings as they should be stored, JSON; absent = as given */
  LIST_OF(struct remote_field) fields;
};

/* What one call cost and what the tracker said about limits. */
struct usage {
  int64_t api_calls;
  int64_t quota_limit, quota_remaining, quota_reset_ms;
  int64_t blocked_until_ms; /* the credential must rest until then */
  struct str held;          /* why the whole project takes no writes now; absent = it does */
  int64_t server_date_ms;
  int64_t credential_expires_ms; /* when the tracker says that the credential ends */
};

/* The right to work on one resource for a while; `fence` grows with every new holder. */
struct lease {
  struct str resource; /* "pull:7", "push:github-bot" */
  int64_t fence;
  int64_t until_ms;
};

/* What may leave: handed out by the privacy gate, once, for one attempt. */
struct payload {
  struct values set;
  struct values add, remove; /* members of sets */
  struct str marker;         /* to be carried by what is created */
};

/* A write outside, decided and written down before it is tried. */
struct intent {
  int64_t id;
  struct str op_id;  /* UUID, the same for every attempt */
  struct str state;  /* prepared | unknown */
  struct str change; /* create | update | delete */
  struct str kind;   /* ticket | comment */
  int64_t mapping_id;
  struct str external_id, parent_external_id;
  struct str etag; /* of the newest single observation, for a conditional GET */
  int64_t created_at_ms;
  int64_t first_sent_at_ms; /* when the first attempt went out */
  struct str high_water;    /* of a ticket's creation: the newest external id known before it was sent first */
  int64_t attempts;
  struct str marker;             /* a creation's, to look for it by */
  const struct payload *doubted; /* of an unanswered update of a ticket: what it was to put there; else NULL */
  int64_t seen_version;   /* with `doubted`: the target's version at the look before it was sent; 0 = not known */
  struct str traceparent; /* of what caused it; absent = not traced */
};

/* How fast a tracker lets one credential write: token buckets, a burst and a steady rate each. */
struct pace {
  int64_t burst, per_minute;
  int64_t hourly_burst, per_hour;
};

/* One side's change of one field, seen by a person or a consumer. */
struct conflict {
  int64_t id;
  struct str project, ticket, external_key, url;
  struct str field;
  struct str kind;   /* both_changed | unequal_when_linked | unmappable | deleted_vs_edited | overwritten | undo */
  struct str reason; /* unmappable: why the tracker refuses the value; absent when a table lacks the word */
  struct str state;  /* open | decided | resolved | superseded */
  struct values base, local, external; /* one value each, of `field` */
  struct str external_name;            /* of the ticket that `external` names, where it names one */
  struct values value;                 /* what the person chose or was merged, when it is neither side's */
  struct str winner;                   /* local | external | merged | value */
  struct str decided_by;
  int64_t created_at_ms, decided_at_ms;
  struct str local_by; /* who changed the local side last, and when the sides were changed; absent and 0 = not known */
  int64_t local_at_ms, external_at_ms;
};

struct mapping {
  int64_t id;
  struct str project, system;
  struct str external_id, external_key, url;
  struct str state; /* creating | linked | parked | gone */
  struct str reason;
  LIST_OF(struct str) waits; /* what keeps a field from being brought into step, for a person */
  bool restricted;           /* the tracker itself shows it to some people only */
  int64_t open_conflicts;
  struct values external; /* the cached external fields, when asked for */
  int64_t observed_at_ms;
};

struct comment {
  struct str key; /* "C-17" */
  struct str author, body, privacy;
  int64_t created_at_ms, updated_at_ms;
  struct str origin; /* the project it was written in; absent = here */
  struct str deleted_by;
  int64_t deleted_at_ms; /* 0 = it is there */
};

struct ticket {
  struct str key; /* "T-12" */
  struct values fields;
  struct str privacy; /* local_only | shareable | public */
  struct str author, origin;
  int64_t version, created_at_ms, updated_at_ms;
  LIST_OF(struct str) grants; /* projects it is shared with */
  LIST_OF(struct mapping) mappings;
  LIST_OF(struct comment) comments;
};

struct session {
  int64_t id;
  struct str project;
  struct str mode;    /* incremental | full | dry_run | apply | undo */
  struct str trigger; /* poll | webhook | person | first */
  struct str state;   /* running | completed | failed */
  struct str phase;   /* pulling | undoing | planning | pushing, while running */
  int64_t started_at_ms, finished_at_ms;
  int64_t seen, unchanged;
  int64_t imported, updated; /* local tickets and comments */
  int64_t created, pushed;   /* external ones */
  int64_t conflicts, parked;
  int64_t api_calls;
  int64_t waiting;   /* writes outside that are still to do; of a failed one, those that were not begun */
  int64_t uncertain; /* failed: writes that may or may not have arrived; they are looked for */
  int64_t unplanned; /* failed: what was looked at and not yet compared */
  int64_t undoes;    /* mode undo: the session that is undone */
  struct str error;
};

/* One mapping whose sides are to be compared. */
struct plan_case {
  int64_t mapping_id, generation;
  int64_t project_id;
  struct str kind;
  bool unlinked;   /* seen outside, no local counterpart yet */
  bool uncreated;  /* made here, no external counterpart yet */
  bool withheld;   /* private here: nothing of it may leave for this project */
  bool origin;     /* it was written in this project */
  bool deleted;    /* a comment that was deleted here */
  struct str gone; /* what became of the external side, for people; absent = it is there */
  bool fresh;      /* the observation was fetched by id since the shadow last moved */
  struct values local, external, shadow_local, shadow_external;
  struct values local_times, external_times; /* per field, ms as decimal text */
  LIST_OF(struct conflict) conflicts;        /* open or decided */
  LIST_OF(struct value_name) references;     /* keys of the tickets it names, and their external ids in this project */
  struct str traceparent;                    /* of what moved it; absent = not traced */
};

/* A conflict that plan() found, or whose values it saw move. */
struct plan_conflict {
  struct str field, kind;
  struct str reason; /* unmappable: why the tracker refuses the value */
  struct values base, local, external;
  struct values value; /* with the winner merged: what it became */
  struct str winner;   /* set when a strategy decided it */
  struct str decided_by;
};

/* What was decided about one mapping; committed only while its generation still holds. */
struct plan_outcome {
  int64_t mapping_id, generation, settings_version;
  bool import; /* make a local ticket or comment from the observation, as mapped in `local` when given */
  LIST_OF(struct str) leave_out;               /* import: fields that are not taken */
  bool ignore;                                 /* the direction takes nothing from this side */
  bool refetch;                                /* fetch the external side afresh, then plan again */
  struct values local;                         /* new local values */
  struct values shadow_local, shadow_external; /* pairs that both sides now agree on */
  struct values set, add, remove;              /* to be sent */
  struct values sent_local;                    /* what shadow_local becomes when the write's response is there */
  bool create;                                 /* the external ticket is to be created from `set` */
  struct str deletion;                         /* what is done because a side is deleted, see plan_deletion_name() */
  LIST_OF(struct plan_conflict) conflicts;
  LIST_OF(struct value_name) awaits; /* tickets it names that are not mapped yet: planned again when they are */
  LIST_OF(struct str) closes; /* fields whose open conflict ends because both sides agree or its decision was applied */
  struct str traceparent;     /* of the decision; absent = not traced */
};

extern const struct record record_value_name, record_field_setting, record_project, record_remote_word,
    record_remote_field, record_remote_description, record_refused_value, record_observation, record_usage,
    record_lease, record_pace, record_intent, record_payload, record_conflict, record_mapping, record_comment,
    record_ticket, record_session, record_plan_case, record_plan_conflict, record_plan_outcome;

#endif
