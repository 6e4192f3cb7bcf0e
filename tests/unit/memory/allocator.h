/* malloc() and its family, failing when somebody says so. */
#ifndef TESTS_UNIT_MEMORY_ALLOCATOR_H
#define TESTS_UNIT_MEMORY_ALLOCATOR_H

#include <stdbool.h>

/* Whether the allocation that is asked for now, from this place, fails; whoever links the allocator decides. Asks for
 * no memory itself. */
bool allocator_has_none(const void *caller);

#endif
