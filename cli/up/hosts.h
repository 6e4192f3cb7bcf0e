/* The names that the store is called by, which its certificate has to say. */
#ifndef UP_HOSTS_H
#define UP_HOSTS_H

#include "base/settings.h"

enum { HOSTS_MAX = 16 };

/* A name or an address that others can dial: no wildcard. */
bool hosts_is_name(struct str name);

/* Keeps `hosts`, HOSTS_MAX at most, in tls/hosts of the state directory, for all that make the certificate. */
struct result hosts_keep(struct arena *arena, const struct settings *settings, const struct str *hosts,
                         size_t count) MUST_USE;

/* Those of tls/hosts, else this machine's name; and those that the settings listen on. NUL-terminated. */
const struct str *hosts_of_store(struct arena *arena, const struct settings *settings, size_t *out_count);

#endif
