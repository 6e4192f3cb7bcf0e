/* Log lines on stderr: `2026-01-31T08:15:00.250Z info event=session_finished project=rocket ms=812`, or one JSON object
 * a line when TANDEM_LOG is json, or auto and stderr is no terminal. The level comes from TANDEM_LOG_LEVEL (debug,
 * info, warning, error; info if unset). A line is one write(), at most 4 KiB; longer values are cut. Any thread may
 * log. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/secret_file.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

enum log_kind { LOG_KIND_STR, LOG_KIND_I64, LOG_KIND_BOOL, LOG_KIND_RESULT, LOG_KIND_SECRET };

struct log_field {
  const char *key;
  enum log_kind kind;
  struct str text;
  int64_t number;
  const struct result *result;
};

/* log_event(LOG_INFO, "session_finished", LOG_STR("project", project), LOG_I64("ms", took_ms)); */
#define log_event(level, event, ...)                                                    \
  log_write((level), (event), (const struct log_field[]){{.key = NULL}, ##__VA_ARGS__}, \
            sizeof((const struct log_field[]){{.key = NULL}, ##__VA_ARGS__}) / sizeof(struct log_field))

#define LOG_STR(name, string) ((struct log_field){.key = (name), .kind = LOG_KIND_STR, .text = (string)})
#define LOG_C(name, c_string) ((struct log_field){.key = (name), .kind = LOG_KIND_STR, .text = str_of(c_string)})
#define LOG_I64(name, value) ((struct log_field){.key = (name), .kind = LOG_KIND_I64, .number = (value)})
#define LOG_BOOL(name, value) ((struct log_field){.key = (name), .kind = LOG_KIND_BOOL, .number = (value)})
/* A `const struct result *`: prints code=... message="..." */
#define LOG_RESULT(failure) ((struct log_field){.key = "code", .kind = LOG_KIND_RESULT, .result = (failure)})
/* Takes a `struct secret`, so that nothing else is hidden by mistake, and prints ***. */
#define LOG_SECRET(name, secret_value) \
  ((struct log_field){.key = (name), .kind = LOG_KIND_SECRET, .number = (secret_value).hidden.at != NULL})

/* Fields whose key is NULL, and absent strings, are left out. Use log_event(). */
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count);

/* Puts `service=NAME` into every line. `name` must outlive the process's logging. Call before starting threads. */
void log_start(const char *name);

/* Overrides the environment (settings file, flags); false when the level's name is unknown. Call before threads. */
bool log_configure(struct str level, struct str format);

#endif
