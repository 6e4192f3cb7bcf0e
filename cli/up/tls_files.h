/* Certificates for the bus on one machine: a CA of our own and one certificate for each role, EC P-256, in PEM files
 * that only the owner reads. nng's mbedTLS compares names with DNS entries only, so 127.0.0.1 is written as both kinds.
 */
#ifndef UP_TLS_FILES_H
#define UP_TLS_FILES_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* CA: ten years, made anew (with all certificates) when less than four are left. Others: three years, made anew when
 * less than one is left or when a name is missing. Checked at each start, so nothing that runs is close to its end. */
enum { TLS_CA_DAYS = 3650, TLS_CA_RENEW_DAYS = 1460, TLS_ROLE_DAYS = 1095, TLS_ROLE_RENEW_DAYS = 365 };

/* Makes what is missing or old in `folder`: ca.pem, ca-key.pem, ROLE.pem (key and certificate). `names` are the host
 * names and addresses (NUL-terminated) besides localhost that a certificate is good for. */
struct result tls_files_make(const char *folder, const char *const *roles, size_t role_count, const struct str *names,
                             size_t name_count) MUST_USE;

#endif
