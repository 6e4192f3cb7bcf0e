/* What the files of this adapter share: the connection, calls to Jira, fields, people, translation. Nothing outside
 * this folder includes it, except tests. Sources: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
 * and https://docs.atlassian.com/software/jira/docs/api/REST/9.12.0/ */
#ifndef ADAPTER_JIRA_JIRA_H
#define ADAPTER_JIRA_JIRA_H

#include "adapter-jira/connector.h"
#include "base/json.h"

enum {
  JIRA_PAGE_ISSUES = 100, /* the most that Cloud gives with fields */
  JIRA_PAGE_ISSUES_MIN = 5,
  JIRA_TIMEOUT_MS = 30 * 1000,
  JIRA_SETTLE_MS = 5 * 60 * 1000, /* how long a search may lag behind a write */
  JIRA_SECRET_BYTES = 4096,
};

/* The entity property of issues and comments that tandem made: marker, and the Markdown that the text was made from. */
#define JIRA_PROPERTY "tandem"

/* Jira Service Management's property of comments: {"internal": true} for those that customers do not see. */
#define JIRA_INTERNAL "sd.public.comment"

/* -- fields -- */

enum jira_kind {
  KIND_LINE, /* text of one line */
  KIND_RICH, /* ADF or wiki markup */
  KIND_NUMBER,
  KIND_DATE,
  KIND_DATETIME,
  KIND_OPTION, /* {"value": …} */
  KIND_OPTIONS,
  KIND_CASCADING, /* {"value": …, "child": {"value": …}} as "parent / child" */
  KIND_NAME,      /* {"name": …} */
  KIND_NAMES,
  KIND_LABELS,
  KIND_USER,
  KIND_USERS,
  KIND_ASSIGNEE, /* one person, as a set */
  KIND_SPRINT,   /* the name of the sprint that is not closed */
  KIND_PARENT,
  KIND_STATUS,
  KIND_TYPE,
  KIND_UNKNOWN,
};

struct jira_field {
  struct str id;    /* Jira's: "summary", "customfield_10016" */
  struct str name;  /* ours: "title", "estimate" */
  struct str label; /* as people see it */
  enum jira_kind kind;
};

struct jira_fields {
  const struct jira_field *at;
  size_t count;
};

/* -- connection -- */

struct jira_person {
  struct str id;   /* Cloud: accountId; Data Center: name */
  struct str word; /* how people write it */
  struct str email;
};

/* A status that leads to others: what is known of a workflow, from the transitions that issues offer. */
struct jira_step {
  struct str type, from, to; /* issue type; names of statuses */
  struct str transition_id;
};

enum jira_auth_kind { AUTH_BASIC, AUTH_BEARER, AUTH_OAUTH };

struct jira_auth {
  enum jira_auth_kind kind;
  char header[JIRA_SECRET_BYTES]; /* "Basic …", "Bearer …"; empty: ask for an access token */
  struct str secret;              /* OAuth: the credential as stored last, JSON */
  int64_t access_until_ms;
};

struct connection {
  struct arena arena; /* what lives as long as the connection */
  struct http *http;
  int64_t (*now_ms)(void);
  struct credential_renewal *renewal;
  bool cloud;
  struct str site;       /* what people open: "https://acme.atlassian.net", no slash at the end */
  struct str root;       /* what "/rest/…" is below */
  struct str api;        /* "…/rest/api/3" */
  struct str project;    /* key; absent: only the account is of interest */
  struct str project_id; /* by the options, or as it was asked for; absent = neither yet */
  bool id_is_given;      /* by the options: a key may be another project's one day, an id never */
  struct str credential; /* its name */
  cJSON *options;        /* an object */
  struct jira_auth auth;
  struct str self; /* our own id there; absent = not asked yet */
  struct str self_name;
  struct jira_fields fields;
  bool fields_known;
  struct jira_person *people;
  size_t people_count, people_capacity;
  struct jira_step *steps;
  size_t step_count, step_capacity;
  struct usage usage;
  int64_t clock_ahead_ms; /* Jira's clock minus ours, by the Date header */
  bool clock_known;
  int64_t last_status; /* of the last call, 0 = no whole answer came */
  int64_t page_issues; /* how many a page of the pull asks for */
};

/* -- calls.c, errors.c -- */

struct jira_request {
  const char *method;
  struct str path;   /* below the API, with its query, escaped */
  struct str body;   /* JSON, absent = none */
  bool take_gone;    /* 404 and 410 are answers, not errors */
  bool take_refused; /* 400 is */
  bool absolute;     /* `path` is below the root, not the API */
};

struct jira_answer {
  int64_t status;
  struct str body;
  int64_t date_ms; /* Jira's clock, 0 = not said */
};

/* One call; an access token that is not taken any more is renewed once. What only reads never ends UNCERTAIN. */
struct result jira_call(struct connection *c, struct arena *arena, const struct jira_request *request,
                        struct jira_answer *out) MUST_USE;

/* GET and parse; the caller deletes `*out`. */
struct result jira_get(struct connection *c, struct arena *arena, struct str path, cJSON **out) MUST_USE;

/* A POST that only reads. */
struct result jira_ask(struct connection *c, struct arena *arena, struct str path, cJSON *body, cJSON **out) MUST_USE;

struct result jira_json(const struct jira_request *request, const struct jira_answer *answer, cJSON **out) MUST_USE;
bool jira_is_read(const struct jira_request *request);

struct result jira_error(struct connection *c, const struct jira_request *request,
                         const struct http_response *response) MUST_USE;

/* -- auth.c -- */

extern const struct oauth_vendor jira_oauth; /* oauth.c */

struct result jira_auth_open(struct connection *c, struct str kind, struct str credential) MUST_USE;
struct result jira_auth_header(struct connection *c, struct arena *arena, struct str *out) MUST_USE;

/* After a 401: false when another try is no use. */
bool jira_auth_forget(struct connection *c);

/* OAuth: finds the site's API, once. */
struct result jira_auth_site(struct connection *c, struct arena *arena) MUST_USE;

/* Who we are, asked for once a connection. */
struct result jira_self(struct connection *c, struct arena *arena) MUST_USE;

/* -- members.c: small readers -- */

int64_t jira_time_ms(const cJSON *object, const char *path); /* "2026-01-02T03:04:05.678+0200"; 0 = none */
bool jira_is_number(struct str text);

/* A comment's id is unknown to Jira without its issue's: "10007:9" has both. False when it is not of this form. */
bool jira_split_comment_id(struct str external_id, struct str *issue_id, struct str *comment_id);

/* -- fields.c -- */

/* The fields that are carried: those of the options, else all. */
struct result jira_fields_load(struct connection *c, struct arena *arena) MUST_USE;

/* All fields as Jira lists them now, those of the options under their names there. */
struct result jira_fields_load_all(struct connection *c, struct arena *arena) MUST_USE;
const struct jira_field *jira_field_named(const struct connection *c, struct str name); /* or NULL */

/* The issue type of a ticket that says none: `issue_type` of the options, else Task. */
struct str jira_default_type(const struct connection *c);
const char *jira_kind_name(enum jira_kind kind);
const char *jira_remote_kind(enum jira_kind kind); /* as connector.h's fields call it */
bool jira_kind_is_set(enum jira_kind kind);

/* -- shapes.c -- */

/* Whether this is how a value of the kind looks, or nothing. */
bool jira_kind_fits(bool cloud, enum jira_kind kind, const cJSON *node);

/* -- people.c -- */

/* How this account is written: as the options say, else its display name (Cloud) or login name. */
struct str jira_person_word(const struct connection *c, struct arena *arena, const cJSON *user);
struct str jira_person_id(const struct connection *c, const cJSON *user);

/* {"accountId": …} or {"name": …} for a word, or JSON null for "". RESULT_REJECTED: nobody, or several. */
struct result jira_person_ref(struct connection *c, struct arena *arena, struct str word, cJSON **out) MUST_USE;

/* Everyone who may be assigned. */
struct result jira_people_load(struct connection *c, struct arena *arena) MUST_USE;

/* -- read.c: Jira's JSON to observations; needs fields and self loaded -- */

/* RESULT_REJECTED with a message for a person: this one cannot be read, however often it is asked for. */

struct result jira_read_issue(struct connection *c, struct arena *arena, const cJSON *issue,
                              struct observation *out) MUST_USE;
/* {"key", "value"} of a comment that was asked for with its properties, or NULL. */
const cJSON *jira_comment_property(const cJSON *comment, const char *key);

struct result jira_read_comment(struct connection *c, struct arena *arena, struct str issue_id, struct str issue_key,
                                const cJSON *comment, struct observation *out) MUST_USE;

/* -- write.c: values to Jira's JSON -- */

/* `fields` and `update` of a create or edit; `issue` is it as it is now, NULL for a creation. Status and what belongs
 * to identity are left to others. `*out_any`: there is something to send. */
struct result jira_write_fields(struct connection *c, struct arena *arena, const struct payload *payload,
                                const cJSON *issue, cJSON *document, bool *out_any) MUST_USE;

/* The text of a description or comment. `seen` is what is there now, or NULL. */
struct result jira_write_text(struct connection *c, struct arena *arena, struct str markdown, const cJSON *seen,
                              cJSON **out) MUST_USE;

/* The property's value; `body` absent: it is not kept. */
cJSON *jira_property(struct arena *arena, struct str marker, struct str body);

/* Puts it into the request's properties; takes `value`. */
void jira_add_property(cJSON *document, cJSON *value);

/* An issue's: the marker stays (`issue` as it is now, NULL for a creation), the Markdown is the one that is being
 * written. Data Center does not show it in searches, so there it is of no use. */
cJSON *jira_issue_property(const struct connection *c, struct arena *arena, const struct payload *payload,
                           const cJSON *issue);

/* -- bulk.c: pure -- */

/* One issue of a creation of several: the id it got, or why it was refused. */
struct jira_element {
  struct str id;
  const cJSON *failure; /* {"status", "elementErrors": {"errorMessages", "errors"}} */
};

/* What the answer says of each of the `count` issues asked for. False: it does not tell which were made. */
bool jira_match_bulk(const cJSON *answer, size_t count, struct jira_element *out);

/* -- create.c -- */

struct result jira_create_issue(struct connection *c, struct arena *arena, const struct push *push,
                                struct observation *out) MUST_USE;

/* -- change.c -- */

struct result jira_change_issue(struct connection *c, struct arena *arena, const struct push *push,
                                struct observation *out) MUST_USE;

/* -- history.c -- */

/* The fields of the payload as they were just before our write, by the changelog of `after`; `before` is the issue as
 * it was at our look. What the changelog does not show exactly is left out. */
struct values jira_replaced(struct connection *c, struct arena *arena, const struct payload *payload,
                            const cJSON *before, const cJSON *after);

/* Whether all that the payload sets is told so. */
bool jira_tells_replaced(struct connection *c, struct arena *arena, const struct payload *payload);

/* -- transitions.c -- */

/* Brings the issue to the status named so, by as many transitions as it takes. `*wrote`: at least one was made. */
struct result jira_transition_to(struct connection *c, struct arena *arena, const cJSON *issue, struct str status,
                                 bool *wrote) MUST_USE;

/* -- the operations -- */

struct result jira_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                        struct pull_page *out) MUST_USE;
struct result jira_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref, bool *not_modified,
                         struct observation *out) MUST_USE;
struct result jira_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs, size_t count,
                              struct observation *out) MUST_USE;
struct result jira_push(struct connection *c, struct arena *arena, const struct push *push,
                        struct observation *out) MUST_USE;
void jira_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count);
void jira_change_many(struct connection *c, struct arena *arena, struct pushed *changes, size_t count);
struct result jira_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                        struct observation *out) MUST_USE;
struct result jira_history(struct connection *c, struct arena *arena, const struct intent *intent,
                           const struct observation *seen, struct values *out) MUST_USE;
struct result jira_describe(struct connection *c, struct arena *arena, struct remote_description *out) MUST_USE;
struct result jira_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                 struct hook_found *out) MUST_USE;
struct result jira_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) MUST_USE;
struct result jira_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) MUST_USE;
enum webhook_verdict jira_verify(const struct webhook_request *request, struct str secret);
struct result jira_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                             struct list *out) MUST_USE;

/* -- issue.c: what several operations read -- */

/* The path of an issue with all that is carried. */
struct str jira_issue_path(struct arena *arena, struct str id);

/* An issue with all that is carried, by id or key; the caller deletes `*out`. NULL: it is not there. */
struct result jira_get_issue(struct connection *c, struct arena *arena, struct str id, cJSON **out) MUST_USE;

/* Cloud: several issues in one call, in {"issues": [...]}, with what `expand` names (NULL: nothing); the caller deletes
 * `*out`. What is not there is left out, and what could not be loaded stands in `issueErrors`. */
struct result jira_ask_issues(struct connection *c, struct arena *arena, const struct str *ids, size_t count,
                              const char *expand, cJSON **out) MUST_USE;

/* The one of these with an id, or NULL. */
const cJSON *jira_issue_of(const cJSON *answer, struct str id);

/* An issue with its newest changes (Data Center: all of them), where they are not too long. */
struct result jira_get_issue_with_history(struct connection *c, struct arena *arena, struct str id,
                                          cJSON **out) MUST_USE;

/* -- labels.c -- */

bool jira_is_label(struct str text);

/* Puts labels that were not sent, because Jira has none like them, into seen->refused. */
void jira_tell_left_out(const struct connection *c, struct arena *arena, const struct payload *payload,
                        struct observation *seen);

/* -- issue.c: the project -- */

/* The project as it stands in JQL: 10001, or "ROCKET" where the options do not tell its id. */
struct str jira_project_word(const struct connection *c, struct arena *arena);

/* Whether the issue is still in our project, whose key may have been changed. */
struct result jira_is_ours(struct connection *c, struct arena *arena, const cJSON *issue, bool *out) MUST_USE;

/* AUTH when the project itself does not answer: then nothing that is missing was deleted. */
struct result jira_check_project(struct connection *c, struct arena *arena) MUST_USE;

struct result jira_issue_key(struct connection *c, struct arena *arena, struct str id, struct str *out) MUST_USE;

/* All comments of an issue, one after the other, with their properties when `properties`. */
struct result jira_each_comment(struct connection *c, struct arena *arena, struct str issue_id, int64_t start_at,
                                bool properties, struct result (*take)(void *context, const cJSON *comment),
                                void *context) MUST_USE;

#endif
