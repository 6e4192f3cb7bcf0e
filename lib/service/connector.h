/* The anti-corruption layer: what one external system must offer. A connector translates between its system's words and
 * ours and makes the calls; everything else (loops, leases, retries, rate limits, webhook server, metrics) is the
 * skeleton's. Calls block and read straight down. One handle belongs to one worker thread at a time.
 *
 * Every function returns a result named by what the skeleton does next (base/result.h): RETRY when nothing happened,
 * UNCERTAIN when a write may have happened, STALE, REJECTED (this item will never be taken), GONE, AUTH. What a call
 * produces is allocated in the arena that is passed. The skeleton makes observations canonical and hashes them. */
#ifndef SERVICE_CONNECTOR_H
#define SERVICE_CONNECTOR_H

#include "base/http.h"
#include "base/result.h"
#include "proto/nouns.h"
#include "proto/verbs.h"

struct connection; /* a connector's own handle */

/* For credentials that change when they are used, as OAuth's refresh tokens do: one process renews, the others take
 * what it stored, and the new secret is stored before it is used. */
struct credential_renewal {
  /* Takes the right to renew and gives the secret as it is stored now. `*out_done`: another process has renewed it
   * since the connection was opened; use that one, there is nothing to save. RETRY: somebody else is at it. */
  struct result (*begin)(struct credential_renewal *renewal, struct arena *arena, struct str *out_secret,
                         bool *out_done) MUST_USE;
  /* Stores the new secret; only then may it be used. STALE: the right was lost, use nothing. */
  struct result (*save)(struct credential_renewal *renewal, struct str secret) MUST_USE;
};

struct connector_config {
  const struct project *project;      /* with the connector's own settings in `options` */
  struct str credential_kind;         /* "pat", "app", ... as the connector defined them */
  struct str credential;              /* the secret, JSON; borrowed, never logged */
  struct credential_renewal *renewal; /* NULL while a credential is only tried */
  struct http *http;
  int64_t (*now_ms)(void);
};

/* One page of what changed since `cursor` (absent the first time), oldest change first. */
struct pull_page {
  LIST_OF(struct observation) observations;
  struct str cursor; /* where the next call goes on; opaque to all but the connector */
  bool done;         /* nothing more for now; the cursor is where the next pull starts */
  bool unchanged;    /* the tracker said: nothing new at all */
  struct str note;   /* for the log and a person: the project was renamed there, for instance; mostly absent */
};

struct webhook_request {
  struct str event;       /* of the system's event header */
  struct str delivery_id; /* of its delivery header */
  struct str signature, timestamp, authorization;
  struct str body; /* raw bytes */
  int64_t now_ms;  /* for schemes that refuse what is old */
};

/* UNTIMELY: the signature is right, but the time that it covers is too far from `now_ms`. */
enum webhook_verdict { WEBHOOK_FORGED, WEBHOOK_UNTIMELY, WEBHOOK_GENUINE };

/* Names, lower case; NULL where the system has none. Without a delivery header the hash of the body stands for it. */
struct webhook_headers {
  const char *event, *delivery_id, *signature, *timestamp;
};

/* What a tracker is to send its webhooks to, signed with `secret`. */
struct hook {
  struct str url, secret;
  struct str id; /* as the tracker named it when it was last looked at; absent = not known */
  bool repair;   /* give the tracker everything anew, whatever it shows: its secret may be another one */
};

/* How it stands there. */
struct hook_found {
  struct str id;
  int64_t expires_at_ms; /* 0 = never */
  int64_t check_in_ms;   /* it has to be looked at again after so long at the latest; 0 = as the skeleton likes */
  bool repaired;         /* somebody had changed it, or switched it off */
};

/* Deliveries that the tracker could not hand over. */
struct hook_failures {
  struct str newest; /* the tracker's list is known up to here: `newest` of the next call */
  LIST_OF(struct failed_delivery) failed;
};

/* One page of the ids of all tickets, or, where a tracker has no list that costs less than a whole pull, their number.
 */
struct scan_found {
  LIST_OF(struct str) ids;
  bool counted;
  int64_t count;
  struct str cursor; /* of the next page */
  bool done;
};

/* A push: the intent, what may leave, and the target as fetched just before (NULL for a create). */
struct push {
  const struct intent *intent;
  const struct payload *payload;
  const struct observation *fresh;
};

/* One of several pushes. `done`: `result` stands, and when it is OK, `seen` is the ticket afterwards. */
struct pushed {
  struct push push;
  bool done;
  struct result result;
  struct observation seen;
};

enum { FETCH_MANY_MAX = 20, PUSH_MANY_MAX = 20 };

struct oauth_vendor; /* service/oauth.h */

struct connector {
  const char *system;               /* "github" */
  const struct oauth_vendor *oauth; /* whose logins it takes; NULL = none */
  const char *default_base_url;
  struct webhook_headers webhook_headers;
  int64_t settle_ms; /* how long a write may stay invisible in lists */
  struct pace pace;  /* how fast one credential may write; zeros = as fast as it likes */

  struct result (*open)(const struct connector_config *config, struct connection **out) MUST_USE;
  void (*close)(struct connection *connection);

  struct result (*pull)(struct connection *connection, struct arena *arena, struct str mode, struct str cursor,
                        struct pull_page *out) MUST_USE;

  /* One ticket or comment as it is now. With an etag that still holds: `*not_modified` and `out` untouched. A deleted,
   * transferred or unreadable one is an observation with `gone` set, not an error. */
  struct result (*fetch)(struct connection *connection, struct arena *arena, const struct external_ref *ref,
                         bool *not_modified, struct observation *out) MUST_USE;

  /* Several tickets as they are now, in one call: `out[i]` is what `refs[i]` names, gone ones as `fetch` says them.
   * Their etags are not used. At most FETCH_MANY_MAX; all of one kind. NULL where the tracker has no such call. */
  struct result (*fetch_many)(struct connection *connection, struct arena *arena, const struct external_ref *refs,
                              size_t count, struct observation *out) MUST_USE;

  /* Makes one change and returns the target as it is afterwards, with what the change replaced (`replaced`) where the
   * tracker's own history tells it. After a `delete`, which is of comments only, that is an observation with `gone`
   * set; what is gone already is deleted. A tracker that cannot delete answers REJECTED, with what a person can do. */
  struct result (*push)(struct connection *connection, struct arena *arena, const struct push *push,
                        struct observation *out) MUST_USE;

  /* Makes several tickets in one call, from 1 to PUSH_MANY_MAX. Each outcome is its own, as `push` would have given
   * it: one that is refused does not take the others with it, and a call whose answer is lost leaves each that was in
   * it UNCERTAIN, to be looked for by itself. None is `done` before, all are after. NULL where the tracker has no such
   * call. */
  void (*create_many)(struct connection *connection, struct arena *arena, struct pushed *creations, size_t count);

  /* The same with changes of tickets, each a ticket of its own, where that takes fewer calls than one by one. */
  void (*change_many)(struct connection *connection, struct arena *arena, struct pushed *changes, size_t count);

  /* After an uncertain creation: what this intent made, by its marker. RESULT_GONE = not there (yet). */
  struct result (*find)(struct connection *connection, struct arena *arena, const struct intent *intent,
                        struct str marker, struct observation *out) MUST_USE;

  /* After an unanswered update of a ticket whose target, `seen`, does not show all that it was to put there
   * (`intent->doubted`): the fields that were as it left them after the look before it (`intent->seen_version`), and
   * are so no longer, as they were then; by the tracker's own history, whoever made its entries. What the history does
   * not tell exactly is left out (connector_arrivals.h). NULL where there is none that can be asked. */
  struct result (*history)(struct connection *connection, struct arena *arena, const struct intent *intent,
                           const struct observation *seen, struct values *out) MUST_USE;

  /* Whether the signature over the raw body is right for `secret`, in constant time, and not too old. */
  enum webhook_verdict (*verify)(const struct webhook_request *request, struct str secret);

  /* A verified delivery as observations (none when it is of no interest). No I/O, no connection: pure translation. One
   * without fields is a hint: the store has it fetched. */
  struct result (*translate)(struct arena *arena, const struct project *project, struct str event, struct str body,
                             struct list *out) MUST_USE;

  /* Who the credential is and what the remote's tickets have. `remote` may be absent: then only the account. */
  struct result (*describe)(struct connection *connection, struct arena *arena,
                            struct remote_description *out) MUST_USE;

  /* Makes sure that the remote's webhooks come to `hook`: finds the one that does, repairs it, or makes it; doing it
   * again does no harm. REJECTED: it cannot be, with what a person can do. NULL where a person has to set them up. */
  struct result (*register_hook)(struct connection *connection, struct arena *arena, const struct hook *hook,
                                 struct hook_found *out) MUST_USE;

  /* Takes away the one that goes to `hook->url`; OK when there is none. NULL exactly where register_hook is. */
  struct result (*remove_hook)(struct connection *connection, struct arena *arena, const struct hook *hook) MUST_USE;

  /* What the tracker could not deliver since `newest` (absent = as far back as it makes sense), and having one of these
   * attempts repeated. NULL where the tracker repeats by itself. */
  struct result (*hook_failures)(struct connection *connection, struct arena *arena, struct str hook_id,
                                 struct str newest, struct hook_failures *out) MUST_USE;
  struct result (*redeliver)(struct connection *connection, struct arena *arena, struct str hook_id,
                             struct str attempt_id) MUST_USE;

  /* Which tickets are there, without their contents; one page a call. NULL where that costs as much as a whole pull. */
  struct result (*scan)(struct connection *connection, struct arena *arena, struct str cursor,
                        struct scan_found *out) MUST_USE;

  /* What the calls since the last take_usage cost. */
  void (*take_usage)(struct connection *connection, struct usage *out);
};

#endif
