/* Reading what is set, and starting the exporter. */
#include "service/telemetry.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/trace_export.h"

enum { PERCENT_ALL = 100, FLUSH_MS = 1000 };

/* Not every process reads the settings, which would refuse the same. */
static struct result sample_percent(int64_t *out) {
  const char *text = getenv("TANDEM_OTLP_SAMPLE_PERCENT");
  int64_t percent = PERCENT_ALL;
  if (text && *text && (!str_to_i64(str_of(text), &percent) || percent < 0 || percent > PERCENT_ALL))
    return result_error(RESULT_REJECTED,
                        "TANDEM_OTLP_SAMPLE_PERCENT is \"%.40s\": it must be a whole number from 0 to 100", text);
  *out = percent;
  return RESULT_DONE;
}

static struct result start_export(struct arena *arena, const char *role, struct str url) {
  struct trace_export_options options = {
      .url = url,
      .service = str_format(arena, "tandem-%s", role),
      .instance = str_format(arena, "%s-%d", role, (int)getpid()),
      .ca_file = str_of(getenv("TANDEM_HTTP_CA_FILE")),
  };
  TRY(sample_percent(&options.percent));
  TRY(trace_export_start(&options));
  log_event(LOG_INFO, "tracing", LOG_STR("collector", url), LOG_I64("percent", options.percent));
  return RESULT_DONE;
}

struct result telemetry_start(const char *role) {
  struct str url = str_of(getenv("TANDEM_OTLP_URL"));
  struct arena arena = {0};
  if (url.length == 0)
    return RESULT_DONE;
  struct result result = start_export(&arena, role, url);
  arena_free(&arena);
  return result;
}

void telemetry_end(void) {
  trace_export_flush(FLUSH_MS);
}
