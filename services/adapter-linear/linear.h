/* What the files of this adapter share: the connection, calls to Linear, translation, the pull's cursor. Nothing
 * outside this folder includes it, except tests. Sources: https://linear.app/developers and Linear's published schema
 * (github.com/linear/linear, packages/sdk/src/schema.graphql). */
#ifndef ADAPTER_LINEAR_LINEAR_H
#define ADAPTER_LINEAR_LINEAR_H

#include "adapter-linear/connector.h"
#include "adapter-linear/queries.h"
#include "base/json.h"
#include "service/connector_fetch.h"

enum {
  LINEAR_PAGE_ITEMS = 200, /* of issues and comments; Linear gives 250 at most, within the points of one query */
  LINEAR_LIST_ITEMS = 250, /* of states, labels, users, ... */
  LINEAR_PAGE_ITEMS_MIN = 10,
  LINEAR_TIMEOUT_MS = 30 * 1000,
  LINEAR_SETTLE_MS = 60 * 1000,  /* how long a list may lag behind a write */
  LINEAR_OVERLAP_MS = 60 * 1000, /* what a poll reads again */
  LINEAR_TOKEN_BYTES = 1024,
  LINEAR_UUID_LENGTH = 36,
};

extern const struct oauth_vendor linear_oauth; /* oauth.c */

/* -- connection -- */

/* An API key, which goes as it is, or an OAuth access token, which goes with "Bearer" and is renewed. */
struct linear_auth {
  bool is_oauth;
  char token[LINEAR_TOKEN_BYTES];
  int64_t token_until_ms; /* on our clock; 0 = it does not end */
  struct str client_id, client_secret, refresh_token;
};

/* One of two leaky buckets, as the last answer told. */
struct linear_bucket {
  int64_t limit, remaining, reset_ms; /* limit 0 = not known */
};

/* A thing that is written by its id and known to people by its name. */
struct linear_name {
  struct str id, name;
  struct str more; /* a state's type, a user's address */
  double position; /* of a state among those of its type */
};

enum linear_names_kind { LINEAR_STATES, LINEAR_LABELS, LINEAR_USERS, LINEAR_PROJECTS, LINEAR_CYCLES, LINEAR_KINDS };

struct linear_names {
  struct arena arena;
  struct linear_name *at;
  size_t count, capacity;
  bool known;
};

struct connection {
  struct arena arena; /* what lives as long as the connection */
  struct http *http;
  int64_t (*now_ms)(void);
  struct credential_renewal *renewal;
  struct str api;        /* "https://api.linear.app", no slash at the end */
  struct str remote;     /* the team's key as configured; absent: only the account is of interest */
  struct str team_id;    /* of the options, or asked for; absent = not known yet */
  struct str credential; /* its name */
  struct linear_auth auth;
  struct linear_names names[LINEAR_KINDS];
  struct linear_bucket requests, complexity;
  bool starved;             /* the last page had to wait: the next one is the smallest, and tells what is left now */
  int64_t page_items;       /* of a page of issues; less after Linear refused a query as too complex */
  int64_t page_items_whole; /* of one that comes whole: less after one that did not */
  bool answered;            /* a whole answer came to the last call */
  struct usage usage;
  int64_t clock_ahead_ms; /* Linear's clock minus ours, by the Date header */
};

/* -- calls.c -- */

/* What a refused or failed call was about, where more than the result's code is to be known. */
enum linear_problem { LINEAR_FINE, LINEAR_EXISTS, LINEAR_TOO_COMPLEX, LINEAR_BAD_INPUT };

struct linear_answer {
  cJSON *tree;         /* the whole answer; linear_answer_free() */
  const cJSON *data;   /* never null when the call is OK */
  const cJSON *errors; /* beside the data: of a query in parts each is of one node, linear_node_error() */
  int64_t date_ms;     /* Linear's clock, 0 = not said */
  enum linear_problem problem;
};

/* Sends one document; takes `variables`. OK: data without errors, or for a write data that shows what was written, or
 * for a query in parts data whose errors all name their node. Other data beside errors is not a whole answer: RETRY to
 * a read. A read never ends UNCERTAIN. On failure only `out->problem` is set. */
struct result linear_call(struct connection *c, struct arena *arena, const struct linear_query *query, cJSON *variables,
                          struct linear_answer *out) MUST_USE;
void linear_answer_free(struct linear_answer *answer);

/* What Linear says is wrong with this node of a list ("issues"); absent = nothing. */
struct str linear_node_error(const struct linear_answer *answer, const char *list, size_t index);

/* Sends a POST as it is, without a credential of its own, and counts it. */
struct result linear_post(struct connection *c, struct arena *arena, const char *path, struct str authorization,
                          struct str content_type, struct str body, bool is_read, struct http_response *out) MUST_USE;

/* {"team": {"id": {"eq": ...}}}, the filter of what belongs to this project. Asks for the team's id if need be. */
struct result linear_team_filter(struct connection *c, struct arena *arena, cJSON **out) MUST_USE;

/* The variables of linear_query_team for this project: by the team's id where it is known, else by its key. */
cJSON *linear_team_choice(struct connection *c, struct arena *arena);

/* Makes sure that c->team_id is known, and with `again` that the team still answers. AUTH when there is no such team
 * for this credential. */
struct result linear_team(struct connection *c, struct arena *arena, bool again) MUST_USE;

/* How many items of `points` each the next page may have: what one query may cost, and what is left. RETRY with a time
 * when not even the smallest page is. */
struct result linear_page_size(struct connection *c, int64_t points, int64_t items_max, int64_t *out) MUST_USE;

/* -- errors.c -- */

/* What an answer with errors, or of a status other than 200, means; `tree` may be NULL. A limit also blocks the
 * credential in c->usage. */
struct result linear_error(struct connection *c, const struct linear_query *query, const struct http_response *response,
                           const cJSON *tree, enum linear_problem *problem) MUST_USE;

/* When a bucket will hold so many points, in ms from now; all of them drip in within an hour. */
int64_t linear_refill_ms(const struct linear_bucket *bucket, int64_t points);

/* -- auth.c -- */

struct result linear_auth_open(struct connection *c, struct str kind, struct str credential) MUST_USE;
void linear_auth_close(struct connection *c);

/* The value of Authorization; renews an access token that is about to end. */
struct result linear_auth_header(struct connection *c, struct arena *arena, struct str *out) MUST_USE;

/* After a 401: renews. RESULT_AUTH when there is nothing to renew. */
struct result linear_auth_renew(struct connection *c, struct arena *arena) MUST_USE;

/* -- translate.c: pure -- */

/* RESULT_REJECTED when a member that was asked for is missing. */
struct result linear_read_issue(struct arena *arena, const cJSON *issue, struct observation *out) MUST_USE;
struct result linear_read_comment(struct arena *arena, const cJSON *comment, struct observation *out) MUST_USE;

/* The names of a list of labels. */
struct value linear_labels(struct arena *arena, const cJSON *nodes);

/* "Urgent" for 1, "" for 0. False for a word that Linear does not have. */
struct str linear_priority_name(int64_t priority);
bool linear_priority_number(struct str word, int64_t *out);

/* A cycle's word: its name, or "Cycle 3". */
struct str linear_cycle_name(struct arena *arena, const cJSON *cycle);

/* As people write it: "3", "2.5". */
struct str linear_number(struct arena *arena, double number);

bool linear_is_uuid(struct str text);

/* -- history.c: pure -- */

/* The fields of the payload as they were just before our write, by the newest entries of the issue's history in the
 * mutation's answer; `look` is the version at our look before it, `now` what the answer shows. */
struct values linear_replaced(struct arena *arena, const struct payload *payload, int64_t look, const cJSON *issue,
                              const struct values *now);

struct arrivals; /* service/connector_arrivals.h */

/* Reads the entries that were made after the look. */
void linear_read_arrivals(struct arrivals *arrivals, int64_t look, const cJSON *issue);

/* -- write.c: pure but for `id_of` -- */

/* Where names become ids. `context` is the caller's. RESULT_GONE: there is no such name, and `make` was not said. */
struct linear_lookup {
  void *context;
  struct result (*id_of)(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out);
};

/* The input of issueCreate or issueUpdate; the caller owns `*out`. `assignee` is the present one, "" = none, for an
 * update that removes. Fields that Linear does not have are REJECTED before a name is looked up. */
struct result linear_write_issue(struct arena *arena, const struct payload *payload, bool create, struct str assignee,
                                 const struct linear_lookup *lookup, cJSON **out) MUST_USE;
struct result linear_write_comment(const struct payload *payload, cJSON **out) MUST_USE;

/* Whether the payload takes away assignees without giving one: then the present one must be known. */
bool linear_needs_assignee(const struct payload *payload);

/* -- push.c -- */

/* The input of issueCreate for this push, with our id and the team's; the caller owns `*out`. */
struct result linear_issue_to_create(struct connection *c, struct arena *arena, const struct push *push,
                                     cJSON **out) MUST_USE;

/* What was created shows the marker under which the store knows it. It is ours, also where Linear names an application
 * and no user as its creator. */
void linear_show_created(const struct push *push, struct observation *seen);

/* -- names.c -- */

/* All names of a kind, read once a connection. */
struct result linear_names_load(struct connection *c, struct arena *arena, enum linear_names_kind kind) MUST_USE;

/* The id for a name, read again when it is not among those known. An unknown label is made, or with `make` false GONE;
 * other unknown names are REJECTED. */
struct result linear_id_of(struct connection *c, struct arena *arena, enum linear_names_kind kind, struct str name,
                           bool make, struct str *out) MUST_USE;

/* -- the operations -- */

struct result linear_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                          struct pull_page *out) MUST_USE;
struct result linear_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                           bool *not_modified, struct observation *out) MUST_USE;

struct result linear_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                size_t count, struct observation *out) MUST_USE;

/* By id, wherever it is: RESULT_GONE when there is none; RESULT_REJECTED when it cannot be read. */
struct result linear_read(struct connection *c, struct arena *arena, bool comment, struct str id,
                          struct observation *out) MUST_USE;
struct result linear_push(struct connection *c, struct arena *arena, const struct push *push,
                          struct observation *out) MUST_USE;
void linear_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count);
struct result linear_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) MUST_USE;
struct result linear_history(struct connection *c, struct arena *arena, const struct intent *intent,
                             const struct observation *seen, struct values *out) MUST_USE;
struct result linear_describe(struct connection *c, struct arena *arena, struct remote_description *out) MUST_USE;
struct result linear_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                   struct hook_found *out) MUST_USE;
struct result linear_scan(struct connection *c, struct arena *arena, struct str cursor,
                          struct scan_found *out) MUST_USE;
struct result linear_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) MUST_USE;
enum webhook_verdict linear_verify(const struct webhook_request *request, struct str secret);
struct result linear_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) MUST_USE;

#endif
