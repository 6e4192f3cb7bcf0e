/* Where output goes: data on stdout, messages on stderr. Colours only on a terminal and never with NO_COLOR
 * (https://no-color.org). Texts of tickets come from strangers: everything that could steer a terminal is taken out. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/record.h"
#include "base/result.h"
#include "base/str.h"

enum output_format { OUTPUT_TEXT, OUTPUT_PLAIN, OUTPUT_JSON };

struct output {
  FILE *data, *messages;
  enum output_format format;
  bool quiet;          /* errors only */
  bool terminal;       /* data goes to a terminal: tables fit its width */
  bool live;           /* messages go to a terminal: a progress line makes sense */
  bool colors;         /* for data */
  bool message_colors; /* for messages */
};

enum output_style { STYLE_NORMAL, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

/* stdout and stderr as the environment says they are. */
struct output output_open(enum output_format format, bool quiet);

static inline bool output_is_json(const struct output *output) {
  return output->format == OUTPUT_JSON;
}

/* Letters in a line of data: of the terminal, else $COLUMNS, else 80. */
size_t output_width(const struct output *output);

/* Text on stdout. */
void output_text(const struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, styled when there are colours. */
void output_styled(const struct output *output, enum output_style style, struct str text);

/* What something is called, and what it is, in a line on stdout; nothing when it is nothing. */
void output_named(const struct output *output, const char *name, struct str text);

/* A message on stderr with a newline; nothing when quiet. */
void output_note(const struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `tandem: message` on stderr; with --json {"error":{"code":...,"message":...}}, on stderr too: stdout is for data. */
void output_error(const struct output *output, const char *code, const char *message);

/* Writes out what is left of the data. False, with an error said: it could not be written as a whole. */
bool output_finish(const struct output *output);

/* The record as one JSON object and a newline on stdout. Secrets are hidden, and what could steer a terminal is written
 * as an escape. */
void output_record(const struct output *output, const struct record *record, const void *object);

/* `text` without control characters (C0 but newline and tab, DEL, C1) and without ill-formed UTF-8. */
struct str output_clean(struct arena *arena, struct str text);

/* The same in one line: newlines and tabs become blanks. */
struct str output_clean_line(struct arena *arena, struct str text);

/* The escape sequence that starts a style, or "". */
const char *output_escape(enum output_style style);

#endif
