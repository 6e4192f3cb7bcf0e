/* Descriptors of plain C structs, from which the msgpack codec, the JSON codec and the documents are made. A record is
 * written once, as a table of its fields; there is no other list of them anywhere.
 *
 * Absent and zero are the same for numbers and booleans; an absent string has at == NULL; a list may be empty. */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/values.h"

enum field_type {
  FIELD_STR,    /* struct str, UTF-8 */
  FIELD_BYTES,  /* struct str, any bytes; base64 in JSON */
  FIELD_I64,    /* int64_t */
  FIELD_BOOL,   /* bool */
  FIELD_VALUES, /* struct values; a map of name -> text or array of texts */
  FIELD_INLINE, /* struct x, embedded, never absent */
  FIELD_RECORD, /* const struct x *, NULL = absent */
  FIELD_STRS,   /* LIST_OF(struct str) */
  FIELD_LIST,   /* LIST_OF(struct x) */
};

enum field_flags {
  FIELD_REQUIRED = 1, /* a message without it is refused */
  FIELD_SECRET = 2,   /* never logged or printed */
};

struct record;

struct field {
  const char *name;
  enum field_type type;
  unsigned flags;
  size_t offset;
  const struct record *of; /* FIELD_INLINE, FIELD_RECORD, FIELD_LIST */
  const char *help;        /* one sentence for the documents */
};

struct record {
  const char *name; /* as in the documents: "ExternalTicketCreated" */
  const char *help;
  size_t size_bytes;
  const struct field *fields;
  size_t field_count;
};

/* A borrowed array. All LIST_OF types have the layout of struct list. */
#define LIST_OF(type) \
  struct {            \
    const type *at;   \
    size_t count;     \
  }

struct list {
  const void *at;
  size_t count;
};

/* Table entries: FIELD(struct x, name, FIELD_STR, FIELD_REQUIRED, "What it is.") */
#define FIELD(owner, member, field_type, field_flags, text) \
  { .name = #member, .type = (field_type), .flags = (field_flags), .offset = offsetof(owner, member), .help = (text) }
#define FIELD_OF(owner, member, field_type, field_flags, record, text)                                                \
  {                                                                                                                   \
    .name = #member, .type = (field_type), .flags = (field_flags), .offset = offsetof(owner, member), .of = (record), \
    .help = (text)                                                                                                    \
  }

#define RECORD(record_name, type, table, text)                                            \
  {                                                                                       \
    .name = (record_name), .help = (text), .size_bytes = sizeof(type), .fields = (table), \
    .field_count = sizeof(table) / sizeof((table)[0])                                     \
  }

#endif
