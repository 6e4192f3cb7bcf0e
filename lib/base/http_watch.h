/* What is measured of an outgoing call: its duration as a metric, and a span below what the thread is doing. The span
 * names host and status, never path or query: those name what people wrote about. */
#ifndef BASE_HTTP_WATCH_H
#define BASE_HTTP_WATCH_H

#include "base/http_allow.h"
#include "base/trace.h"

struct http_watch {
  struct span span;
  int64_t started_ms;
};

/* Appends the header traceparent where the target is to be told. */
void http_watch_begin(struct http_watch *watch, struct arena *arena, const struct http_options *options,
                      const struct http_request *request, const struct http_target *target,
                      struct curl_slist **headers);

/* `response` counts only when the result is OK. */
void http_watch_end(struct http_watch *watch, const struct http_options *options, const struct http_request *request,
                    const struct result *result, const struct http_response *response);

#endif
