/* What the files of this adapter share: the connection, calls to GitHub, translation, the pull's cursor. Nothing
 * outside this folder includes it, except tests. Sources: https://docs.github.com/en/rest (API version 2022-11-28). */
#ifndef ADAPTER_GITHUB_GITHUB_H
#define ADAPTER_GITHUB_GITHUB_H

#include <openssl/evp.h>

#include "adapter-github/connector.h"
#include "base/json.h"

enum {
  GITHUB_PAGE_ITEMS = 100, /* the most that GitHub gives */
  GITHUB_PAGE_ITEMS_MIN = 5,
  GITHUB_TIMEOUT_MS = 30 * 1000,
  GITHUB_SETTLE_MS = 15 * 60 * 1000, /* how long a list may lag behind a write */
  GITHUB_TOKEN_BYTES = 1024,
};

/* -- connection -- */

/* A token as it is, or an App's key that signs for short-lived installation tokens. */
struct github_auth {
  EVP_PKEY *app_key; /* NULL: a token */
  struct str app_id;
  int64_t installation_id; /* 0 = not asked yet */
  char token[GITHUB_TOKEN_BYTES];
  int64_t token_until_ms; /* on GitHub's clock; of an installation token or a login, 0 = it does not end */
  bool can_renew;         /* a login with a refresh token */
};

struct github_milestone {
  int64_t number;
  struct str title;
};

struct connection {
  struct arena arena; /* what lives as long as the connection */
  struct http *http;
  int64_t (*now_ms)(void);
  struct str api;        /* "https://api.github.com", no slash at the end */
  struct str remote;     /* as configured, "acme/rocket"; absent: only the account is of interest */
  int64_t repository_id; /* by the project's options; 0 = not known */
  struct str repo_path;  /* "/repositories/7"; "/repos/acme/rocket" where the id is not known */
  struct str renamed_to; /* "acme/rocket-2", absent = the configured name holds */
  bool tell_renamed;     /* the next page of a pull carries the note */
  struct str credential; /* its name */
  struct str self;       /* our login there, absent = not asked yet */
  struct github_auth auth;
  struct credential_renewal *renewal; /* NULL while a credential is only tried */
  struct arena milestone_arena;
  LIST_OF(struct github_milestone) milestones;
  bool milestones_known;
  struct usage usage;
  int64_t clock_ahead_ms; /* GitHub's clock minus ours, by the Date header */
  bool clock_known;
  int64_t page_items;      /* of a page of the pull; less after one that was too large */
  bool answered;           /* a whole answer came to the last call */
  unsigned limit_strikes;  /* secondary limits met in a row */
  int64_t told_expires_ms; /* the end of the token, as the store was last told */
};

/* -- calls.c -- */

enum github_scope { AT_REPO, AT_API, AT_URL }; /* what `path` is relative to; AT_URL: a whole URL that GitHub gave */

struct github_request {
  const char *method;
  enum github_scope scope;
  struct str path; /* with its query, escaped */
  struct str body; /* JSON, absent = none */
  struct str etag; /* for a conditional GET */
  bool reads;      /* a POST that changes nothing */
  bool as_app;     /* signed by the App's key, not by an installation token */
  bool take_gone;  /* 301, 404, 410 and 451 are answers, not errors */
};

struct github_answer {
  int64_t status;
  struct str body, etag, location, link;
  int64_t date_ms; /* GitHub's clock, 0 = not said */
};

/* Whether asking again does no harm. */
bool github_is_read(const struct github_request *request);

/* When the quota is whole again, by GitHub's clock; 0 = not said. */
int64_t github_reset_ms(const struct http_response *response);

/* One call, with what belongs to it: a renewed installation token, the way to a renamed repository. OK: 2xx, 304, and
 * what `take_gone` names. A read never ends UNCERTAIN. */
struct result github_call(struct connection *c, struct arena *arena, const struct github_request *request,
                          struct github_answer *out) MUST_USE;

struct result github_get(struct connection *c, struct arena *arena, struct str repo_path,
                         struct github_answer *out) MUST_USE;

/* The answer's JSON, which the caller deletes. Not JSON: RETRY to a read, UNCERTAIN to a write. */
struct result github_json(const char *method, const struct github_answer *answer, cJSON **out) MUST_USE;

/* The URL of rel `rel` in a Link header (RFC 8288), absent if there is none. Points into `link`. */
struct str github_link(struct str link, const char *rel);

/* The page that a URL of a Link header leads to; -1 = it says none. */
int64_t github_page_number(struct str url);

/* Follows every page of a list below the repository; `take` is called per item. */
struct result github_each(struct connection *c, struct arena *arena, struct str repo_path,
                          struct result (*take)(void *context, const cJSON *item), void *context) MUST_USE;

/* -- errors.c -- */

/* What an answer of 3xx to 5xx means for the skeleton; rate limits also block the credential in c->usage. */
struct result github_error(struct connection *c, const struct github_request *request,
                           const struct http_response *response) MUST_USE;

/* -- auth.c -- */

struct result github_auth_open(struct connection *c, struct str kind, struct str credential) MUST_USE;
void github_auth_close(struct connection *c);

/* "Bearer ..." for a request; asks for an installation token when there is none that lasts. */
struct result github_auth_header(struct connection *c, struct arena *arena, bool as_app, struct str *out) MUST_USE;

/* After a 401: false when another try with a fresh token is no use. */
bool github_auth_forget(struct connection *c);

/* An App's JWT (RFC 7519), RS256, valid from a minute ago for nine minutes from `now_ms`. */
struct result github_jwt(struct arena *arena, EVP_PKEY *key, struct str app_id, int64_t now_ms,
                         struct str *out) MUST_USE;

/* Our own login, asked for once a connection. */
struct result github_self(struct connection *c, struct arena *arena, struct str *out) MUST_USE;

/* -- oauth.c -- */

extern const struct oauth_vendor github_oauth;

/* A login's new tokens, in use. */
struct result github_oauth_renew(struct connection *c, struct arena *arena) MUST_USE;

/* -- translate.c: pure -- */

/* RESULT_REJECTED when a member that GitHub always sends is missing. `self` absent = not known. */
struct result github_read_issue(struct arena *arena, const cJSON *issue, struct str self,
                                struct observation *out) MUST_USE;
struct result github_read_comment(struct arena *arena, const cJSON *comment, struct str self,
                                  struct observation *out) MUST_USE;

/* Pull requests are in GitHub's lists of issues, and their comments among those of issues. */
bool github_is_pull(const cJSON *issue_or_comment);

/* Takes the marker's HTML comment and the blank lines before it out of a body. `marker` absent = none. */
struct str github_split_marker(struct arena *arena, struct str body, struct str *marker);

enum { GITHUB_MILESTONE_KEEP = -1, GITHUB_MILESTONE_NONE = 0 };

/* The JSON of a POST or PATCH; absent when there is nothing to send. */
struct result github_write_issue(struct arena *arena, const struct payload *payload, bool create, int64_t milestone,
                                 struct str *out) MUST_USE;
struct result github_write_comment(struct arena *arena, const struct payload *payload, struct str *out) MUST_USE;

/* {"state": "closed", "state_reason": ...} for a status word; RESULT_REJECTED for an unknown one. */
struct result github_write_status(struct arena *arena, struct str status, struct str *out) MUST_USE;

/* {"labels": [...]}: the members of a set under its own name. */
struct str github_write_set(struct arena *arena, const struct value *set);

/* -- connector.c -- */

/* The repository's id by the project's options, 0 = they do not tell. A name may belong to another repository one day,
 * an id never does. RESULT_REJECTED for options that are none of ours. */
struct result github_repository_id(struct str options, int64_t *out) MUST_USE;

/* -- scan.c -- */

/* Of the repository with this node id, without its pull requests. REJECTED: the credential may not ask. */
struct result github_count_issues(struct connection *c, struct arena *arena, struct str node_id, int64_t *out) MUST_USE;

/* -- milestones.c -- */

/* The number for a title; "" is GITHUB_MILESTONE_NONE. RESULT_REJECTED when there is no such milestone. */
struct result github_milestone_number(struct connection *c, struct arena *arena, struct str title,
                                      int64_t *out) MUST_USE;

/* -- dropped.c -- */

/* Puts what was sent and is not there into seen->refused. */
void github_tell_dropped(struct arena *arena, const struct payload *payload, struct observation *seen);

/* -- the operations -- */

struct result github_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                          struct pull_page *out) MUST_USE;
struct result github_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                           bool *not_modified, struct observation *out) MUST_USE;
struct result github_push(struct connection *c, struct arena *arena, const struct push *push,
                          struct observation *out) MUST_USE;
struct result github_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) MUST_USE;
struct result github_history(struct connection *c, struct arena *arena, const struct intent *intent,
                             const struct observation *seen, struct values *out) MUST_USE;
struct result github_describe(struct connection *c, struct arena *arena, struct remote_description *out) MUST_USE;
enum webhook_verdict github_verify(const struct webhook_request *request, struct str secret);
struct result github_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) MUST_USE;

#endif
