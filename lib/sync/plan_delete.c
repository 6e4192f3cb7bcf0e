/* plan() where a side is deleted. */
#include "sync/plan_delete.h"

#include "sync/canon.h"

bool plan_is_changed(const struct values *now, const struct values *shadow) {
  for (size_t i = 0; i < now->count; i++) {
    const struct value *value = &now->at[i], *agreed = values_find(shadow, value->name);
    bool is_empty = value->kind == VALUE_SET ? value->count == 0 : value->text.length == 0;
    if (agreed ? !canon_equal(catalogue_kind(value->name, value->kind), value, agreed) : !is_empty)
      return true;
  }
  return false;
}

static enum plan_deletion gone_ticket(const struct plan_existence *e) {
  if (!e->decided)
    return PLAN_DELETION_CONFLICT;
  return e->choice == PLAN_CHOOSE_LOCAL ? PLAN_UNLINK : PLAN_CLOSE_LOCAL;
}

static enum plan_deletion gone_comment(const struct plan_existence *e) {
  if (e->decided && e->choice == PLAN_CHOOSE_EXTERNAL)
    return PLAN_DELETE_LOCAL;
  if (e->decided)
    return e->may_push ? PLAN_RESTORE_EXTERNAL : PLAN_DELETION_WAITS;
  return e->is_origin && !e->changed_local && e->may_pull ? PLAN_DELETE_LOCAL : PLAN_DELETION_CONFLICT;
}

static enum plan_deletion deleted_comment(const struct plan_existence *e) {
  if (e->decided && e->choice == PLAN_CHOOSE_EXTERNAL)
    return PLAN_RESTORE_LOCAL;
  if (!e->may_push)
    return PLAN_DELETION_WAITS;
  return e->changed_external && !e->decided ? PLAN_DELETION_CONFLICT : PLAN_DELETE_EXTERNAL;
}

enum plan_deletion plan_delete(const struct plan_existence *e) {
  if (!e->deleted_local && !e->gone_external)
    return PLAN_NO_DELETION;
  if (!e->is_comment)
    return gone_ticket(e);
  if (e->deleted_local && (e->gone_external || e->uncreated))
    return PLAN_UNLINK;
  if (!e->may_push && !e->may_pull)
    return PLAN_DELETION_WAITS;
  return e->deleted_local ? deleted_comment(e) : gone_comment(e);
}

const char *plan_deletion_name(enum plan_deletion deletion) {
  static const char *const names[] = {
      [PLAN_DELETE_LOCAL] = "delete_local",
      [PLAN_DELETE_EXTERNAL] = "delete_external",
      [PLAN_RESTORE_LOCAL] = "restore_local",
      [PLAN_RESTORE_EXTERNAL] = "restore_external",
      [PLAN_UNLINK] = "unlink",
      [PLAN_CLOSE_LOCAL] = "close_local",
      [PLAN_NO_DELETION] = "",
      [PLAN_DELETION_WAITS] = "",
      [PLAN_DELETION_CONFLICT] = "",
  };
  return names[deletion];
}
