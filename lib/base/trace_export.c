/* Taking spans in batches, sending each until the collector takes it or it is given up. */
#include "base/trace_export.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/http.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/otlp.h"

enum {
  BATCH_SPANS = 256,
  GATHER_MS = 500,
  IDLE_MS = 10000,
  TIMEOUT_MS = 10000,
  ATTEMPTS_MAX = 5,
  PAUSE_MS = 500,       /* before the second attempt; doubles */
  PAUSE_MAX_MS = 30000, /* whatever the collector asks for */
  RESPONSE_BYTES_MAX = 64 * 1024,
  FLUSH_LOOK_MS = 10,
  TOO_MANY_REQUESTS = 429,
};

struct exporter {
  struct arena kept;
  struct otlp_resource resource;
  struct str url;
  struct http *http;
  struct span spans[BATCH_SPANS];
};

static atomic_bool started, ending;

static const struct metric
    exported = {"tandem_trace_spans_exported_total", METRIC_COUNTER, {0}, "Spans that the collector took."},
    dropped = {"tandem_trace_spans_dropped_total", METRIC_COUNTER, {"reason"}, "Spans that the collector did not get."};

/* By the specification the same is sent again after these, and after no answer. */
static bool is_worth_another(const struct result *result, int64_t status) {
  return !result_ok(result) || status == TOO_MANY_REQUESTS || (status >= 502 && status <= 504);
}

static int64_t pause_after(const struct http_response *response, int attempt) {
  int64_t asked_ms = response->status ? http_retry_after_ms(response) : -1, own_ms = (int64_t)PAUSE_MS << attempt;
  int64_t pause_ms = asked_ms > own_ms ? asked_ms : own_ms;
  return pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
}

static void log_refusal(const struct result *result, int64_t status) {
  if (result_ok(result))
    log_event(LOG_WARNING, "spans_not_taken", LOG_I64("status", status));
  else
    log_event(LOG_WARNING, "spans_not_taken", LOG_RESULT(result));
}

static bool send(struct exporter *exporter, struct arena *arena, struct str body) {
  static const struct http_header headers[] = {{STR("Content-Type"), STR("application/json")}};
  struct http_request request = {.method = "POST",
                                 .url = exporter->url,
                                 .headers = headers,
                                 .header_count = 1,
                                 .body = body,
                                 .timeout_ms = TIMEOUT_MS};
  for (int attempt = 0;; attempt++) {
    struct http_response response = {0};
    struct result result = exporter->http->call(exporter->http, arena, &request, &response);
    if (result_ok(&result) && response.status >= 200 && response.status < 300)
      return true;
    if (!is_worth_another(&result, response.status) || attempt + 1 == ATTEMPTS_MAX || atomic_load(&ending)) {
      log_refusal(&result, response.status);
      return false;
    }
    clock_sleep_ms(pause_after(&response, attempt));
  }
}

static void *export_forever(void *context) {
  struct exporter *exporter = context;
  struct arena arena = {0};
  for (;; arena_reset(&arena)) {
    size_t count = trace_take(exporter->spans, BATCH_SPANS, IDLE_MS, GATHER_MS);
    if (count == 0)
      continue;
    if (send(exporter, &arena, otlp_request(&arena, &exporter->resource, exporter->spans, count)))
      metric_add(&exported, METRIC_NO_VALUES, (double)count);
    else
      metric_add(&dropped, METRIC_VALUES("not_taken"), (double)count);
    trace_taken();
  }
  return NULL;
}

/* Only what is set here is called, so it may be at a private address. */
static struct str host_of(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  struct str host = str_slice(url, scheme < 0 ? 0 : (size_t)scheme + 3, url.length);
  ptrdiff_t end = str_find(host, "/");
  return str_slice(host, 0, end < 0 ? host.length : (size_t)end);
}

static struct str traces_url(struct arena *arena, struct str url) {
  url = http_base_url(url);
  return str_ends_with(url, "/v1/traces") ? str_copy(arena, url) : str_format(arena, "%.*s/v1/traces", STR_FMT(url));
}

struct result trace_export_start(const struct trace_export_options *options) {
  struct exporter *exporter = heap_new(sizeof *exporter);
  struct str host = host_of(options->url);
  struct http_options http = {.system = "otlp",
                              .allowed_hosts = &host,
                              .allowed_host_count = 1,
                              .response_bytes_max = RESPONSE_BYTES_MAX,
                              .ca_file = options->ca_file};
  pthread_t thread;
  exporter->url = traces_url(&exporter->kept, options->url);
  exporter->resource = (struct otlp_resource){.service = str_copy(&exporter->kept, options->service),
                                              .instance = str_copy(&exporter->kept, options->instance)};
  struct result result = http_url_allowed(&http, exporter->url);
  if (result_ok(&result)) {
    exporter->http = http_open(&http);
    trace_start(options->percent);
  }
  if (result_ok(&result) && pthread_create(&thread, NULL, export_forever, exporter) != 0)
    result = result_error(RESULT_RETRY, "cannot start a thread");
  if (!result_ok(&result)) {
    arena_free(&exporter->kept);
    free(exporter);
    return result_context(result, "otlp.url");
  }
  pthread_detach(thread);
  metric_add(&exported, METRIC_NO_VALUES, 0); /* there from the start, so that a rate can be told */
  metric_add(&dropped, METRIC_VALUES("not_taken"), 0);
  atomic_store(&started, true);
  return RESULT_DONE;
}

void trace_export_flush(int64_t wait_ms) {
  int64_t until_ms = clock_mono_ms() + wait_ms;
  if (!atomic_load(&started))
    return;
  atomic_store(&ending, true);
  trace_hurry();
  while (clock_mono_ms() < until_ms && trace_waiting())
    clock_sleep_ms(FLUSH_LOOK_MS);
}
