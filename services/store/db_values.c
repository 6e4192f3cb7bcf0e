/* Values on their way to PostgreSQL and back: arrays in its binary form, columns of rows. */
#include <endian.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "proto/verbs.h"
#include "store/db.h"

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

/* -- parameters -- */

static char *put_i32(char *at, uint32_t number) {
  number = htobe32(number);
  memcpy(at, &number, 4);
  return at + 4;
}

static char *put_array_header(char *at, uint32_t element_oid, size_t count) {
  at = put_i32(at, 1); /* dimensions */
  at = put_i32(at, 1); /* may hold NULLs */
  at = put_i32(at, element_oid);
  at = put_i32(at, (uint32_t)count);
  return put_i32(at, 1); /* lower bound */
}

static struct db_param text_array(struct arena *arena, uint32_t oid, const struct str *at, size_t count) {
  size_t size = 20;
  for (size_t i = 0; i < count; i++)
    size += 4 + at[i].length;
  char *bytes = arena_bytes(arena, size);
  char *end = put_array_header(bytes, oid, count);
  for (size_t i = 0; i < count; i++) {
    end = put_i32(end, str_is_absent(at[i]) ? UINT32_MAX : (uint32_t)at[i].length);
    if (at[i].length)
      memcpy(end, at[i].at, at[i].length);
    end += at[i].length;
  }
  return (struct db_param){.type = PARAM_ARRAY, .text = {bytes, size}};
}

struct db_param p_strs(struct arena *arena, const struct str *at, size_t count) {
  return text_array(arena, OID_TEXT, at, count);
}

struct db_param p_bytes_array(struct arena *arena, const struct str *at, size_t count) {
  return text_array(arena, OID_BYTEA, at, count);
}

struct db_param p_i64s(struct arena *arena, const int64_t *at, size_t count) {
  size_t size = 20 + count * 12;
  char *bytes = arena_bytes(arena, size);
  char *end = put_array_header(bytes, OID_INT8, count);
  for (size_t i = 0; i < count; i++) {
    uint64_t number = htobe64((uint64_t)at[i]);
    end = put_i32(end, 8);
    memcpy(end, &number, 8);
    end += 8;
  }
  return (struct db_param){.type = PARAM_ARRAY, .text = {bytes, size}};
}

struct db_param p_values(struct arena *arena, const struct values *values) {
  return p_str(json_values_text(arena, values));
}

/* -- rows -- */

static int column_of(const struct rows *rows, const char *name) {
  int count = PQnfields(rows->result);
  for (int column = 0; column < count; column++)
    if (strcmp(PQfname(rows->result, column), name) == 0)
      return column;
  log_event(LOG_ERROR, "column_not_selected", LOG_C("column", name)); /* our mistake */
  abort();
}

struct str rows_str(const struct rows *rows, size_t row, const char *column) {
  int index = column_of(rows, column);
  if (PQgetisnull(rows->result, (int)row, index))
    return (struct str){0};
  return (struct str){PQgetvalue(rows->result, (int)row, index), (size_t)PQgetlength(rows->result, (int)row, index)};
}

int64_t rows_i64(const struct rows *rows, size_t row, const char *column) {
  struct str text = rows_str(rows, row, column);
  return text.length ? strtoll(text.at, NULL, 10) : 0;
}

bool rows_bool(const struct rows *rows, size_t row, const char *column) {
  return str_is(rows_str(rows, row, column), "t");
}

size_t rows_fitting(const struct rows *rows, size_t most, const char *const *columns) {
  size_t bytes = 0, count = 0;
  for (; count < rows->count && count < most; count++) {
    for (const char *const *column = columns; *column; column++)
      bytes += rows_str(rows, count, *column).length;
    if (count && bytes > WIRE_PAGE_BYTES)
      break;
  }
  return count;
}

struct str rows_bytes(struct arena *arena, const struct rows *rows, size_t row, const char *column) {
  struct str text = rows_str(rows, row, column);
  if (str_is_absent(text))
    return text;
  size_t length;
  unsigned char *bytes = PQunescapeBytea((const unsigned char *)text.at, &length);
  if (!bytes)
    heap_exhausted();
  struct str copy = str_copy(arena, (struct str){(const char *)bytes, length});
  PQfreemem(bytes);
  return copy;
}

struct result rows_values(struct arena *arena, const struct rows *rows, size_t row, const char *column,
                          struct values *out) {
  struct str text = rows_str(rows, row, column);
  if (str_is_absent(text))
    return *out = (struct values){0}, RESULT_DONE;
  return json_to_values(arena, text, out);
}
