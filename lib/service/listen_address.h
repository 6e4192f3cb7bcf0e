/* Where a server listens, as settings write it: HOST:PORT. HOST is a name, an IPv4 address or an IPv6 address in
 * brackets; [::], * and nothing at all are every address of this machine, of IPv4 and IPv6 (RFC 4291, RFC 3493). */
#ifndef SERVICE_LISTEN_ADDRESS_H
#define SERVICE_LISTEN_ADDRESS_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* "127.0.0.1:7420", "[::1]:7420", "[::]:7420", ":7420"; port 0 is any that is free. *out is bound, listens, does not
 * block, and is the caller's to close. RESULT_REJECTED names the setting: that is no address, or none of this machine.
 * RESULT_RETRY: it is taken. */
struct result listen_address_open(struct str address, const char *setting, int *out) MUST_USE;

/* Whether a host means every address; with or without its brackets. */
bool listen_address_is_wildcard(struct str host);

/* A URL that nng can listen on: with a host for every address where this one has none, and 0.0.0.0 where this machine
 * has no address of IPv6. Others are copied. */
struct str listen_address_url(struct arena *arena, struct str url);

#endif
