/* For clang-tidy alone (./dev check): what a failing call returns, where the analyzer can see it. Without this it takes
 * result_error() for a function that may return OK, and reports every `out` parameter as uninitialized. */
#ifndef TESTS_ANALYZER_H
#define TESTS_ANALYZER_H

#include "base/result.h"

void analyzer_use(const char *format, ...);

static inline struct result analyzer_error(enum result_code code) {
  if (code == RESULT_OK)
    __builtin_unreachable();
  return (struct result){.code = code};
}

#define result_error(code, ...) (analyzer_use(__VA_ARGS__), analyzer_error(code))
#define result_retry_after(after_ms, ...) ((void)(after_ms), analyzer_use(__VA_ARGS__), analyzer_error(RESULT_RETRY))
#define result_context(result, ...) (analyzer_use(__VA_ARGS__), (result))

#endif
