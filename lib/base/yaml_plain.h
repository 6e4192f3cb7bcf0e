/* The plain YAML that files of settings are written in. https://yaml.org/spec/1.1/ */
#ifndef BASE_YAML_PLAIN_H
#define BASE_YAML_PLAIN_H

#include <stdbool.h>
#include <yaml.h>

/* Whether it has an anchor, an alias or a tag: a file of a few lines can grow without bounds by them. */
bool yaml_is_decorated(const yaml_event_t *event);

#endif
