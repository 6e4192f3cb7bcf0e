/* Reading what is set, and starting the exporter. */
#include "service/telemetry.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/trace_export.h"

enum { PERCENT_ALL = 100, FLUSH_MS = 1000 };

static int64_t sample_percent(void) {
  int64_t percent;
  bool given = str_to_i64(str_of(getenv("TANDEM_OTLP_SAMPLE_PERCENT")), &percent);
  return given && percent >= 0 && percent <= PERCENT_ALL ? percent : PERCENT_ALL;
}

struct result telemetry_start(const char *role) {
  struct str url = str_of(getenv("TANDEM_OTLP_URL"));
  struct arena arena = {0};
  if (url.length == 0)
    return RESULT_DONE;
  struct trace_export_options options = {
      .url = url,
      .service = str_format(&arena, "tandem-%s", role),
      .instance = str_format(&arena, "%s-%d", role, (int)getpid()),
      .ca_file = str_of(getenv("TANDEM_HTTP_CA_FILE")),
      .percent = sample_percent(),
  };
  struct result result = trace_export_start(&options);
  if (result_ok(&result))
    log_event(LOG_INFO, "tracing", LOG_STR("collector", url), LOG_I64("percent", options.percent));
  arena_free(&arena);
  return result;
}

void telemetry_end(void) {
  trace_export_flush(FLUSH_MS);
}
