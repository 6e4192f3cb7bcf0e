/* What a call that can fail returns. A code is named by what the caller does next, not by what went wrong; the message
 * tells a person what happened and what to do about it. On failure the function's `out` parameters are untouched. */
#ifndef BASE_RESULT_H
#define BASE_RESULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum result_code {
  RESULT_OK = 0,
  RESULT_RETRY,     /* nothing happened: try again later */
  RESULT_UNCERTAIN, /* a write may have happened: look for it before repeating */
  RESULT_STALE,     /* what the caller knew has moved, or its lease is lost: drop the work, observe again */
  RESULT_REJECTED,  /* this input will never be taken: park it or tell its author */
  RESULT_GONE,      /* the thing asked for does not exist (any more) */
  RESULT_AUTH,      /* the credential is refused: stop the project, tell a person */
  RESULT_BUG,       /* our own mistake: log it and exit */
};

struct result {
  enum result_code code;
  int64_t retry_after_ms; /* with RESULT_RETRY: the earliest moment that makes sense; 0 = the caller's own backoff. With
                             RESULT_AUTH: it may be a stray refusal, ask again then; 0 = it is final */
  char message[240];      /* UTF-8, NUL-terminated, empty when OK */
  char field[64];         /* with RESULT_REJECTED: the one field whose value is refused; empty: the whole is */
};

#define MUST_USE __attribute__((warn_unused_result))

#define RESULT_DONE ((struct result){.code = RESULT_OK})

/* Passes a failure upward unchanged. */
#define TRY(call)                       \
  do {                                  \
    struct result try_result_ = (call); \
    if (try_result_.code != RESULT_OK)  \
      return try_result_;               \
  } while (0)

static inline bool result_ok(const struct result *result) {
  return result->code == RESULT_OK;
}

struct result result_error(enum result_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_USE;

/* A retryable failure with the remote's own word on when. */
struct result result_retry_after(int64_t retry_after_ms, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_USE;

/* RESULT_REJECTED because of the value of one field: without it the rest may well be taken. */
struct result result_refused(const char *field, const char *format, ...) __attribute__((format(printf, 2, 3))) MUST_USE;

/* The same refusal, as one of this field, unless it names one already. `field` need not end in NUL. */
struct result result_of_field(struct result result, const char *field, uint64_t length) MUST_USE;

/* Puts `context: ` before the message; the code stays. Used once, where the identifiers are known. */
struct result result_context(struct result result, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_USE;

/* Of what comes after a write that was made: whatever fails then leaves the outcome to be looked at. */
struct result result_after_write(struct result result) MUST_USE;

/* "ok", "retry", "uncertain", ... as used on the wire and in logs. */
const char *result_code_name(enum result_code code);

/* The inverse; an unknown name is RESULT_BUG. */
enum result_code result_code_named(const char *name, uint64_t length);

#endif
