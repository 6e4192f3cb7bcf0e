/* A mapping file: what a tracker's JSON looks like, for trackers without an adapter of their own. It is YAML, of which
 * JSON is a part; the project's options are the same as JSON. Plain words are read as JSON reads them: true, false,
 * null and numbers are themselves, everything else is text. Anchors, aliases and tags are refused. What a mapping may
 * say is the adapter's to know; where it stands in the file is known here. */
#ifndef CLI_MAPPING_FILE_H
#define CLI_MAPPING_FILE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Where one member stands; both count from 1. */
struct mapping_place {
  struct str path; /* "events.carry[0].types" */
  size_t line, column;
};

enum {
  MAPPING_FILE_BYTES_MAX = 48 * 1024, /* with room for the quotes around it, what --describe takes */
  MAPPING_VALUES_MAX = 4096,
  MAPPING_DEPTH_MAX = 16
};

struct mapping_file {
  struct str name; /* as the person gave it */
  struct str json; /* absent: nothing was read */
  struct mapping_place *places;
  size_t count;
};

/* Reads a text that may be hostile; all is copied into the arena. RESULT_REJECTED: "NAME:LINE:COLUMN: what is wrong".
 */
struct result mapping_file_parse(struct arena *arena, struct str text, const char *name,
                                 struct mapping_file *out) MUST_USE;

/* A failure whose message begins with the path of a member ("options.events.type: …") with the place in the file
 * before it; the nearest member around it when it is one that is missing. Other failures as they are. */
struct result mapping_file_locate(const struct mapping_file *file, struct result failure) MUST_USE;

#endif
