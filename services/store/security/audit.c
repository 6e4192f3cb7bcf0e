/* Hashing, listing and verifying the audit trail. */
#include "store/security/audit.h"

#include <sodium.h>

#include "base/json.h"

enum { PAGE = 1000, PAGE_MAX = 5000 };

void audit_hash(struct call *call, const struct audit_row *row, struct str previous,
                unsigned char hash[AUDIT_HASH_BYTES]) {
  const struct str texts[] = {row->actor, row->action, row->subject, row->detail};
  struct str_builder content = {.arena = call->arena};
  str_append_format(&content, "[%lld", (long long)row->at_us);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    str_append_c(&content, ",");
    json_append_quoted(&content, texts[i]);
  }
  str_append_c(&content, "]");
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, AUDIT_HASH_BYTES);
  crypto_generichash_update(&state, (const unsigned char *)previous.at, previous.length);
  crypto_generichash_update(&state, (const unsigned char *)content.at, content.length);
  crypto_generichash_final(&state, hash, AUDIT_HASH_BYTES);
}

/* -- listing -- */

static struct result select_rows(struct call *call, int64_t after, int64_t limit, struct rows *out) {
  return db_query(call->db,
                  "select id, (extract(epoch from at) * 1000000)::bigint as at_us, actor, action, subject, "
                  "detail::text as detail, encode(previous, 'hex') as previous, encode(hash, 'hex') as hash from audit "
                  "where id > $1::bigint order by id limit $2::bigint",
                  PARAMS(p_i64(after), p_i64(limit)), out);
}

static struct audit_row read_row(const struct rows *rows, size_t row) {
  return (struct audit_row){
      .id = rows_i64(rows, row, "id"),
      .at_us = rows_i64(rows, row, "at_us"),
      .actor = rows_str(rows, row, "actor"),
      .action = rows_str(rows, row, "action"),
      .subject = rows_str(rows, row, "subject"),
      .detail = rows_str(rows, row, "detail"),
      .previous = rows_str(rows, row, "previous"),
      .hash = rows_str(rows, row, "hash"),
  };
}

static int64_t page_size(int64_t wanted) {
  return wanted > 0 && wanted <= PAGE_MAX ? wanted : PAGE;
}

struct result store_audit_list(struct call *call, const void *request, void *reply) {
  const struct audit_query *query = request;
  struct audit_list *list = reply;
  struct rows rows;
  TRY(select_rows(call, query->after, page_size(query->limit), &rows));
  struct audit_row *out = ARENA_ARRAY(call->arena, struct audit_row, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    out[i] = read_row(&rows, i);
  list->rows.at = out;
  list->rows.count = rows.count;
  return RESULT_DONE;
}

/* -- verifying -- */

/* Both as hexadecimal text, as rows have it. */
static struct str hex_of(struct call *call, const unsigned char *bytes, size_t count) {
  char *text = arena_alloc(call->arena, 2 * count + 1);
  sodium_bin2hex(text, 2 * count + 1, bytes, count);
  return (struct str){text, 2 * count};
}

static struct str bytes_of(struct call *call, struct str hex) {
  size_t length = 0;
  unsigned char *bytes = arena_alloc(call->arena, hex.length / 2 + 1);
  sodium_hex2bin(bytes, hex.length / 2, hex.at ? hex.at : "", hex.length, NULL, &length, NULL);
  return (struct str){(const char *)bytes, length};
}

/* What is wrong with a row that should follow the one with the hash `before`; NULL when nothing is. */
static const char *fault_of(struct call *call, const struct audit_row *row, struct str before) {
  unsigned char hash[AUDIT_HASH_BYTES];
  if (!str_equal(row->previous, before))
    return "it does not follow the row before: one was removed, inserted or changed";
  audit_hash(call, row, bytes_of(call, before), hash);
  return str_equal(row->hash, hex_of(call, hash, sizeof hash)) ? NULL : "its content is not what was written";
}

/* The hash of the row that the last page ended with: it was right then. */
static struct result hash_before(struct call *call, int64_t after, struct str *out) {
  struct rows rows;
  TRY(db_query(call->db, "select encode(hash, 'hex') as hash from audit where id = $1::bigint", PARAMS(p_i64(after)),
               &rows));
  if (after && rows.count == 0)
    return result_error(RESULT_STALE, "audit row %lld was removed while the trail was verified", (long long)after);
  *out = rows.count ? rows_str(&rows, 0, "hash") : (struct str){0};
  return RESULT_DONE;
}

struct result store_audit_verify(struct call *call, const void *request, void *reply) {
  const struct audit_query *query = request;
  struct audit_verified *answer = reply;
  int64_t limit = page_size(query->limit);
  struct rows rows;
  TRY(hash_before(call, query->after, &answer->head));
  TRY(select_rows(call, query->after, limit, &rows));
  answer->next = query->after;
  for (size_t i = 0; i < rows.count; i++) {
    struct audit_row row = read_row(&rows, i);
    const char *fault = fault_of(call, &row, answer->head);
    if (fault) {
      answer->broken = row.id;
      answer->fault = str_of(fault);
      return RESULT_DONE;
    }
    answer->rows++;
    answer->next = row.id;
    answer->head = row.hash;
    answer->found |= query->hash.length && str_equal(query->hash, row.hash);
  }
  answer->more = rows.count == (size_t)limit;
  return RESULT_DONE;
}
