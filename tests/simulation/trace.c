/* Trace lines. */
#include "simulation/trace.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 2048 };

void trace_begin(struct trace *trace, bool kept) {
  trace->kept = kept;
  trace->hash = 0xcbf29ce484222325;
  trace->length = 0;
}

static void keep(struct trace *trace, const char *line, size_t length) {
  if (trace->length + length > trace->capacity) {
    trace->capacity = 2 * (trace->length + length);
    trace->text = realloc(trace->text, trace->capacity);
    if (!trace->text)
      abort();
  }
  memcpy(trace->text + trace->length, line, length);
  trace->length += length;
}

void trace_line(struct trace *trace, int64_t at_ms, const char *format, va_list arguments) {
  char line[LINE_BYTES];
  int64_t s = at_ms / 1000;
  int start = snprintf(line, sizeof line, "%02d:%02d:%02d.%03d ", (int)(s / 3600 % 24), (int)(s / 60 % 60),
                       (int)(s % 60), (int)(at_ms % 1000));
  int rest = vsnprintf(line + start, sizeof line - (size_t)start - 1, format, arguments);
  size_t length = strnlen(line, (size_t)(start + rest));
  line[length++] = '\n';
  for (size_t i = 0; i < length; i++) /* FNV-1a */
    trace->hash = (trace->hash ^ (unsigned char)line[i]) * 0x100000001b3;
  if (trace->kept)
    keep(trace, line, length);
}

void trace_print(const struct trace *trace, FILE *file) {
  fwrite(trace->text, 1, trace->length, file);
}

void trace_free(struct trace *trace) {
  free(trace->text);
  *trace = (struct trace){0};
}
