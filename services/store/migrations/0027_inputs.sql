-- A step keeps all that it was decided on, as digests by name, and not only the fields and the shadow. What older plans keep tells
-- too little of what has moved.
update sync_plan set state = 'superseded', reason = 'made by an older tandem' where state = 'open';
alter table sync_plan_step drop here, drop there, drop shadow, add inputs jsonb not null default '{}';
drop function field_digests(jsonb);
drop function moved_fields(jsonb, jsonb);
