-- Since when something waits, so that the lag can be told. A row keeps its first moment however often it is marked again.
alter table plan_queue add queued_at timestamptz not null default now();
alter table fetch_queue add queued_at timestamptz not null default now();

-- A person put it back: its days count from then.
alter table intent add retried_at timestamptz;

-- How fast writes went lately.
create index intent_done on intent (project_id, done_at) where state = 'done';
create index delivery_poison on delivery (project_id) where state = 'poison';

-- Calls ever made with it.
alter table credential add api_calls bigint not null default 0;

-- What a dry run found, as a plan that can be applied as it is: one step a mapping with the whole decision, and what both
-- sides were when it was made, field by field as digests, so that it can be told what moved.
create table sync_plan (
  id bigint generated always as identity primary key,
  session_id bigint not null unique references session,
  project_id bigint not null references project,
  hash bytea not null,
  head bigint not null, -- the newest plan_generation when it was made
  state text not null default 'open' check (state in ('open', 'applying', 'applied', 'moved', 'superseded', 'expired')),
  reason text,
  decided_by text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days'
);
create index sync_plan_open on sync_plan (project_id) where state in ('open', 'applying');

create table sync_plan_step (
  session_id bigint not null references session,
  mapping_id bigint not null,
  generation bigint not null,
  settings_version bigint not null,
  outcome text not null, -- JSON, proto/nouns.h: plan_outcome
  here jsonb,
  there jsonb,
  shadow text not null,
  primary key (session_id, mapping_id)
);

-- Values are compared by digest: a step does not keep the texts a second time.
create function field_digests(fields jsonb) returns jsonb immutable language sql as $$
  select coalesce(jsonb_object_agg(key, md5(value::text)), '{}') from jsonb_each(fields)
$$;
create function moved_fields(before jsonb, after jsonb) returns text immutable language sql as $$
  select string_agg(key, ', ' order by key) from (select jsonb_object_keys(before || after) as key) k
  where before -> key is distinct from after -> key
$$;

alter table session drop constraint session_mode_check;
alter table session add constraint session_mode_check check (mode in ('incremental', 'full', 'dry_run', 'apply'));

-- What the field was, and members that come and go apart.
alter table preview add before jsonb;
alter table preview drop constraint preview_action_check;
alter table preview add constraint preview_action_check
  check (action in ('import', 'pull', 'create', 'push', 'add', 'remove', 'conflict'));

-- While a plan is being applied nothing is planned: first the other side is looked at.
create or replace view previewable as
  select r.* from ready_to_plan r join session s on s.id = r.preview_session and s.state = 'running' and s.pull_done
    and s.mode = 'dry_run'
  where r.previewed is distinct from r.generation;
