/* Numbers from the environment, for what only tests change; everything a user sets is in base/settings.h. */
#ifndef BASE_ENVIRONMENT_H
#define BASE_ENVIRONMENT_H

#include <stdint.h>

/* The variable as a positive whole number, or `fallback` when it is absent or anything else. */
int64_t environment_i64(const char *name, int64_t fallback);

#endif
