-- What is outside, and what went there, is told of each thing that was made there, also when its mapping stands for a later one.
alter table intent
  add external_id text, -- of a creation: what it made
  add unanswered boolean not null default false, -- of a creation: it was sent, and whether it arrived is not known
  add taken_back boolean not null default false; -- of a creation: a retraction has blanked or deleted what it made
alter table egress add external_id text; -- what the write was to; null = it was to be made, and the creation knows what came of it

update intent n set external_id = m.external_id, taken_back = m.state = 'gone' and m.reason is not distinct from 'retracted'
  from mapping m where m.id = n.mapping_id and m.op_id = n.op_id and m.external_id is not null and n.change = 'create';
update intent set unanswered = true
  where change = 'create' and external_id is null and first_sent_at is not null and state in ('sending', 'unknown', 'parked');
update egress g set external_id = m.external_id from mapping m
  where m.id = g.mapping_id and m.external_id is not null
    and (m.op_id is null or g.intent_id >= (select n.id from intent n where n.op_id = m.op_id));

-- What was made twice there: the second is set aside, under the name of its creation.
create index mapping_duplicate on mapping (reason) where item_id is null and state = 'ignored';

-- As before; who may see a ticket is no value that a session wrote.
create or replace function moved_since(item bigint, session bigint, since bigint) returns text stable language sql as $$
  select string_agg(distinct case when t.field = '*' then t.cause else t.field end || ' by ' || t.actor, ', ') from (
    select distinct on (l.item_id, l.field) l.field, l.cause, l.actor, l.before -> l.field as before,
      i.fields -> l.field as now
    from (select $1 as id union all select id from item where parent_id = $1) f join item i on i.id = f.id
      join change_log l on l.item_id = i.id
    where i.deleted_at is null and l.id > since and l.cause <> 'share'
      and l.session_id is distinct from session and (l.field <> '*' or l.cause in ('created', 'import', 'link'))
    order by l.item_id, l.field, l.id) t
  where t.field = '*' or nullif(nullif(t.before, '""'), '[]') is distinct from nullif(nullif(t.now, '""'), '[]')
$$;
