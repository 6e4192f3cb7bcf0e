/* The names of roles. */
#include "proto/roles.h"

const char *const role_names[ROLE_COUNT] = {
    [ROLE_STORE] = "store", [ROLE_SCHEDULER] = "scheduler", [ROLE_CONFLICT] = "conflict", [ROLE_ADAPTER] = "adapter",
    [ROLE_CLI] = "cli",     [ROLE_BRIDGE] = "bridge",       [ROLE_SERVICE] = "service",
};

enum role role_named(struct str name) {
  for (int role = 0; role < ROLE_COUNT; role++)
    if (str_is(name, role_names[role]))
      return (enum role)role;
  return ROLE_COUNT;
}
