/* What every fuzz target has: libFuzzer's entry point, and a check that stays in every build. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST_HOLD(condition) \
  do {                       \
    if (!(condition))        \
      abort();               \
  } while (0)

/* The input as a string; never absent. */
static inline struct str fuzz_text(const uint8_t *data, size_t size) {
  return (struct str){size ? (const char *)data : "", size};
}

#endif
