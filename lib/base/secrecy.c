/* No dumps, no tracers, nothing left in the environment. */
#include "base/secrecy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void secrecy_begin(void) {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none); /* lowering a limit does not fail */
  prctl(PR_SET_DUMPABLE, 0);
}

void secrecy_wipe_variable(const char *name) {
  char *value = getenv(name);
  if (value)
    explicit_bzero(value, strlen(value));
}
