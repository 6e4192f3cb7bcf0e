/* Everything that must be there before the first process starts: folders, certificates, the key, ports, the database.
 */
#ifndef UP_PREPARE_H
#define UP_PREPARE_H

#include "cli/up/endpoints.h"
#include "cli/up/postgres.h"
#include "cli/up/tls_files.h"
#include "cli/up/told.h"
#include "cli/up/up.h"

struct prepared {
  struct up_endpoints endpoints;
  struct postgres postgres;
  bool has_postgres;
  struct tls_files tls;
  struct told_socket told; /* where the services tell how they are */
  const struct process_spec *services;
  size_t service_count;
};

/* HOME and the folders in it. */
struct result prepare_folders(struct arena *arena, struct str home) MUST_USE;

/* The data key, where none is named elsewhere and there is none. */
struct result prepare_key(struct arena *arena, const struct settings *settings) MUST_USE;

/* Which certificates there are to be. */
struct tls_files prepare_tls_files(struct arena *arena, const struct settings *settings);

/* The rest; call while holding the lock. */
struct result prepare_all(struct arena *arena, const struct up_options *options, struct prepared *out) MUST_USE;

#endif
