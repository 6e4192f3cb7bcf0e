/* Exit statuses: their meaning, and which one a result's code becomes. */
#include "cli/exit_codes.h"

const char *const exit_code_meanings[EXIT_CODE_COUNT] = {
    [EXIT_CODE_OK] = "done",
    [EXIT_CODE_GENERAL] = "something else went wrong, or doctor or fields validate found a problem",
    [EXIT_CODE_USAGE] = "the command line is wrong; nothing was done",
    [EXIT_CODE_NOT_FOUND] = "there is no such ticket, project, session or conflict",
    [EXIT_CODE_REFUSED] = "refused: the input will never be taken as it is",
    [EXIT_CODE_CREDENTIAL] = "a credential is refused",
    [EXIT_CODE_UNREACHABLE] = "tandem is not running, or the other side cannot be reached: try again later",
    [EXIT_CODE_STALE] = "it has changed meanwhile: look again, then repeat",
    [EXIT_CODE_CONFLICTS] = "conflicts are open (only with --exit-code)",
};

enum exit_code exit_code_of(enum result_code code) {
  switch (code) {
  case RESULT_OK:
    return EXIT_CODE_OK;
  case RESULT_GONE:
    return EXIT_CODE_NOT_FOUND;
  case RESULT_REJECTED:
    return EXIT_CODE_REFUSED;
  case RESULT_AUTH:
    return EXIT_CODE_CREDENTIAL;
  case RESULT_RETRY:
  case RESULT_UNCERTAIN:
    return EXIT_CODE_UNREACHABLE;
  case RESULT_STALE:
    return EXIT_CODE_STALE;
  case RESULT_BUG:
    break;
  }
  return EXIT_CODE_GENERAL;
}
