-- How much there is to do for each who looks, and from when on there is more (agenda.h). Moments are rounded up: what is due a part of a
-- millisecond from now is not due yet.

create function sim_is_plannable(mapping bigint) returns bool stable language plpgsql as
$$begin return exists (select from plannable where mapping_id = mapping); end$$;

-- Whoever plans, and whoever plans for dry runs.
create function sim_planning(moment timestamptz, out due bigint, out next_ms bigint, out previews bool) stable language plpgsql as $$
declare later timestamptz;
begin
  due := 0;
  if exists (select from plan_queue) then
    select count(*) filter (where q.claimed_until <= moment), min(q.claimed_until) filter (where q.claimed_until > moment)
      into due, later from plan_queue q where sim_is_plannable(q.mapping_id);
    next_ms := ceil(extract(epoch from later) * 1000);
  end if;
  previews := exists (select from project where preview_session is not null);
end$$;

-- Whether nothing is left of a session that has pulled.
create function sim_is_over(project bigint, is_dry_run bool) returns bool stable language plpgsql as $$
begin
  return not exists (select from delivery d where d.project_id = project and d.state = 'pending')
    and not exists (select from fetch_queue f where f.project_id = project and f.attempts < 3)
    and not exists (select from intent n where n.project_id = project and n.state in ('prepared', 'sending', 'unknown'))
    and (is_dry_run or not exists (select from plan_queue q where q.project_id = project and sim_is_plannable(q.mapping_id)));
end$$;

create function sim_scheduling(moment timestamptz, out due bigint, out next_ms bigint) stable language plpgsql as $$
declare
  first timestamptz;
  later timestamptz;
begin
  select min(p.next_sync_at), min(p.next_sync_at) filter (where p.next_sync_at > moment) into first, later from project p
    where p.state = 'active' and not exists (select from session s where s.project_id = p.id and s.state = 'running');
  due := (coalesce(first <= moment, false) or exists (select from sync_plan) or exists (select from session where undo_cursor is not null)
    or exists (select from session s where s.state = 'running' and s.pull_done and sim_is_over(s.project_id, s.mode = 'dry_run')))::int;
  next_ms := ceil(extract(epoch from later) * 1000);
end$$;

-- One kind of an adapter's work in a project: from `first` on, the next of it at `later`, and nobody before `held`.
create function sim_kind(moment timestamptz, first timestamptz, later timestamptz, held timestamptz, resource text, out due int, out at timestamptz)
stable language plpgsql as $$
begin
  held := greatest(held, (select l.until from lease l where l.resource = sim_kind.resource));
  due := (first <= moment and held <= moment)::int;
  at := case when held > moment then greatest(first, held) else later end;
end$$;

create function sim_adapting(moment timestamptz, adapter text, out due bigint, out next_ms bigint) stable language plpgsql as $$
declare
  p record;
  first timestamptz;
  later timestamptz;
  kind record;
  soonest timestamptz := 'infinity';
begin
  due := 0;
  for p in select o.id, o.credential, o.pull_next_at, greatest(c.blocked_until, 'epoch') as held
      from project o join credential c on c.name = o.credential where o.state = 'active' and o.system = adapter loop
    select min(n.next_attempt_at), min(n.next_attempt_at) filter (where n.next_attempt_at > moment) into first, later
      from intent n where n.project_id = p.id and n.state in ('prepared', 'sending', 'unknown');
    if first is not null then
      kind := sim_kind(moment, first, later, p.held, 'push:' || p.credential);
      due := due + kind.due;
      soonest := least(soonest, kind.at);
    end if;
    if exists (select from delivery d where d.project_id = p.id and d.state = 'pending') then
      kind := sim_kind(moment, 'epoch', null, p.held, 'deliver:' || p.id);
      due := due + kind.due;
      soonest := least(soonest, kind.at);
    end if;
    select min(f.next_at), min(f.next_at) filter (where f.next_at > moment) into first, later from fetch_queue f where f.project_id = p.id;
    if first is not null then
      kind := sim_kind(moment, first, later, p.held, 'fetch:' || p.id);
      due := due + kind.due;
      soonest := least(soonest, kind.at);
    end if;
    if exists (select from session s where s.project_id = p.id and s.state = 'running' and not s.pull_done) then
      kind := sim_kind(moment, p.pull_next_at, case when p.pull_next_at > moment then p.pull_next_at end, p.held, 'pull:' || p.id);
      due := due + kind.due;
      soonest := least(soonest, kind.at);
    end if;
  end loop;
  if soonest < 'infinity' then
    next_ms := ceil(extract(epoch from soonest) * 1000);
  end if;
end$$;
