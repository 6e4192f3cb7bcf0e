/* The privacy gate's one rule, as an SQL expression: under which rule an item may leave for a project ("public",
 * "origin", "grant"), or null. A comment is at most as public as its ticket; what was written in a project may go back
 * there.
 *
 * As text, because PostgreSQL plans the body of a function anew in every statement that calls it, which costs more than
 * all the rest of the statement. */
#ifndef STORE_LEAVE_RULE_H
#define STORE_LEAVE_RULE_H

#define LEAVE_RULE(item_id, project_id)                                                     \
  "(select case when own.privacy = 'local_only' or whole.privacy = 'local_only' then null " \
  "when own.privacy = 'public' and whole.privacy = 'public' then 'public' "                 \
  "when whole.origin_project = " project_id " then 'origin' "                               \
  "when whole.privacy = 'public' and own.origin_project = " project_id " then 'origin' "    \
  "when exists (select from item_grant granted where granted.item_id = whole.id "           \
  "and granted.project_id = " project_id ") then 'grant' end "                              \
  "from item own join item whole on whole.id = coalesce(own.parent_id, own.id) where own.id = " item_id ")"

#endif
