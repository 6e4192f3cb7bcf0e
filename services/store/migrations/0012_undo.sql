-- Undoing a session, and taking back what is outside.

-- undo_cursor: the items from here on (by falling id) are still to be looked at; null = all were.
alter table session
  add undoes bigint references session,
  add undo_cursor bigint,
  drop constraint session_mode_check,
  add constraint session_mode_check check (mode in ('incremental', 'full', 'dry_run', 'apply', 'undo')),
  add check ((mode = 'undo') = (undoes is not null));

-- What a session did: its changes of local values, and its writes outside.
create index change_log_session on change_log (session_id, item_id) where session_id is not null;
alter table intent
  add session_id bigint references session, -- the one in which it was done; until then, the one that decided it
  add purpose text check (purpose in ('undo', 'retract')), -- a withdrawal: it takes back what is outside
  add left_out text; -- of a withdrawal: why the tracker did not take all of it
create index intent_session on intent (session_id, item_id) where session_id is not null;

-- What an undo did, item by item. before, after: what the field held, and what it holds since.
create table undo_item (
  id bigint generated always as identity primary key,
  session_id bigint not null references session,
  item_id bigint not null references item,
  mapping_id bigint,
  intent_id bigint references intent, -- the outcome is not known before it is done
  action text not null check (action in ('restore', 'cancel', 'delete', 'return', 'close', 'reopen')),
  field text,
  outcome text not null check (outcome in ('done', 'conflict', 'kept')),
  reason text,
  before jsonb not null default '{}',
  after jsonb not null default '{}'
);
create index undo_item_session on undo_item (session_id, id);

-- Conflicts that stop nothing may stand beside others of their field: a value that our write replaced unseen, and one
-- that moved since the session that is undone.
alter table conflict add freezes boolean not null generated always as (kind not in ('overwritten', 'undo')) stored;
drop index conflict_open;
create unique index conflict_open on conflict (mapping_id, field) where state in ('open', 'decided') and freezes;

-- Who else changed an item, or of a ticket its comments, since a session did, for people; null = it is as the session
-- left it. What was changed back does not count.
create function moved_since(item bigint, session bigint, since bigint) returns text stable language sql as $$
  select string_agg(distinct case when t.field = '*' then t.cause else t.field end || ' by ' || t.actor, ', ') from (
    select distinct on (l.item_id, l.field) l.field, l.cause, l.actor, l.before -> l.field as before,
      i.fields -> l.field as now
    from item i join change_log l on l.item_id = i.id
    where (i.id = $1 or i.parent_id = $1) and i.deleted_at is null and l.id > since
      and l.session_id is distinct from session and (l.field <> '*' or l.cause in ('created', 'import', 'link'))
    order by l.item_id, l.field, l.id) t
  where t.field = '*' or nullif(nullif(t.before, '""'), '[]') is distinct from nullif(nullif(t.now, '""'), '[]')
$$;
