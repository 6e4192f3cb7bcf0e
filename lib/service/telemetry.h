/* Spans of a process to the collector that is set: TANDEM_OTLP_URL (absent: none are recorded),
 * TANDEM_OTLP_SAMPLE_PERCENT, and TANDEM_HTTP_CA_FILE as for all outgoing https. */
#ifndef SERVICE_TELEMETRY_H
#define SERVICE_TELEMETRY_H

#include "base/result.h"
#include "base/str.h"
#include "base/trace.h"

/* `role`: "store". Call before the threads that work start. REJECTED: what is set there is no URL, or no percentage. */
struct result telemetry_start(const char *role) MUST_USE;

/* Sends what is still there, for a second at most: when the process is asked to end. */
void telemetry_end(void);

#endif
