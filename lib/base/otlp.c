/* The JSON of spans, written as it goes. */
#include "base/otlp.h"

#include <inttypes.h>
#include <sodium.h>

#include "base/json.h"

enum { STATUS_ERROR = 2 }; /* opentelemetry.proto.trace.v1.Status.StatusCode */

static void append_id(struct str_builder *out, const char *name, const unsigned char *id, size_t bytes) {
  char hex[2 * TRACE_ID_BYTES + 1];
  sodium_bin2hex(hex, sizeof hex, id, bytes);
  str_append_format(out, "\"%s\":\"%s\"", name, hex);
}

static void append_context(struct str_builder *out, const struct trace_context *context) {
  append_id(out, "traceId", context->trace_id, TRACE_ID_BYTES);
  str_append_c(out, ",");
  append_id(out, "spanId", context->span_id, SPAN_ID_BYTES);
}

static void append_text(struct str_builder *out, const char *key, struct str text) {
  str_append_format(out, "{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
  json_append_quoted(out, text);
  str_append_c(out, "}}");
}

static void append_attribute(struct str_builder *out, const struct span_attribute *attribute) {
  if (attribute->is_number)
    str_append_format(out, "{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRId64 "\"}}", attribute->key,
                      attribute->number);
  else
    append_text(out, attribute->key, str_of(attribute->text));
}

static void append_lists(struct str_builder *out, const struct span *span) {
  str_append_c(out, ",\"attributes\":[");
  for (size_t i = 0; i < span->attribute_count; i++) {
    str_append_c(out, i ? "," : "");
    append_attribute(out, &span->attributes[i]);
  }
  str_append_format(out, "],\"droppedAttributesCount\":%zu,\"links\":[", span->dropped_attributes);
  for (size_t i = 0; i < span->link_count; i++) {
    str_append_c(out, i ? ",{" : "{");
    append_context(out, &span->links[i]);
    str_append_c(out, "}");
  }
  str_append_format(out, "],\"droppedLinksCount\":%zu", span->dropped_links);
}

static bool has_parent(const struct span *span) {
  static const unsigned char none[SPAN_ID_BYTES];
  return memcmp(span->parent_id, none, SPAN_ID_BYTES) != 0;
}

static void append_span(struct str_builder *out, const struct span *span) {
  str_append_c(out, "{");
  append_context(out, &span->context);
  if (has_parent(span)) {
    str_append_c(out, ",");
    append_id(out, "parentSpanId", span->parent_id, SPAN_ID_BYTES);
  }
  str_append_c(out, ",\"name\":");
  json_append_quoted(out, str_of(span->name));
  str_append_format(
      out, ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64 "\",\"endTimeUnixNano\":\"%" PRId64 "\",\"flags\":%d",
      span->kind, span->start_ns, span->end_ns, span->context.sampled);
  append_lists(out, span);
  if (span->failed)
    str_append_format(out, ",\"status\":{\"code\":%d}", STATUS_ERROR);
  str_append_c(out, "}");
}

struct str otlp_request(struct arena *arena, const struct otlp_resource *resource, const struct span *spans,
                        size_t count) {
  struct str_builder out = {.arena = arena};
  str_append_c(&out, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
  append_text(&out, "service.name", resource->service);
  str_append_c(&out, ",");
  append_text(&out, "service.namespace", STR("tandem"));
  str_append_c(&out, ",");
  append_text(&out, "service.version", STR(TANDEM_VERSION));
  str_append_c(&out, ",");
  append_text(&out, "service.instance.id", resource->instance);
  str_append_c(&out,
               "]},\"scopeSpans\":[{\"scope\":{\"name\":\"tandem\",\"version\":\"" TANDEM_VERSION "\"},\"spans\":[");
  for (size_t i = 0; i < count; i++) {
    str_append_c(&out, i ? "," : "");
    append_span(&out, &spans[i]);
  }
  str_append_c(&out, "]}]}]}");
  return str_built(&out);
}
