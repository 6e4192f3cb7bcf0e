-- A mapping that is forgotten, because what it stands for turns out to be what a creation of ours made, is looked for in these;
-- and so is what a ticket waits for, whenever somebody looks at it.
create index intent_mapping on intent (mapping_id);
create index awaited_reference_mapping on awaited_reference (mapping_id);

-- Whether a webhook told of something that no poll has shown, which each page of a pull asks of its project.
create index hook_change_waiting on hook_change (project_id) where polled_at is null;

-- Whose work is passed over: projects that rest.
create index project_resting on project (id) where state in ('paused', 'failed');

-- As before; a ticket and its comments are two lookups, so that neither is a walk through all tickets.
create or replace function moved_since(item bigint, session bigint, since bigint) returns text stable language sql as $$
  select string_agg(distinct case when t.field = '*' then t.cause else t.field end || ' by ' || t.actor, ', ') from (
    select distinct on (l.item_id, l.field) l.field, l.cause, l.actor, l.before -> l.field as before,
      i.fields -> l.field as now
    from (select $1 as id union all select id from item where parent_id = $1) f join item i on i.id = f.id
      join change_log l on l.item_id = i.id
    where i.deleted_at is null and l.id > since
      and l.session_id is distinct from session and (l.field <> '*' or l.cause in ('created', 'import', 'link'))
    order by l.item_id, l.field, l.id) t
  where t.field = '*' or nullif(nullif(t.before, '""'), '[]') is distinct from nullif(nullif(t.now, '""'), '[]')
$$;
