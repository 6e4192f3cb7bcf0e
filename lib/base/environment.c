/* Reading numbers from the environment. */
#include "base/environment.h"

#include <stdlib.h>

#include "base/str.h"

int64_t environment_i64(const char *name, int64_t fallback) {
  int64_t number;
  return str_to_i64(str_of(getenv(name)), &number) && number > 0 ? number : fallback;
}
