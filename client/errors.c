/* The public codes are the results' own, number by number. */
#include "client/errors.h"

#include <stdio.h>

_Static_assert((int)TANDEM_OK == RESULT_OK && (int)TANDEM_RETRY == RESULT_RETRY &&
                   (int)TANDEM_UNCERTAIN == RESULT_UNCERTAIN && (int)TANDEM_STALE == RESULT_STALE &&
                   (int)TANDEM_REJECTED == RESULT_REJECTED && (int)TANDEM_GONE == RESULT_GONE &&
                   (int)TANDEM_AUTH == RESULT_AUTH && (int)TANDEM_BUG == RESULT_BUG,
               "codes are numbered alike");

static enum tandem_code fill(struct tandem_error *error, enum tandem_code code, int64_t retry_after_ms,
                             const char *message) {
  if (error) {
    *error = (struct tandem_error){.code = code, .retry_after_ms = retry_after_ms};
    snprintf(error->message, sizeof error->message, "%s", message);
  }
  return code;
}

enum tandem_code error_from(struct result result, struct tandem_error *error) {
  return fill(error, (enum tandem_code)result.code, result.retry_after_ms, result.message);
}

enum tandem_code error_timeout(struct tandem_error *error, const char *message) {
  return fill(error, TANDEM_TIMEOUT, 0, message);
}

const char *tandem_code_name(enum tandem_code code) {
  if (code == TANDEM_TIMEOUT)
    return "timeout";
  return (unsigned)code <= RESULT_BUG ? result_code_name((enum result_code)code) : "bug";
}

const char *tandem_version(void) {
  return TANDEM_VERSION;
}
