/* Where http.c may connect to: the check of a URL before a call, and of the peer's address on the socket itself. Both
 * must agree with what libcurl does, so the URL is parsed by libcurl and the parsed form is what is called. */
#ifndef BASE_HTTP_ALLOW_H
#define BASE_HTTP_ALLOW_H

#include <curl/curl.h>
#include <sys/socket.h>

#include "base/http.h"

struct http_target {
  CURLU *url;  /* the caller frees it by curl_url_cleanup */
  bool listed; /* the administrator allows private addresses and plain http there */
  bool traced; /* it is told which trace a call belongs to */
};

/* RESULT_REJECTED says why the URL may not be called. */
struct result http_target_parse(const struct http_options *options, struct str url, struct http_target *out) MUST_USE;

/* Whether the address is globally reachable unicast (IANA special-purpose registries, RFC 6890): neither private, nor
 * loopback, link-local, shared, documentation, benchmarking, multicast or reserved, nor IPv6 that embeds IPv4. */
bool http_address_is_public(const struct sockaddr *address);

#endif
