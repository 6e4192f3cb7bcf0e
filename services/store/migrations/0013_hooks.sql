-- Webhooks and their health, one row a project that has a secret for them or is polled less often because of them.
-- state: unknown until an adapter has looked; active: it is there and switched on; refused: it cannot be registered, and
-- reason says why; left: the project was removed and its webhook could not be.
create table project_hook (
  project_id bigint primary key references project,
  state text not null default 'unknown' check (state in ('unknown', 'active', 'refused', 'removed', 'left')),
  reason text,
  url text,
  hook_id text,               -- as the tracker names it
  secret_generation bigint,   -- of the secret that the tracker was given last
  expires_at timestamptz,
  checked_at timestamptz,
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  newest_delivery text,       -- the tracker's list of deliveries is known up to here
  last_delivery_at timestamptz,
  last_failed_at timestamptz, -- a delivery that the tracker could not hand over
  refused_at timestamptz,     -- a delivery whose signature was wrong
  refused bigint not null default 0,
  repaired_at timestamptz,
  told bigint not null default 0,   -- changes that a poll showed and a webhook told, too
  missed bigint not null default 0, -- those that only the poll or a scan showed
  last_missed_at timestamptz,
  poll_s bigint,              -- the interval that is polled at now; null = the project's own
  unsure_since timestamptz    -- since when something was missed that the interval has not answered yet
);

-- Changes that polls showed, waiting a moment for their webhook, and those that webhooks told lately. Few and short-lived.
create table hook_change (
  project_id bigint not null references project,
  kind text not null,
  external_id text not null,
  polled_version bigint,
  polled_at timestamptz,
  told_version bigint,
  told_at timestamptz,
  primary key (external_id, kind, project_id)
);
create index hook_change_polled on hook_change (polled_at) where polled_at is not null;
create index hook_change_told on hook_change (told_at) where polled_at is null;

-- Deliveries that the tracker says have failed and that have not come since: asked for again, five times at most.
create table failed_delivery (
  project_id bigint not null references project,
  delivery_id text not null,  -- the same with every attempt
  attempt_id text not null,   -- of the newest attempt there
  event text,
  status bigint not null,     -- of the answer that the tracker got
  failed_at timestamptz not null,
  asked integer not null default 0,
  next_at timestamptz not null default now(),
  primary key (project_id, delivery_id)
);

-- The hourly look for what is gone there, or was never seen here. Goes on where it stopped.
create table project_scan (
  project_id bigint primary key references project,
  next_at timestamptz not null,
  started_at timestamptz,     -- null: none is on its way
  cursor text,
  attempts integer not null default 0,
  reason text,
  done_at timestamptz,
  found_absent bigint not null default 0,
  found_unseen bigint not null default 0,
  surplus bigint,             -- by how many tickets the tracker's count differs from ours, when that was last looked into
  surplus_seen bigint         -- the difference that was seen once and is to be seen again before it counts
);
create table scan_shown (
  project_id bigint not null references project,
  external_id text not null,
  primary key (project_id, external_id)
);
alter table project add full_wanted boolean not null default false; -- the next poll looks at everything

-- What is mapped and was not seen since: a look at everything that did not show it has it looked at by its id.
create function not_seen_since(project bigint, since timestamptz)
returns table (project_id bigint, kind text, external_id text) stable language sql as $$
  select m.project_id, m.kind, m.external_id from mapping m
  join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)
  where m.project_id = project and m.item_id is not null and m.state <> 'gone' and e.observed_at < since
    and not exists (select from gone_item g where (g.project_id, g.kind, g.external_id) =
      (m.project_id, m.kind, m.external_id) and g.gone is not null)
$$;

create function epoch_ms(moment timestamptz) returns bigint immutable language sql as $$
  select (extract(epoch from moment) * 1000)::bigint
$$;

-- What an adapter would claim now, since when it could, and under which lease.
create view adapter_due as
  select p.id as project_id, 'writes' as what, min(n.next_attempt_at) as since, 'push:' || p.credential as lease
    from intent n join project p on p.id = n.project_id
    where n.state in ('prepared', 'sending', 'unknown') and n.next_attempt_at <= now() group by p.id
  union all
  select project_id, 'webhook deliveries', min(received_at), 'deliver:' || project_id
    from delivery where state = 'pending' group by project_id
  union all
  select project_id, 'single looks', min(next_at), 'fetch:' || project_id
    from fetch_queue where next_at <= now() group by project_id
  union all
  select p.id, 'a pull', greatest(s.started_at, p.pull_next_at), 'pull:' || p.id
    from session s join project p on p.id = s.project_id where s.state = 'running' and not s.pull_done;
