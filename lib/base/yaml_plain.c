/* Reading by libyaml, and telling plain YAML from the rest. */
#include "base/yaml_plain.h"

#include "base/heap.h"

void yaml_start(yaml_parser_t *parser, struct str text) {
  if (!yaml_parser_initialize(parser))
    heap_exhausted();
  yaml_parser_set_input_string(parser, (const unsigned char *)text.at, text.length);
}

bool yaml_next(yaml_parser_t *parser, yaml_event_t *event) {
  if (yaml_parser_parse(parser, event))
    return true;
  if (parser->error == YAML_MEMORY_ERROR)
    heap_exhausted();
  return false;
}

bool yaml_is_decorated(const yaml_event_t *event) {
  switch (event->type) {
  case YAML_ALIAS_EVENT:
    return true;
  case YAML_SCALAR_EVENT:
    return event->data.scalar.anchor || event->data.scalar.tag;
  case YAML_SEQUENCE_START_EVENT:
    return event->data.sequence_start.anchor || event->data.sequence_start.tag;
  case YAML_MAPPING_START_EVENT:
    return event->data.mapping_start.anchor || event->data.mapping_start.tag;
  default:
    return false;
  }
}
