/* Spans as one OTLP/HTTP JSON request (https://opentelemetry.io/docs/specs/otlp/, "JSON Protobuf Encoding"): ids in
 * hexadecimal, enumerations as numbers, 64-bit numbers as decimal text, names in lowerCamelCase. */
#ifndef BASE_OTLP_H
#define BASE_OTLP_H

#include "base/trace.h"

/* Who sends them: OpenTelemetry's service.name and service.instance.id. */
struct otlp_resource {
  struct str service, instance;
};

/* An ExportTraceServiceRequest. */
struct str otlp_request(struct arena *arena, const struct otlp_resource *resource, const struct span *spans,
                        size_t count);

#endif
