/* Reading what waits for a ticket that is named, and saying it. */
#include "store/tickets/awaited.h"

#include "base/shell.h"

enum { LISTED_MAX = 100 };

/* Rows stay until the named ticket is mapped, so each is held against what is named now; `parent` is the one field that
 * names tickets (catalogue_is_reference). `state` is of the named ticket's own mapping in that project; `write` of its
 * creation that was given up. */
#define WAITING(mapping)                                                                                 \
  "select a.mapping_id, a.project_id, p.name as project, i.number, a.is_key, a.word, a.since, k.id is "  \
  "not null as found, k.privacy, t.state, w.id as write from awaited_reference a join project p on p.id" \
  " = a.project_id and p.state <> 'removed' join " mapping " on m.id = a.mapping_id and m.state in "     \
  "('creating', 'linked', 'parked') join item i on i.id = m.item_id left join external_item e on "       \
  "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) left join item k on "   \
  "a.is_key and k.kind = 'ticket' and k.number = substring(a.word from '^T-([0-9]{1,18})$')::bigint "    \
  "left join mapping t on t.project_id = a.project_id and t.item_id = coalesce(k.merged_into, k.id) "    \
  "left join lateral (select max(n.id) as id from intent n where n.mapping_id = t.id and n.state = "     \
  "'parked') w on true where case when a.is_key then i.fields else e.fields end ->> 'parent' = a.word "

/* From what waits to its mapping, and never from all mappings of a project. */
#define MAPPING_OF_WAITING "lateral (select * from mapping m where m.id = a.mapping_id offset 0) m"

static struct result select_of_ticket(struct call *call, int64_t item_id, struct rows *out) {
  return db_query(call->db,
                  WAITING("mapping m") "and m.item_id = $1::bigint order by a.mapping_id, a.is_key desc, a.word",
                  PARAMS(p_i64(item_id)), out);
}

/* What is being created there goes on by itself. */
static struct result select_all(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select project, word, is_key, found, privacy, state, write, count(*) as tickets, min(number) as "
      "number, epoch_ms(min(since)) as since_ms from (" WAITING(
          MAPPING_OF_WAITING) "and a.is_key and (t.state is distinct from 'creating' or w.id is not null) and "
                              "$2::bigint in (0, "
                              "a.project_id)) x "
                              "where since < now() - interval '1 hour' group by project_id, project, word, is_key, "
                              "found, privacy, "
                              "state, write order by 10, project, word limit $1::bigint",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

/* -- in words -- */

static struct str why(struct arena *arena, const struct rows *rows, size_t row) {
  struct str word = rows_str(rows, row, "word"), project = rows_str(rows, row, "project");
  struct str state = rows_str(rows, row, "state");
  const char *reason = "which is not shared with";
  if (!rows_bool(rows, row, "is_key"))
    return str_format(arena, "the ticket that %.*s calls %.*s, which is not here", STR_FMT(project), STR_FMT(word));
  if (!rows_bool(rows, row, "found"))
    return str_format(arena, "%.*s, which does not exist", STR_FMT(word));
  if (rows_i64(rows, row, "write"))
    reason = "whose creation was given up in";
  else if (str_is(state, "creating"))
    reason = "which is still to be created in";
  else if (!str_is_absent(state))
    reason = "which is gone from";
  else if (str_is(rows_str(rows, row, "privacy"), "local_only"))
    reason = "which is local_only and not shared with";
  return str_format(arena, "%.*s, %s %.*s", STR_FMT(word), reason, STR_FMT(project));
}

static struct str next_step(struct arena *arena, const struct rows *rows, size_t row) {
  struct str word = rows_str(rows, row, "word"), project = rows_str(rows, row, "project");
  int64_t write = rows_i64(rows, row, "write");
  if (write)
    return str_format(arena, "tandem retry W-%lld", (long long)write);
  if (!rows_bool(rows, row, "found") || !str_is_absent(rows_str(rows, row, "state")))
    return STR("name another ticket, or none: tandem ticket edit");
  bool is_private = str_is(rows_str(rows, row, "privacy"), "local_only");
  return str_format(arena, "tandem ticket share %.*s%s --project %.*s, or name another ticket",
                    STR_FMT(shell_word(arena, word)), is_private ? " --privacy shareable" : "",
                    STR_FMT(shell_word(arena, project)));
}

static struct str what(struct arena *arena, const struct rows *rows, size_t row) {
  int64_t others = rows_i64(rows, row, "tickets") - 1;
  struct str more = others ? str_format(arena, " and %lld more", (long long)others) : STR("");
  return str_format(arena, "T-%lld%.*s: a field waits for %.*s", (long long)rows_i64(rows, row, "number"),
                    STR_FMT(more), STR_FMT(why(arena, rows, row)));
}

/* -- of one, of all -- */

static void add_of_mapping(struct arena *arena, const struct rows *rows, struct mapping *mapping) {
  struct str *texts = ARENA_ARRAY(arena, struct str, rows->count);
  mapping->waits.at = texts;
  for (size_t i = 0; i < rows->count; i++)
    if (rows_i64(rows, i, "mapping_id") == mapping->id)
      texts[mapping->waits.count++] = why(arena, rows, i);
}

struct result awaited_of_ticket(struct call *call, int64_t item_id, struct mapping *mappings, size_t count) {
  struct rows rows;
  TRY(select_of_ticket(call, item_id, &rows));
  for (size_t i = 0; i < count; i++)
    add_of_mapping(call->arena, &rows, &mappings[i]);
  return RESULT_DONE;
}

struct result awaited_list(struct call *call, int64_t project_id, struct status *out) {
  struct rows rows;
  TRY(select_all(call, project_id, &rows));
  struct trouble *waits = ARENA_ARRAY(call->arena, struct trouble, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    waits[i] = (struct trouble){.project = rows_str(&rows, i, "project"),
                                .what = what(call->arena, &rows, i),
                                .since_ms = rows_i64(&rows, i, "since_ms"),
                                .next_step = next_step(call->arena, &rows, i)};
  out->waits.at = waits;
  out->waits.count = rows.count;
  return RESULT_DONE;
}
