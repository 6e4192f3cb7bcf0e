/* The plain YAML that files of settings are written in. https://yaml.org/spec/1.1/ */
#ifndef BASE_YAML_PLAIN_H
#define BASE_YAML_PLAIN_H

#include <stdbool.h>
#include <yaml.h>

#include "base/str.h"

/* A parser of `text`, which is borrowed, for the caller to delete. */
void yaml_start(yaml_parser_t *parser, struct str text);

/* yaml_parser_parse(): false says that the text is wrong, never that there was no memory, which ends the process. */
bool yaml_next(yaml_parser_t *parser, yaml_event_t *event);

/* Whether it has an anchor, an alias or a tag: a file of a few lines can grow without bounds by them. */
bool yaml_is_decorated(const yaml_event_t *event);

#endif
