/* Asking a person: questions on stderr, answers from stdin. Only where invocation_may_ask(). */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "cli/invocation.h"

/* One line; `fallback` (may be absent) is taken for an empty answer. RESULT_REJECTED: the end of input. */
struct result prompt_line(struct invocation *call, const char *question, struct str fallback, struct str *out) MUST_USE;

/* The same without echo. The terminal is put back also when a signal ends the program. */
struct result prompt_secret(struct invocation *call, const char *question, struct str *out) MUST_USE;

/* Asks until the answer is yes or no. */
struct result prompt_yes(struct invocation *call, struct str question, bool fallback, bool *out) MUST_USE;

/* Whether to go on: with --yes, or when a person says so. Where nobody can be asked it says that nothing was done. */
struct result prompt_confirm(struct invocation *call, const char *question, bool *out_yes) MUST_USE;

/* Asks until the answer is one of `choices` ("push|pull"). */
struct result prompt_choice(struct invocation *call, const char *question, const char *choices, struct str fallback,
                            struct str *out) MUST_USE;

#endif
