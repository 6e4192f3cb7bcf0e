/* Distributed tracing: contexts as W3C Trace Context writes them (https://www.w3.org/TR/trace-context/, traceparent),
 * and spans, which one thread of a process sends to a collector (base/trace_export.h). Each thread has a current
 * context: what it asks for and logs belongs to that. While no collector is set nothing is recorded, and a context that
 * comes in is passed on as it is. A span carries names, keys and numbers, never what people wrote. */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { TRACE_ID_BYTES = 16, SPAN_ID_BYTES = 8, TRACEPARENT_LENGTH = 55 };

/* A span that something belongs to; all zero = none. */
struct trace_context {
  unsigned char trace_id[TRACE_ID_BYTES], span_id[SPAN_ID_BYTES];
  bool sampled; /* it is recorded, and so is what comes of it */
};

bool trace_is_some(const struct trace_context *context);

/* Of a traceparent; none when it is absent or malformed. Input may be hostile. */
struct trace_context trace_parse(struct str traceparent);

/* The traceparent; absent for none. */
struct str trace_format(struct arena *arena, const struct trace_context *context);

/* A trace that nobody records, so that what comes of one request can be told by it. */
struct trace_context trace_unrecorded(void);

/* The calling thread's. */
struct trace_context trace_current(void);

/* -- spans -- */

enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER, SPAN_CLIENT, SPAN_PRODUCER, SPAN_CONSUMER }; /* OTLP's numbers */

enum { SPAN_ATTRIBUTES_MAX = 8, SPAN_LINKS_MAX = 8, SPAN_TEXT_BYTES = 48 };

struct span_attribute {
  const char *key; /* a literal */
  bool is_number;
  int64_t number;
  char text[SPAN_TEXT_BYTES]; /* cut at a whole character */
};

struct span {
  struct trace_context context, outer; /* outer: the thread's current one before span_begin() */
  bool recording, failed;
  enum span_kind kind;
  unsigned char parent_id[SPAN_ID_BYTES]; /* all zero: it begins its trace */
  int64_t start_ns, end_ns;               /* since 1970 UTC */
  char name[SPAN_TEXT_BYTES];
  size_t attribute_count, link_count, dropped_attributes, dropped_links;
  struct span_attribute attributes[SPAN_ATTRIBUTES_MAX];
  struct trace_context links[SPAN_LINKS_MAX];
};

/* A span below `parent`, without becoming the thread's current one; ends by span_close(). With a parent that is none it
 * begins a trace, which is recorded as the sampling ratio says. */
void span_open(struct span *span, const char *name, enum span_kind kind, const struct trace_context *parent);
void span_close(struct span *span);

/* The same as the thread's current context, in pairs that nest. */
void span_begin(struct span *span, const char *name, enum span_kind kind, const struct trace_context *parent);
void span_end(struct span *span);

/* Below the thread's current context, and only where that is recorded. */
void span_begin_inner(struct span *span, const char *name, enum span_kind kind);

/* No more than a few bytes each; what is not recorded costs a comparison. Over SPAN_ATTRIBUTES_MAX: counted as dropped.
 */
void span_text(struct span *span, const char *key, struct str text);
void span_number(struct span *span, const char *key, int64_t number);
void span_link(struct span *span, const struct trace_context *other);

/* Failed, with the code alone: messages may quote what people wrote. Does nothing for a result that is OK. */
void span_result(struct span *span, const struct result *result);

/* The span whose context was made at `start_ms`, by another process perhaps, and was kept; ends by span_close(). */
void span_resume(struct span *span, const char *name, enum span_kind kind, const struct trace_context *context,
                 int64_t start_ms);

/* -- the queue to the collector -- */

/* From now on spans are recorded; of new traces `percent` of 100. Before the threads that record start. */
void trace_start(int64_t percent);

/* Moves up to `max` of the oldest spans to `out`; waits up to `wait_ms` for one, and until there are `max` up to
 * `gather_ms`. One thread takes; trace_taken() says that it is done with them. */
size_t trace_take(struct span *out, size_t max, int64_t wait_ms, int64_t gather_ms);
void trace_taken(void);

/* Spans in the queue, and those that were taken and are not done with. */
size_t trace_waiting(void);

/* Whoever gathers stops gathering: the process ends. */
void trace_hurry(void);

#endif
