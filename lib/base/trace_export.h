/* The thread that sends spans to an OpenTelemetry collector: OTLP over HTTP, JSON, POST /v1/traces. Nothing waits for
 * it: what the collector does not take in time is dropped and counted (tandem_trace_spans_dropped_total). */
#ifndef BASE_TRACE_EXPORT_H
#define BASE_TRACE_EXPORT_H

#include "base/result.h"
#include "base/str.h"

struct trace_export_options {
  struct str url;      /* "http://127.0.0.1:4318", or with its /v1/traces */
  struct str service;  /* "tandem-store" */
  struct str instance; /* of several of a kind: "store-4711" */
  struct str ca_file;  /* absent = the system's */
  int64_t percent;     /* of new traces that are recorded */
};

/* Starts recording. REJECTED: the URL is none. Call once, before the threads that record start. Options are copied. */
struct result trace_export_start(const struct trace_export_options *options) MUST_USE;

/* Until what was recorded has been sent, `wait_ms` at most: for the end of the process. */
void trace_export_flush(int64_t wait_ms);

#endif
