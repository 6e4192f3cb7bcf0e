/* HTTP client calls. The interface is small so that a simulation can stand in; the real one is libcurl. Only https is
 * spoken, and only to public addresses, unless the administrator lists the host (SSRF: addresses are checked after name
 * resolution, on the socket that is opened). Redirects are never followed: the caller decides. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include "base/arena.h"
#include "base/record.h"
#include "base/result.h"
#include "base/str.h"

struct http_header {
  struct str name, value; /* response names are lower case */
};

struct http_request {
  const char *method;
  struct str url;
  const struct http_header *headers;
  size_t header_count;
  struct str body; /* absent = none */
  int64_t timeout_ms;
};

struct http_response {
  int64_t status;
  const struct http_header *headers;
  size_t header_count;
  struct str body;
};

struct http {
  /* One request, blocking. A response of any status is OK. RETRY: nothing reached the server (DNS, connect, TLS).
   * UNCERTAIN: bytes went out and no whole response came back (or, to a write, one over the cap). REJECTED: URL not
   * allowed, or response over the cap. `timeout_ms` is for the whole call; a write is sent at most once, and never on a
   * connection kept from an earlier call. Proxies of the environment are not used. */
  struct result (*call)(struct http *http, struct arena *arena, const struct http_request *request,
                        struct http_response *out) MUST_USE;
  void (*close)(struct http *http);
};

/* The header's value, or absent. `name` in lower case. */
struct str http_header_value(const struct http_response *response, const char *name);

/* The server's clock by the Date header (RFC 9110, 5.6.7); 0 = not said. */
int64_t http_date_ms(const struct http_response *response);

/* What Retry-After asks for (RFC 9110, 10.2.3), in seconds there or until a date by the Date header's clock; -1 = not
 * said, or more than a week. */
int64_t http_retry_after_ms(const struct http_response *response);

/* Whether `url` has the scheme, host and port of `base`: only there may the credential for `base` go. */
bool http_same_origin(struct str url, struct str base);

struct http_options {
  const char
      *system; /* whom it calls, for metrics and spans: "github"; a literal or as long as the process; may be NULL */
  struct str user_agent;
  const struct str *allowed_hosts; /* "host" or "host:port": plain http and private addresses are fine there */
  size_t allowed_host_count;
  int64_t response_bytes_max; /* 0 = 10 MiB */
  struct str ca_file;         /* absent = the system's */
  /* Hosts, as above, that are told the trace a call belongs to (the header traceparent). */
  const struct str *traced_hosts;
  size_t traced_host_count;
};

/* A client for one thread, with its own connection pool. Options are copied. */
struct http *http_open(const struct http_options *options);

/* Whether `url` may be called at all under these options, with a message that says why not. */
struct result http_url_allowed(const struct http_options *options, struct str url) MUST_USE;

/* An API's address without slashes at its end, so that paths can follow. */
struct str http_base_url(struct str url);

/* Percent-encoded for one path segment or query value (RFC 3986). */
struct str http_escape(struct arena *arena, struct str text);

#endif
