/* Telling plain YAML from the rest. */
#include "base/yaml_plain.h"

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
