/* libtandem: hear what tandem did to tickets, tell it what happened elsewhere, ask it anything. Link with -ltandem
 * (pkg-config tandem; CMake: find_package(tandem), tandem::tandem).
 *
 *   struct tandem *tandem;
 *   struct tandem_subscription *subscription;
 *   const struct tandem_event *event;
 *   struct tandem_options options;
 *   struct tandem_subscription_options what;
 *   tandem_options_init(&options);
 *   options.bundle = "/etc/crm/tandem";          // the folder that `tandem certs issue crm --events all` prints
 *   tandem_subscription_options_init(&what);
 *   what.cursor_file = "/var/lib/crm/tandem.cursor";
 *   if (tandem_open(&options, &tandem, NULL) == TANDEM_OK &&
 *       tandem_subscribe(tandem, &what, &subscription, NULL) == TANDEM_OK)
 *     while (tandem_next(subscription, TANDEM_FOREVER, &event, NULL) == TANDEM_OK) {
 *       puts(event->data);
 *       tandem_commit(subscription, event->sequence, NULL);
 *     }
 *
 * Texts are UTF-8 and end in NUL. What is given is borrowed for the call only; what is returned says whose it is. Times
 * end in _ms. Optional texts may be NULL. Every call that can fail returns a code, and fills `error` unless that is
 * NULL.
 *
 * Threads: any thread may use a `struct tandem` at any time, where calls take turns (open several for calls side by
 * side); a subscription is for one thread at a time. A subscription has a thread of its own inside, which blocks all
 * signals. The library installs no signal handlers, writes nothing to stdout, reads only the environment variables
 * named below, and never ends the process but when memory is exhausted (a line on stderr, then abort()). Do not use
 * handles in a child after fork(): open anew there. libcjson is shared with the program: libtandem sets its allocator
 * to malloc() and free(). */
#ifndef TANDEM_TANDEM_H
#define TANDEM_TANDEM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TANDEM_API __attribute__((visibility("default")))
#else
#define TANDEM_API
#endif

/* -- what became of a call -- */

/* Named by what you do next. New codes may come: take one that you do not know as TANDEM_BUG. */
enum tandem_code {
  TANDEM_OK = 0,
  TANDEM_RETRY = 1,     /* nothing happened: try again, error.retry_after_ms from now at the earliest */
  TANDEM_UNCERTAIN = 2, /* a write may have happened: look before you repeat it */
  TANDEM_STALE = 3,     /* what you knew has moved: look again, decide again */
  TANDEM_REJECTED = 4,  /* this will never be taken: mend it; error.message says what */
  TANDEM_GONE = 5,      /* what you asked for does not exist */
  TANDEM_AUTH = 6,      /* a certificate or credential is refused: a person must give another */
  TANDEM_BUG = 7,       /* a mistake in tandem; the store's log has more */
  TANDEM_TIMEOUT = 100, /* tandem_next() only: no event within the time */
};

struct tandem_error {
  enum tandem_code code;
  int64_t retry_after_ms; /* with TANDEM_RETRY: 0 = your own pace */
  char message[256];      /* what happened and what to do, for a person */
};

/* "ok", "retry", ...: as in docs and logs. Never NULL. */
TANDEM_API const char *tandem_code_name(enum tandem_code code);

/* The library's version: "0.1.0". */
TANDEM_API const char *tandem_version(void);

/* -- connecting -- */

/* Call tandem_options_init() first, then set what you need. */
struct tandem_options {
  size_t size; /* of this struct, so that members can be added at its end */

  /* A folder with ca.pem (whom to trust) and certificate.pem (certificate and key in one), as `tandem certs issue NAME`
   * prints it; may hold endpoint.json, {"store_url": ..., "events_url": ...}. NULL: the environment's TANDEM_BUNDLE. */
  const char *bundle;

  /* Where the store is: "tls+tcp://tandem.example.com:7701". NULL: TANDEM_STORE_URL and TANDEM_EVENTS_URL of the
   * environment, else the bundle's endpoint.json, else what the `tandem up` runs on whose home the bundle is. */
  const char *store_url, *events_url;

  /* PEM files in other places than the bundle. NULL: the bundle's ca.pem, certificate.pem and revoked.pem; without a
   * bundle TANDEM_TLS_CA, TANDEM_TLS_CERT and TANDEM_TLS_REVOKED. The list of revoked certificates (CRL) is optional.
   * All are read again for each connection, so that renewed ones are taken up. */
  const char *ca_file, *certificate_file, *revoked_file;

  const char *name;       /* of this program, in the store's log; NULL: "client" */
  int timeout_ms;         /* of a call, with all its retries; 0: 15000 */
  int allow_insecure_bus; /* 1: tcp:// URLs too, without TLS, where the network is trusted */
};

static inline void tandem_options_init(struct tandem_options *options) {
  memset(options, 0, sizeof *options);
  options->size = sizeof *options;
}

struct tandem;

/* Reads the options and files; connects at the first call. `*out` is yours to tandem_close(). REJECTED: an option or
 * file cannot be used, and which. */
TANDEM_API enum tandem_code tandem_open(const struct tandem_options *options, struct tandem **out,
                                        struct tandem_error *error);

/* After its subscriptions are closed and no other thread uses it. NULL is fine. */
TANDEM_API void tandem_close(struct tandem *tandem);

/* -- asking -- */

/* Calls a verb of docs/verbs.md: `request` and `*reply` are JSON objects with the members described there. `request`
 * NULL is {}. `*reply` is yours to tandem_free(). Waits for the store up to timeout_ms; a request that has to be sent
 * again after a broken connection is done once. RETRY: no answer, nothing was written. UNCERTAIN: no answer, and the
 * verb writes: it may have been done. REJECTED: no such verb, wrong members, or the certificate does not grant it
 * (`tandem certs issue NAME --verbs ...`). AUTH: a certificate is refused. Others: the verb's own. */
TANDEM_API enum tandem_code tandem_call(struct tandem *tandem, const char *verb, const char *request, char **reply,
                                        struct tandem_error *error);

TANDEM_API void tandem_free(void *memory);

/* -- telling -- */

struct tandem_published {
  int duplicate; /* 1: this source and id had been taken before, nothing was done now */
  char key[64];  /* of the ticket: "T-12"; "" when there is none, or it is a duplicate */
};

/* Tells tandem an event of yours: TicketCreated, TicketUpdated or ProjectConfigured, with `data` as JSON
 * (docs/events.md). It is taken once for each source and id, however often you send it: after RETRY send the same
 * again. `source` names your program ("crm"), `id` what happened ("order-4711"). `out` may be NULL. REJECTED: it will
 * never be taken, and why. */
TANDEM_API enum tandem_code tandem_publish(struct tandem *tandem, const char *type, const char *source, const char *id,
                                           const char *data, struct tandem_published *out, struct tandem_error *error);

/* -- hearing -- */

/* One event: the attributes of CloudEvents 1.0, and its data. Members may be added at the end. Absent texts are "". */
struct tandem_event {
  int64_t sequence;         /* its place in the log, counting up; see docs/bus.md */
  const char *specversion;  /* "1.0" */
  const char *id, *source;  /* unique together */
  const char *type;         /* "tandem.v1.TicketCreated"; also the topic */
  const char *time;         /* RFC 3339, UTC */
  const char *subject;      /* "T-12", "project/rocket" */
  const char *partitionkey; /* events of one key keep their order */
  const char *traceparent;  /* W3C trace context */
  const char *data;         /* JSON object, docs/events.md; ends in NUL */
  size_t data_bytes;        /* without the NUL */
};

enum { TANDEM_FROM_NOW = -1, TANDEM_FROM_FIRST = 0, TANDEM_FOREVER = -1 };

/* Call tandem_subscription_options_init() first, then set what you need. */
struct tandem_subscription_options {
  size_t size;

  /* Which events: those whose type is one of these ("TicketCreated" or "tandem.v1.TicketCreated"; NULL or none: all),
   * whose data names this project (NULL: any), and whose project is of this system ("github"; NULL: any). The
   * certificate must grant them; what it does not grant is left out. */
  const char *const *types;
  size_t type_count;
  const char *project, *system;

  /* The durable cursor, one of two:
   *  - `cursor_file`: libtandem keeps the position there; tandem_commit() replaces it atomically and syncs it. After a
   *    crash you get again what you had not committed: at least once. One process at a time may use it.
   *  - `after`: you keep the sequence of the last event that you handled, in the same transaction as its effect, and
   *    give it here at the next start: exactly once.
   * With both, `after` is where a cursor file begins that does not exist yet. TANDEM_FROM_NOW (what init sets),
   * TANDEM_FROM_FIRST, or a sequence: events after it. */
  const char *cursor_file;
  int64_t after;

  /* How often the log is looked at where the certificate does not let us hear the bus (it does with --events all).
   * 0: 1000. */
  int poll_ms;

  /* The id of the event `after`, where you keep it beside the number: tells a log that was restored from a backup even
   * when it has grown beyond `after` since (STALE). A cursor file has it by itself. NULL: nobody looks. */
  const char *after_id;
};

static inline void tandem_subscription_options_init(struct tandem_subscription_options *options) {
  memset(options, 0, sizeof *options);
  options->size = sizeof *options;
  options->after = TANDEM_FROM_NOW;
}

struct tandem_subscription;

/* Begins to hear: every event after the position, once and in order, first from the log, then live; what the bus drops
 * is read from the log. It rides over restarts of the store. Borrows `tandem` until it is closed. RETRY: the store does
 * not answer. STALE: the position is beyond the log's end, the log has another event there than the one that was had,
 * or the cursor file is of another installation: the store was restored or replaced; decide where to begin. REJECTED:
 * an option, the cursor file, or no right to read events. */
TANDEM_API enum tandem_code tandem_subscribe(struct tandem *tandem, const struct tandem_subscription_options *options,
                                             struct tandem_subscription **out, struct tandem_error *error);

/* The next event, waiting up to `timeout_ms` (0: not at all, TANDEM_FOREVER). `*out` is valid until the next call with
 * this subscription. TIMEOUT: none came; error.message says why where something is wrong, such as a store that does not
 * answer; that mends itself, and with TANDEM_FOREVER is never returned. Others want a person: AUTH, REJECTED (a right
 * was taken away), STALE (as above), GONE (what follows was deleted because of its age), BUG; calling again goes on
 * trying. */
TANDEM_API enum tandem_code tandem_next(struct tandem_subscription *subscription, int timeout_ms,
                                        const struct tandem_event **out, struct tandem_error *error);

/* For poll() and event loops: readable while tandem_next() has something to say at once. Never read from it; it is the
 * subscription's. Call tandem_next() with 0 until it returns TANDEM_TIMEOUT. */
TANDEM_API int tandem_fd(const struct tandem_subscription *subscription);

/* The event's data as one msgpack map, valid as long as the event. */
TANDEM_API enum tandem_code tandem_event_msgpack(const struct tandem_event *event, const void **out, size_t *out_bytes,
                                                 struct tandem_error *error);

/* All events up to this sequence are handled: the cursor file says so when this returns OK. Each call costs an fsync:
 * with many events, commit every so many. Going back is ignored. REJECTED: there is no cursor file, it cannot be
 * written, or `sequence` has not been given out yet. */
TANDEM_API enum tandem_code tandem_commit(struct tandem_subscription *subscription, int64_t sequence,
                                          struct tandem_error *error);

/* All that matches up to here has been given out. Grows past events that do not match: committing it now and then
 * spares a rare subscriber a long look after a restart. */
TANDEM_API int64_t tandem_position(const struct tandem_subscription *subscription);

/* Ends it; what was not committed comes again the next time. NULL is fine. */
TANDEM_API void tandem_unsubscribe(struct tandem_subscription *subscription);

#ifdef __cplusplus
}
#endif

#endif
