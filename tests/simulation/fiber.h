/* Telling AddressSanitizer that the stack changes (sanitizer/common_interface_defs.h); nothing in other builds. */
#ifndef SIMULATION_FIBER_H
#define SIMULATION_FIBER_H

#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#define fiber_leave(save, stack, size) __sanitizer_start_switch_fiber((save), (stack), (size))
#define fiber_arrive(save, stack, size) __sanitizer_finish_switch_fiber((save), (stack), (size))
#else
static inline void fiber_leave(void **save, const void *stack, size_t size) {
  (void)save, (void)stack, (void)size;
}
static inline void fiber_arrive(void *save, const void **stack, size_t *size) {
  (void)save, (void)stack, (void)size;
}
#endif

#endif
