/* The certificates below the state directory's tls/: one for each of tandem's own programs (ROLE.pem), and bundles for
 * other services (services/NAME/: certificate.pem and ca.pem). Files are replaced whole, and every process reads them
 * at each handshake: nothing has to be restarted for a new one. */
#ifndef UP_TLS_FILES_H
#define UP_TLS_FILES_H

#include "cli/up/authority.h"

struct tls_files {
  const char *folder;
  const char *const *own; /* names of tandem's own: "store", "adapter-github", ... */
  size_t own_count;
  const struct str *hosts; /* host names and addresses besides localhost that the store is called by; NUL-terminated */
  size_t host_count;
};

/* Makes what is missing, revoked or within 30 days of its end, of tandem's own. `*out_count`: how many were made. */
struct result tls_files_make(const struct tls_files *files, int64_t *out_count) MUST_USE;

/* All that are there or should be, tandem's own first, then services by name. */
struct result tls_files_list(struct arena *arena, const struct tls_files *files, struct certificate_info **out,
                             size_t *out_count) MUST_USE;

/* A new key and certificate with the same rights. The old one stays good until its end. RESULT_GONE: no such name. */
struct result tls_files_renew(struct arena *arena, const struct tls_files *files, const char *name) MUST_USE;

/* All certificates that the name ever had are refused from now on. RESULT_GONE: it has none that was not already. */
struct result tls_files_revoke(struct arena *arena, const struct tls_files *files, const char *name,
                               int64_t *out_count) MUST_USE;

/* A bundle for another service; `grants` are URIs (proto/roles.h). `*out_folder`: where it is. RESULT_REJECTED: the
 * name is taken or is none. */
struct result tls_files_issue(struct arena *arena, const struct tls_files *files, const char *name,
                              const struct str *grants, size_t grant_count, const char **out_folder) MUST_USE;

#endif
