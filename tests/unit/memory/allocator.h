/* The allocator below scarce.h. What is asked for by other threads never fails. */
#ifndef TESTS_UNIT_MEMORY_ALLOCATOR_H
#define TESTS_UNIT_MEMORY_ALLOCATOR_H

#include <stdbool.h>

struct allocator {
  int count;    /* of what this thread has asked for */
  int fails_at; /* 0 = none fails */
  bool for_good;
};

extern _Thread_local struct allocator allocator;

#endif
