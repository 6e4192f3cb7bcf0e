/* What `tandem` says with its exit status; scripts may rely on it. The list in `tandem help` is made from the table. */
#ifndef CLI_EXIT_CODES_H
#define CLI_EXIT_CODES_H

#include "base/result.h"

enum exit_code {
  EXIT_CODE_OK = 0,
  EXIT_CODE_GENERAL = 1,     /* something else went wrong, or `doctor` or `fields validate` found a problem */
  EXIT_CODE_USAGE = 2,       /* the command line is wrong; nothing was done */
  EXIT_CODE_NOT_FOUND = 3,   /* no such ticket, project, session or conflict */
  EXIT_CODE_REFUSED = 4,     /* the input will never be taken as it is */
  EXIT_CODE_CREDENTIAL = 5,  /* a credential is refused */
  EXIT_CODE_UNREACHABLE = 6, /* tandem is not running, or the other side cannot be reached: trying again may help */
  EXIT_CODE_STALE = 7,       /* it has changed meanwhile: look again, then repeat */
  EXIT_CODE_CONFLICTS = 8,   /* conflicts are open; only with --exit-code */
  EXIT_CODE_COUNT,
};

/* One line for each code, for help and documents. */
extern const char *const exit_code_meanings[EXIT_CODE_COUNT];

enum exit_code exit_code_of(enum result_code code);

#endif
