/* Writing, reading and looking up keys. */
#include "store/tickets/keys.h"

#include "base/shell.h"
#include "store/projects/projects.h"

struct str key_text(struct arena *arena, struct str kind, int64_t number, int64_t id) {
  return str_is(kind, "comment") ? str_format(arena, "C-%lld", (long long)id)
                                 : str_format(arena, "T-%lld", (long long)number);
}

/* -- reading -- */

static struct result read_external(struct call *call, struct str project_name, struct str external_key,
                                   int64_t *out_number) {
  struct project project;
  struct rows rows;
  TRY(project_named(call, project_name, &project));
  TRY(db_query(call->db,
               "select i.number from external_item e join mapping m on (m.project_id, m.kind, m.external_id) = "
               "(e.project_id, e.kind, e.external_id) join item i on i.id = m.item_id where e.project_id = $1::bigint "
               "and e.kind = 'ticket' and e.external_key = $2 limit 1",
               PARAMS(p_i64(project.id), p_str(external_key)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "project %.*s has no ticket %.*s here; has it been imported? (tandem sync %.*s)",
                        STR_FMT(project_name), STR_FMT(external_key), STR_FMT(shell_word(call->arena, project_name)));
  *out_number = rows_i64(&rows, 0, "number");
  return RESULT_DONE;
}

struct result key_read(struct call *call, struct str key, int64_t *out_number, bool *out_is_comment) {
  ptrdiff_t colon = str_find(key, ":");
  *out_is_comment = colon <= 0 && str_starts_with(key, "C-");
  if (colon > 0)
    return read_external(call, str_slice(key, 0, (size_t)colon), str_slice(key, (size_t)colon + 1, key.length),
                         out_number);
  if ((!*out_is_comment && !str_starts_with(key, "T-")) || !str_to_i64(str_slice(key, 2, key.length), out_number) ||
      *out_number < 1)
    return result_error(RESULT_REJECTED,
                        "\"%.*s\" is not a ticket's key: write it like T-12 (a comment's: C-40), or as its tracker "
                        "does, after the project: rocket:#7",
                        STR_FMT(key));
  return RESULT_DONE;
}

/* -- looking up -- */

static struct result find_ticket(struct call *call, int64_t number, struct rows *out) {
  return db_query(call->db, "select coalesce(merged_into, id) as id from item where number = $1::bigint",
                  PARAMS(p_i64(number)), out);
}

static struct result find_comment(struct call *call, int64_t id, struct rows *out) {
  return db_query(call->db, "select id from item where id = $1::bigint and kind = 'comment'", PARAMS(p_i64(id)), out);
}

struct result key_missing(struct str key) {
  return result_error(RESULT_GONE, "there is no %s %.*s; `tandem ticket list` shows what there is",
                      str_starts_with(key, "C-") ? "comment" : "ticket", STR_FMT(key));
}

struct result key_find_item(struct call *call, struct str key, int64_t *out_id, bool *out_is_comment) {
  int64_t number;
  struct rows rows;
  TRY(key_read(call, key, &number, out_is_comment));
  TRY(*out_is_comment ? find_comment(call, number, &rows) : find_ticket(call, number, &rows));
  if (rows.count == 0)
    return key_missing(key);
  *out_id = rows_i64(&rows, 0, "id");
  return RESULT_DONE;
}
