/* What happened, a line each, with the simulated time; and a hash of it, by which two runs of a seed are compared. */
#ifndef SIMULATION_TRACE_H
#define SIMULATION_TRACE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct trace {
  bool kept; /* lines are kept, not only hashed */
  uint64_t hash;
  char *text;
  size_t length, capacity;
};

void trace_begin(struct trace *trace, bool kept);
void trace_line(struct trace *trace, int64_t at_ms, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
void trace_print(const struct trace *trace, FILE *file);
void trace_free(struct trace *trace);

#endif
