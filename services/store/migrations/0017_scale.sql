-- What people ask for and what is done every few seconds costs what is due, not what exists, with ten thousand projects and
-- years of history.

-- Stable as what it calls: as an immutable one it could not be inlined, and was called for every row.
create or replace function epoch_ms(moment timestamptz) returns bigint stable language sql as $$
  select (extract(epoch from moment) * 1000)::bigint
$$;

-- The tickets and comments of a project are counted without reading them.
create index mapping_counted on mapping (project_id, kind) where item_id is not null;

-- Which projects are due, and which is next.
create index project_due on project (next_sync_at) where state = 'active' and direction <> 'disabled';
-- What of a project waits to be planned or looked at: of one session among a thousand.
create index plan_queue_project on plan_queue (project_id);
create index fetch_queue_project on fetch_queue (project_id);
-- Which projects share a credential.
create index project_credential on project (credential);
create index credential_expires on credential (expires_at) where expires_at is not null;
create index credential_previous on credential (proven_at) where previous_nonce is not null;

create index failed_delivery_age on failed_delivery (failed_at);

-- When everything was last looked at: by a full session, or by the first one. Of sessions that are deleted, too.
alter table project add full_sync_at timestamptz;
update project p set full_sync_at = greatest(
  (select max(s.finished_at) from session s where s.project_id = p.id and s.state = 'completed' and s.mode = 'full'),
  (select s.finished_at from session s where s.project_id = p.id and s.state = 'completed' order by s.id limit 1));

-- Every project that is pulled has its row from the beginning; the tick looked for those without.
insert into project_hook (project_id) select id from project where state <> 'removed' and direction in ('pull', 'bidirectional')
  on conflict do nothing;
insert into project_scan (project_id, next_at) select p.id, now() + (p.id * 2654435761 % 3600) * interval '1 second' from project p
  where state <> 'removed' and direction in ('pull', 'bidirectional') and last_sync_at is not null on conflict do nothing;

-- Plans that have ended and whose steps are still to be cleared away.
alter table sync_plan add cleared boolean not null default false;
update sync_plan p set cleared = not exists (select from sync_plan_step t where t.session_id = p.session_id);
create index sync_plan_to_clear on sync_plan (session_id) where not cleared and state not in ('open', 'applying');
create index sync_plan_expires on sync_plan (expires_at) where state = 'open';

-- Retention (docs/adr/0025-what-is-kept.md). What left is told by its mapping, also when the write itself is deleted.
alter table egress add mapping_id bigint;
update egress g set mapping_id = n.mapping_id from intent n where n.id = g.intent_id;

-- Sessions that have ended, by their age; what refers to a session or a write, so that it can be deleted.
create index session_ended on session (finished_at, id) where state <> 'running';
alter table session add forgotten boolean not null default false; -- it is being deleted, and cannot be undone any more
create index session_undoes on session (undoes) where undoes is not null;
create index undo_item_intent on undo_item (intent_id) where intent_id is not null;
-- Writes that ended without a session.
create index intent_ended on intent (greatest(created_at, retried_at, done_at))
  where session_id is null and change <> 'create' and state in ('done', 'refused', 'stale', 'superseded');

-- The event log loses only its beginning, and never its newest event, by which the next one is numbered. The store may not
-- delete from it otherwise, and not at all what is younger than a day.
create function forget_events(before timestamptz, most bigint) returns bigint language plpgsql security definer as $$
declare first bigint; kept bigint; deleted bigint;
begin
  select min(sequence), max(sequence) into first, kept from event_log;
  select coalesce(min(e.sequence), least(kept, first + most)) into kept from (
    select sequence, time from event_log where sequence >= first order by sequence limit most) e
    where e.time >= least(before, now() - interval '1 day') or e.sequence = kept;
  delete from event_log where sequence < kept;
  get diagnostics deleted = row_count;
  return deleted;
end $$;
do $$
begin
  execute format('alter function forget_events(timestamptz, bigint) set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function forget_events(timestamptz, bigint) from public;

-- As before, and forget_events().
create or replace function grant_to_store() returns void language plpgsql as $$
declare schema_name text := current_schema();
begin
  execute format('revoke all on all tables in schema %I from tandem_store', schema_name);
  execute format('grant usage on schema %I to tandem_store', schema_name);
  execute format('grant select, insert, update, delete on all tables in schema %I to tandem_store', schema_name);
  execute format('grant usage, select on all sequences in schema %I to tandem_store', schema_name);
  revoke update, delete on audit, egress, event_log, change_log from tandem_store;
  revoke insert, update, delete on schema_version from tandem_store;
  revoke insert, delete on installation from tandem_store;
  grant execute on function forget_events(timestamptz, bigint) to tandem_store;
end $$;
