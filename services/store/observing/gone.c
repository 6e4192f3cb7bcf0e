/* Believing that external items are gone, and that they are there again. */
#include "store/observing/gone.h"

#include "store/observing/deletes.h"
#include "store/observing/externals.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_changes.h"

/* Between two looks. A fetch that contradicts a webhook may only lag. */
#define SECOND_LOOK "10 minutes"
#define SECOND_LOOK_AFTER "10 minutes 5 seconds"
#define LAG "1 minute"

#define THIS_ITEM "(project_id, kind, external_id) = ($1::bigint, $2, $3)"
#define THIS_ITEM_PARAMS(seen) p_i64(project_id), p_str((seen)->kind), p_str((seen)->external_id)

/* -- what is known of it -- */

struct gone {
  bool is_known, is_sure; /* in the cache; believed */
  int64_t mapping_id;     /* with a local side, and not ended yet; else 0 */
  struct str parent;      /* a comment's ticket there */
};

static struct result forget(struct call *call, int64_t project_id, const struct observation *seen) {
  return db_query(call->db, "delete from gone_item where " THIS_ITEM, PARAMS(THIS_ITEM_PARAMS(seen)), NULL);
}

static struct result settle_fetch(struct call *call, int64_t project_id, const struct observation *seen) {
  return db_query(call->db, "delete from fetch_queue where " THIS_ITEM " and " ASKED_BEFORE_THE_LOOK,
                  PARAMS(THIS_ITEM_PARAMS(seen)), NULL);
}

/* Whoever asked for a look while this one was under way may know better. */
static struct result is_asked_meanwhile(struct call *call, int64_t project_id, const struct observation *seen,
                                        bool *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select exists (select from fetch_queue where " THIS_ITEM " and not " ASKED_BEFORE_THE_LOOK ") as asked",
               PARAMS(THIS_ITEM_PARAMS(seen)), &rows));
  *out = rows_bool(&rows, 0, "asked");
  return RESULT_DONE;
}

/* So long after it was first not there, however often somebody looks in between. */
static struct result look_again(struct call *call, int64_t project_id, const struct observation *seen,
                                const char *when) {
  return db_query(call->db,
                  "insert into fetch_queue (project_id, kind, external_id, reason, attempts, next_at) "
                  "values ($1::bigint, $2, $3, 'gone', 3, coalesce((select gone_at from gone_item where " THIS_ITEM
                  "), now()) + $4::text::interval) "
                  "on conflict (project_id, kind, external_id) do update set attempts = 3, reason = 'gone', "
                  "next_at = excluded.next_at",
                  PARAMS(THIS_ITEM_PARAMS(seen), p_str(str_of(when))), NULL);
}

/* The project of ours that has the address, by its remote, or by what the cache knows of it. */
static struct result project_at(struct call *call, struct str url, struct rows *out) {
  TRY(db_query(call->db,
               "select p.name from project p where p.state <> 'removed' and ($1 like '%/' || p.remote || '/%' or $1 "
               "like '%/' || p.remote || '-%') order by p.id limit 1",
               PARAMS(p_str(url)), out));
  if (out->count)
    return RESULT_DONE;
  return db_query(call->db,
                  "select p.name from external_item e join project p on p.id = e.project_id and p.state <> 'removed' "
                  "where e.url = $1 order by p.id limit 1",
                  PARAMS(p_str(url)), out);
}

/* Where it went, with the project of ours that has that place. */
static struct result describe(struct call *call, const struct observation *seen, struct str *out) {
  struct rows rows;
  *out = seen->gone;
  if (seen->moved_to.length == 0)
    return RESULT_DONE;
  TRY(project_at(call, seen->moved_to, &rows));
  *out = str_format(call->arena, "%.*s to %.*s", STR_FMT(seen->gone), STR_FMT(seen->moved_to));
  if (rows.count)
    *out = str_format(call->arena, "%.*s, which is in the project %.*s", STR_FMT(*out),
                      STR_FMT(rows_str(&rows, 0, "name")));
  return RESULT_DONE;
}

static struct result remember(struct call *call, int64_t project_id, const struct observation *seen, struct gone *out) {
  struct str note;
  struct rows rows;
  TRY(describe(call, seen, &note));
  TRY(db_query(
      call->db,
      "with seen as (insert into gone_item as g (project_id, kind, external_id, gone, note, gone_at) select "
      "project_id, kind, external_id, $4, $5, now() from external_item where " THIS_ITEM
      " on conflict (project_id, kind, external_id) do update set gone = excluded.gone, note = coalesce(case when "
      "excluded.gone = 'transferred' then g.note end, excluded.note), "
      "gone_at = case when g.sure then g.gone_at else coalesce(g.gone_at, now()) end, sure = g.sure or g.told_at is "
      "not null or coalesce(g.gone_at <= now() - "
      "interval '" SECOND_LOOK "', false) returning g.project_id, g.kind, g.external_id, g.sure) "
      "select s.sure, e.parent_external_id, m.id as mapping_id from seen s join external_item e using "
      "(project_id, kind, external_id) left join mapping m on (m.project_id, m.kind, m.external_id) = "
      "(s.project_id, s.kind, s.external_id) and m.item_id is not null and m.state <> 'gone'",
      PARAMS(THIS_ITEM_PARAMS(seen), p_str(seen->gone), p_str(note)), &rows));
  *out = (struct gone){.is_known = rows.count > 0};
  if (rows.count) {
    out->is_sure = rows_bool(&rows, 0, "sure");
    out->mapping_id = rows_i64(&rows, 0, "mapping_id");
    out->parent = rows_str(&rows, 0, "parent_external_id");
  }
  return RESULT_DONE;
}

/* -- gone -- */

struct result gone_told(struct call *call, int64_t project_id, const struct observation *seen) {
  struct str note = {0};
  if (seen->moved_to.length)
    TRY(describe(call, seen, &note));
  if (str_is(seen->gone, "deleted") || note.length)
    TRY(db_query(call->db,
                 "insert into gone_item as g (project_id, kind, external_id, note, told_at) select project_id, kind, "
                 "external_id, $4, case when $5::boolean then now() end from external_item where " THIS_ITEM
                 " on conflict (project_id, kind, external_id) do update set note = coalesce(excluded.note, g.note), "
                 "told_at = coalesce(g.told_at, excluded.told_at) where not g.sure",
                 PARAMS(THIS_ITEM_PARAMS(seen), p_str(note), p_bool(str_is(seen->gone, "deleted"))), NULL));
  return externals_fetch(call, project_id, seen->kind, seen->external_id, "gone");
}

/* Nobody here had it yet: whoever is about to take it comes too late. */
static struct result leave_untaken(struct call *call, int64_t project_id, const struct observation *seen) {
  return db_query(call->db,
                  "delete from plan_queue where mapping_id in (select id from mapping where " THIS_ITEM
                  " and item_id is null)",
                  PARAMS(THIS_ITEM_PARAMS(seen)), NULL);
}

struct result gone_seen(struct call *call, int64_t project_id, const struct observation *seen) {
  struct gone gone;
  TRY(remember(call, project_id, seen, &gone));
  if (!gone.is_known) {
    TRY(forget(call, project_id, seen));
    return settle_fetch(call, project_id, seen);
  }
  if (!gone.is_sure) {
    bool asked;
    TRY(is_asked_meanwhile(call, project_id, seen, &asked));
    return asked ? RESULT_DONE : look_again(call, project_id, seen, SECOND_LOOK_AFTER);
  }
  TRY(settle_fetch(call, project_id, seen));
  if (!gone.mapping_id)
    return leave_untaken(call, project_id, seen);
  if (str_is(seen->kind, "ticket"))
    TRY(hook_changes_gone(call, project_id, seen));
  /* With its ticket, or alone? */
  if (str_is(seen->kind, "comment") && gone.parent.length)
    TRY(externals_fetch(call, project_id, STR("ticket"), gone.parent, "comment gone"));
  return journal_plan_mapping(call, gone.mapping_id, RANK_TICKET);
}

struct result gone_by_us(struct call *call, int64_t mapping_id) {
  return db_query(
      call->db,
      "insert into gone_item as g (project_id, kind, external_id, gone, note, sure) select project_id, kind, "
      "external_id, 'deleted', 'deleted', true from mapping where id = $1::bigint and external_id is not "
      "null on conflict (project_id, kind, external_id) do update set gone = excluded.gone, sure = true, "
      "gone_at = null, told_at = null",
      PARAMS(p_i64(mapping_id)), NULL);
}

/* -- there again -- */

/* What its webhook called deleted, and no fetch did. */
static struct result was_only_told(struct call *call, int64_t project_id, const struct observation *seen, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select gone is null as only_told from gone_item where " THIS_ITEM,
               PARAMS(THIS_ITEM_PARAMS(seen)), &rows));
  *out = rows.count && rows_bool(&rows, 0, "only_told");
  return RESULT_DONE;
}

static struct result relink(struct call *call, int64_t mapping_id) {
  TRY(conflicts_end(call, mapping_id, CONFLICTS_OF_DELETION, STR("tandem: it is there again")));
  TRY(db_query(call->db, "update mapping set state = 'linked', reason = null where id = $1::bigint and state = 'gone'",
               PARAMS(p_i64(mapping_id)), NULL));
  return journal_plan_mapping(call, mapping_id, RANK_TICKET);
}

/* The comments that ended with their ticket. */
static struct result relink_comments(struct call *call, int64_t project_id, int64_t ticket_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select m.id from mapping m join item i on i.id = m.item_id where i.parent_id = $1::bigint and "
               "m.project_id = $2::bigint and m.state = 'gone' and m.external_id is not null and i.deleted_at is null "
               "and not exists (select from gone_item g where (g.project_id, g.kind, g.external_id) = (m.project_id, "
               "m.kind, m.external_id))",
               PARAMS(p_i64(ticket_id), p_i64(project_id)), &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(relink(call, rows_i64(&rows, i, "id")));
  return RESULT_DONE;
}

/* A comment that was deleted because it was gone is restored; one that a person deleted here is a question again. */
static struct result restore_comment(struct call *call, int64_t mapping_id, int64_t item_id, bool deleted_there) {
  if (deleted_there)
    return deletes_restore(call, &(struct deletion){.item_id = item_id, .by = STR("tandem: it is there again")},
                           mapping_id);
  return db_query(call->db, "update mapping set shadow = '{}', shadow_local = '{}' where id = $1::bigint",
                  PARAMS(p_i64(mapping_id)), NULL);
}

struct result gone_no_more(struct call *call, int64_t project_id, const struct observation *seen) {
  struct rows rows;
  bool only_told, asked = false;
  TRY(was_only_told(call, project_id, seen, &only_told));
  if (only_told)
    TRY(is_asked_meanwhile(call, project_id, seen, &asked));
  if (asked) /* it may have been told after this look */
    return RESULT_DONE;
  TRY(forget(call, project_id, seen));
  if (only_told)
    return look_again(call, project_id, seen, LAG);
  TRY(db_query(
      call->db,
      "select m.id, m.item_id, i.deleted_at is not null as deleted, i.deleted_in = m.project_id as there from "
      "mapping m left join item i on i.id = m.item_id where (m.project_id, m.kind, m.external_id) = ($1::bigint, "
      "$2, $3)",
      PARAMS(THIS_ITEM_PARAMS(seen)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  int64_t mapping_id = rows_i64(&rows, 0, "id"), item_id = rows_i64(&rows, 0, "item_id");
  if (!item_id) /* it is taken now, if the direction does */
    return journal_plan_mapping(call, mapping_id, RANK_TICKET);
  if (rows_bool(&rows, 0, "deleted"))
    TRY(restore_comment(call, mapping_id, item_id, rows_bool(&rows, 0, "there")));
  if (str_is(seen->kind, "ticket"))
    TRY(relink_comments(call, project_id, item_id));
  return relink(call, mapping_id);
}
