/* The processes that `tandem up` runs, in one table, and the environment each one gets. */
#ifndef UP_SERVICES_H
#define UP_SERVICES_H

#include "base/settings.h"
#include "cli/up/endpoints.h"
#include "cli/up/process.h"

struct services_options {
  const struct settings *settings;
  const struct up_endpoints *endpoints;
  struct str database_url, owner_url; /* given to the store alone */
  const char *program_dir;            /* where the programs are */
  const char *notify_address;         /* where they tell how they are (service/notify.h) */
  bool in_foreground;                 /* log to our stderr instead of HOME/log/ROLE.log */
};

/* Whether every program is there. RESULT_REJECTED names the missing one and what to do. */
struct result services_check(struct arena *arena, const char *program_dir) MUST_USE;

/* All processes of all services. */
void services_list(struct arena *arena, const struct services_options *options, const struct process_spec **out,
                   size_t *out_count);

/* A service that tells nothing for so long is frozen, and ended. */
int64_t services_watchdog_ms(void);

/* The names that certificates are made for: every service, and "cli". */
const char *const *services_roles(struct arena *arena, size_t *out_count);

#endif
