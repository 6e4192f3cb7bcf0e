/* What each program of a distributed installation gets, in a folder of its own: BUNDLES/ROLE/ with certificate.pem (its
 * key and certificate), ca.pem, revoked.pem, and for the store data.key. No program sees what is another's. */
#ifndef UP_BUNDLES_H
#define UP_BUNDLES_H

#include "base/settings.h"
#include "cli/up/tls_files.h"

/* Writes what is not there or differs; folders that are there keep their owner and mode. `*out_count`: files written.
 */
struct result bundles_write(struct arena *arena, const struct settings *settings, const struct tls_files *files,
                            const char *folder, int64_t *out_count) MUST_USE;

#endif
