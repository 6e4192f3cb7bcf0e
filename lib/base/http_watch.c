/* Metric and span of a call, by OpenTelemetry's names for HTTP clients
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). */
#include "base/http_watch.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/metrics.h"

enum { FIRST_FAILURE = 400 };

static const struct metric duration = {"tandem_http_client_duration_seconds",
                                       METRIC_HISTOGRAM,
                                       {"system", "method", "status"},
                                       "Calls of trackers by method and status; the result where there is no status."};

static void name_target(struct span *span, CURLU *url) {
  char *host = NULL, *port = NULL;
  int64_t number;
  if (!span->recording)
    return;
  curl_url_get(url, CURLUPART_HOST, &host, 0);
  curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
  span_text(span, "server.address", str_of(host));
  if (str_to_i64(str_of(port), &number))
    span_number(span, "server.port", number);
  curl_free(host);
  curl_free(port);
}

void http_watch_begin(struct http_watch *watch, struct arena *arena, const struct http_options *options,
                      const struct http_request *request, const struct http_target *target,
                      struct curl_slist **headers) {
  struct span *span = &watch->span;
  span_begin_inner(span, request->method, SPAN_CLIENT);
  span_text(span, "http.request.method", str_of(request->method));
  span_text(span, "tandem.system", str_of(options->system));
  name_target(span, target->url);
  if (target->traced && trace_is_some(&span->context)) {
    struct str header = str_format(arena, "traceparent: %.*s", STR_FMT(trace_format(arena, &span->context)));
    *headers = curl_slist_append(*headers, header.at);
  }
  watch->started_ms = clock_mono_ms();
}

static void end_span(struct span *span, const struct result *result, const struct http_response *response) {
  char status[24];
  span_result(span, result);
  if (span->recording && result_ok(result)) {
    span_number(span, "http.response.status_code", response->status);
    if (response->status >= FIRST_FAILURE) {
      snprintf(status, sizeof status, "%lld", (long long)response->status);
      span_text(span, "error.type", str_of(status));
      span->failed = true;
    }
  }
  span_end(span);
}

void http_watch_end(struct http_watch *watch, const struct http_options *options, const struct http_request *request,
                    const struct result *result, const struct http_response *response) {
  char status[24];
  if (result_ok(result))
    snprintf(status, sizeof status, "%lld", (long long)response->status);
  else
    snprintf(status, sizeof status, "%s", result_code_name(result->code));
  metric_observe(&duration, METRIC_VALUES(options->system, request->method, status),
                 (double)(clock_mono_ms() - watch->started_ms) / 1000);
  end_span(&watch->span, result, response);
}
