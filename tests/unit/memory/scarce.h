/* Memory that runs out at will: malloc() and its family for the whole program, the libraries that it is linked with
 * among it, since the dynamic linker takes the program's own before anybody else's. */
#ifndef TESTS_UNIT_MEMORY_SCARCE_H
#define TESTS_UNIT_MEMORY_SCARCE_H

#include "base/result.h"
#include "base/str.h"

/* What one use of a library gives, as text that tells whether it is whole; begins with "refused: " and says why when it
 * was refused. */
typedef struct str scarce_case(struct arena *arena);

/* "refused: " and the message. */
struct str scarce_refused(struct arena *arena, const struct result *result);

/* Runs the case in a process of its own for each allocation that it makes (of very many, for some): that one fails, and
 * every other time all after it too. The process must end and say so, or the outcome be whole, or refused for lack of
 * memory; where it goes on, nothing has leaked (with AddressSanitizer). */
void scarce_check(scarce_case *run);

#endif
