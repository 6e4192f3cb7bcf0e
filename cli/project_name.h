/* Projects by the names that people type. */
#ifndef CLI_PROJECT_NAME_H
#define CLI_PROJECT_NAME_H

#include "cli/invocation.h"

/* The project as it is configured. RESULT_GONE: there is none of that name; the message says which one was probably
 * meant. */
struct result project_name_find(struct invocation *call, struct str name, struct project *out) MUST_USE;

/* Every project that the command line names, as arguments and options that the table calls PROJECT: as above. */
struct result project_name_check(struct invocation *call) MUST_USE;

#endif
