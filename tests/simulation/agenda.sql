-- How much there is to do for each who looks, and from when on there is more (agenda.h). Moments are rounded up: what is due a part of a
-- millisecond from now is not due yet.

create function sim_is_plannable(mapping bigint) returns bool stable language plpgsql as
$$begin return exists (select from plannable where mapping_id = mapping); end$$;

-- Whoever plans, and whoever plans for dry runs.
create function sim_planning(moment timestamptz) returns table (due bigint, next_ms bigint, previews bool) stable
language sql as $$
select count(*) filter (where q.claimed_until <= moment),
  ceil(extract(epoch from min(q.claimed_until) filter (where q.claimed_until > moment)) * 1000)::bigint,
  exists (select from project where preview_session is not null)
from plan_queue q where sim_is_plannable(q.mapping_id)
$$;

-- Whether nothing is left of a session that has pulled.
create function sim_is_over(project bigint, is_dry_run bool) returns bool stable language plpgsql as $$
begin
  return not exists (select from delivery d where d.project_id = project and d.state = 'pending')
    and not exists (select from fetch_queue f where f.project_id = project and f.attempts < 3)
    and not exists (select from intent n where n.project_id = project and n.state in ('prepared', 'sending', 'unknown'))
    and (is_dry_run or not exists (select from plan_queue q where q.project_id = project and sim_is_plannable(q.mapping_id)));
end$$;

create function sim_scheduling(moment timestamptz) returns table (due int, next_ms bigint) stable language sql as $$
select (coalesce(min(p.next_sync_at) <= moment, false) or exists (select from sync_plan) or exists (select from session
    where undo_cursor is not null) or exists (select from session s where s.state = 'running' and s.pull_done and
    sim_is_over(s.project_id, s.mode = 'dry_run')))::int,
  ceil(extract(epoch from min(p.next_sync_at) filter (where p.next_sync_at > moment)) * 1000)::bigint
from project p
where p.state = 'active' and not exists (select from session s where s.project_id = p.id and s.state = 'running' offset 0)
$$;

-- For each kind of work of each of its projects: from `first` on, the next of it at `later`, and nobody before `held`.
create function sim_adapting(moment timestamptz, adapter text) returns table (due bigint, next_ms bigint) stable language sql as $$
select count(*) filter (where k.first <= moment and h.held <= moment),
  ceil(extract(epoch from min(case when h.held > moment then greatest(k.first, h.held) else k.later end)) * 1000)::bigint
from project o join credential c on c.name = o.credential,
lateral (
  select 'push:' || o.credential, min(n.next_attempt_at), min(n.next_attempt_at) filter (where n.next_attempt_at > moment)
    from intent n where n.project_id = o.id and n.state in ('prepared', 'sending', 'unknown')
  union all (select 'deliver:' || o.id, 'epoch', null from delivery d where d.project_id = o.id and d.state = 'pending' limit 1)
  union all select 'fetch:' || o.id, min(f.next_at), min(f.next_at) filter (where f.next_at > moment) from fetch_queue f
    where f.project_id = o.id
  union all select 'pull:' || o.id, o.pull_next_at, case when o.pull_next_at > moment then o.pull_next_at end from session s
    where s.project_id = o.id and s.state = 'running' and not s.pull_done) k(resource, first, later),
lateral (select greatest(c.blocked_until, 'epoch', (select l.until from lease l where l.resource = k.resource)) as held offset 0) h
where o.state = 'active' and o.system = adapter and k.first is not null
$$;

-- The same where adapters see to webhooks, or look which tickets are there. That waits while a session pulls.
create function sim_adapting_all(moment timestamptz, adapter text, hooks bool, scans bool) returns table (due bigint, next_ms bigint) stable
language sql as $$
select sum(a.due)::bigint, min(a.next_ms) from (
  select * from sim_adapting(moment, adapter)
  union all
  select count(*) filter (where k.first <= moment and h.held <= moment),
    ceil(extract(epoch from min(greatest(k.first, h.held)) filter (where k.first > moment or h.held > moment)) * 1000)::bigint
  from project o join credential c on c.name = o.credential,
  lateral (
    select 'hook:' || o.id, q.due_at from project_hook q where hooks and q.project_id = o.id
    union all select 'scan:' || o.id, case when exists (select from session s where s.project_id = o.id and s.state = 'running'
      and not s.pull_done) then greatest(q.next_at, moment + interval '5 seconds') else q.next_at end from project_scan q
      where scans and q.project_id = o.id) k(resource, first),
  lateral (select greatest(c.blocked_until, 'epoch', (select l.until from lease l where l.resource = k.resource)) as held offset 0) h
  where o.state = 'active' and o.system = adapter) a
$$;
