-- The store's first schema. Times are timestamptz; contents are jsonb objects of field values (proto/nouns.h).

create table installation (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid(),
  marker_key bytea not null,
  created_at timestamptz not null default now()
);

-- Secrets, encrypted with XChaCha20-Poly1305; quota and pace belong to the credential, because the tracker counts by it.
create table credential (
  name text primary key,
  kind text not null,
  key_id text not null,
  generation bigint not null default 1,
  nonce bytea not null,
  ciphertext bytea not null,
  quota_limit bigint not null default 0,
  quota_remaining bigint not null default 0,
  quota_reset timestamptz,
  blocked_until timestamptz,
  updated_at timestamptz not null default now()
);

-- Token buckets that pace writes, shared by all replicas.
create table rate_bucket (
  credential text not null references credential on delete cascade,
  name text not null,
  capacity double precision not null,
  per_second double precision not null,
  tokens double precision not null,
  updated_at timestamptz not null default now(),
  primary key (credential, name)
);

create table project (
  id bigint generated always as identity primary key,
  name text not null unique,
  system text not null,
  base_url text not null,
  remote text not null,
  credential text not null references credential,
  webhook_credential text references credential,
  direction text not null check (direction in ('push', 'pull', 'bidirectional', 'disabled')),
  strategy text not null check (strategy in ('manual', 'local_wins', 'external_wins', 'newest_wins', 'merge')),
  confirmed_by text,
  privacy_default text not null check (privacy_default in ('local_only', 'shareable', 'public')),
  rules jsonb not null default '[]',
  poll_interval_s bigint not null check (poll_interval_s >= 1),
  state text not null default 'active' check (state in ('active', 'paused', 'failed', 'removed')),
  state_reason text,
  version bigint not null default 1,
  cursor text,
  pull_attempts integer not null default 0,
  pull_next_at timestamptz not null default now(),
  last_sync_at timestamptz,
  next_sync_at timestamptz not null default now(),
  preview_session bigint, -- a dry run is going on: nothing is applied
  -- What comes from outside never overrides by itself: a person has to have said so.
  check (strategy not in ('external_wins', 'newest_wins') or confirmed_by is not null)
);

create sequence ticket_number;

-- A local ticket, or a comment on one (then parent_id is set).
create table item (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('ticket', 'comment')),
  number bigint unique,
  parent_id bigint references item,
  fields jsonb not null,
  times jsonb not null default '{}',
  privacy text not null check (privacy in ('local_only', 'shareable', 'public')),
  origin_project bigint references project,
  author text not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((kind = 'ticket') = (parent_id is null)),
  check ((kind = 'ticket') = (number is not null))
);
create index item_parent on item (parent_id) where parent_id is not null;

create table item_grant (
  item_id bigint not null references item,
  project_id bigint not null references project,
  granted_by text not null,
  granted_at timestamptz not null default now(),
  primary key (item_id, project_id)
);

-- The cache of what is outside. version is the newest one known; fresh: fetched by id since the shadow last moved.
create table external_item (
  project_id bigint not null references project,
  kind text not null,
  external_id text not null,
  parent_external_id text,
  external_key text not null,
  url text not null,
  author text not null,
  version bigint not null,
  hash bytea not null,
  etag text,
  fields jsonb not null,
  extra jsonb not null,
  fresh boolean not null,
  gone text,
  observed_at timestamptz not null default now(),
  -- The most selective column first: a page is looked up by its ids, and no plan can take the project's whole range instead.
  primary key (external_id, kind, project_id)
);

-- Which local item is which external one, and the dual shadow: the pair both sides last agreed on.
-- shadow holds the external values, shadow_local only the local values that differ from them.
create table mapping (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  kind text not null,
  item_id bigint references item,
  external_id text,
  state text not null default 'linked' check (state in ('creating', 'linked', 'parked', 'ignored', 'gone')),
  reason text,
  shadow jsonb not null default '{}',
  shadow_local jsonb not null default '{}',
  op_id uuid,
  unique (external_id, kind, project_id)
);
create unique index mapping_item on mapping (item_id, project_id) where item_id is not null;

-- Mappings to be planned. A new generation with every change of an input: a decision holds only for the one it saw.
create sequence plan_generation;
create table plan_queue (
  mapping_id bigint primary key,
  project_id bigint not null,
  rank smallint not null,
  generation bigint not null default nextval('plan_generation'),
  claimed_until timestamptz not null default '-infinity',
  previewed bigint -- the generation that a dry run has shown
) with (fillfactor = 50);
create index plan_queue_order on plan_queue (rank, generation);

-- External items to be fetched by id.
create table fetch_queue (
  project_id bigint not null references project,
  kind text not null,
  external_id text not null,
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  reason text not null,
  primary key (external_id, kind, project_id)
);

create table session (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  mode text not null check (mode in ('incremental', 'full', 'dry_run')),
  trigger text not null,
  actor text,
  state text not null default 'running' check (state in ('running', 'completed', 'failed')),
  pull_done boolean not null default false,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  seen bigint not null default 0,
  unchanged bigint not null default 0,
  imported bigint not null default 0,
  updated bigint not null default 0,
  created bigint not null default 0,
  pushed bigint not null default 0,
  conflicts bigint not null default 0,
  parked bigint not null default 0,
  api_calls bigint not null default 0,
  error text
);
create unique index session_running on session (project_id) where state = 'running';
create index session_project on session (project_id, id desc);

-- Write-ahead: every write outside stands here before it is tried. `sent` are the local values it would make true.
create table intent (
  id bigint generated always as identity primary key,
  op_id uuid not null unique default gen_random_uuid(),
  project_id bigint not null references project,
  mapping_id bigint not null references mapping,
  item_id bigint not null references item,
  kind text not null,
  change text not null check (change in ('create', 'update')),
  payload_set jsonb not null,
  payload_add jsonb not null,
  payload_remove jsonb not null,
  sent_local jsonb not null,
  expect_hash bytea,
  state text not null default 'prepared'
    check (state in ('prepared', 'sending', 'unknown', 'done', 'parked', 'refused', 'stale', 'superseded')),
  reason text,
  fence bigint,
  attempts integer not null default 0,
  probes integer not null default 0,
  first_probe_at timestamptz,
  first_sent_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  high_water text,
  created_at timestamptz not null default now(),
  done_at timestamptz
);
create unique index intent_unresolved on intent (mapping_id) where state in ('prepared', 'sending', 'unknown');
create index intent_waiting on intent (project_id, next_attempt_at) where state in ('prepared', 'sending', 'unknown');
create index intent_parked on intent (project_id) where state = 'parked';

create table conflict (
  id bigint generated always as identity primary key,
  mapping_id bigint not null references mapping,
  item_id bigint not null references item,
  project_id bigint not null references project,
  field text not null,
  kind text not null,
  state text not null default 'open' check (state in ('open', 'decided', 'resolved', 'superseded')),
  base jsonb not null,
  local jsonb not null,
  external jsonb not null,
  choice text check (choice in ('local', 'external', 'value')),
  value jsonb,
  winner text,
  decided_by text,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  check (state = 'open' or decided_by is not null)
);
create unique index conflict_open on conflict (mapping_id, field) where state in ('open', 'decided');
create index conflict_project on conflict (project_id, id);

-- Every change of a local value: who, when, from what, to what. Nothing is ever lost from here.
create table change_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  item_id bigint not null,
  project_id bigint,
  session_id bigint,
  actor text not null,
  cause text not null,
  field text not null,
  before jsonb,
  after jsonb
);
create index change_log_item on change_log (item_id, id);

-- The event log, in the shape Debezium's outbox router reads. sequence has no holes.
create table event_log (
  sequence bigint primary key,
  id uuid not null,
  source text not null,
  type text not null,
  aggregatetype text not null,
  aggregateid text not null,
  partitionkey text not null,
  traceparent text,
  time timestamptz not null default now(),
  payload jsonb not null
);
-- Events of other services, taken once.
create table event_received (
  id text primary key,
  at timestamptz not null default now()
);
create index event_received_age on event_received (at);

create table lease (
  resource text primary key,
  owner text not null,
  fence bigint not null,
  until timestamptz not null
);

create table delivery (
  id bigint generated always as identity primary key,
  project_id bigint not null references project,
  delivery_id text not null,
  event text not null,
  body bytea not null,
  state text not null default 'pending' check (state in ('pending', 'done', 'poison')),
  attempts integer not null default 0,
  reason text,
  received_at timestamptz not null default now(),
  unique (project_id, delivery_id)
);
create index delivery_pending on delivery (project_id, id) where state = 'pending';

-- Replies of verbs that must not be done twice.
create table request (
  client text not null,
  request bigint not null,
  reply bytea not null,
  at timestamptz not null default now(),
  primary key (client, request)
);
create index request_age on request (at);

-- What left, when, where and under which rule.
create table egress (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  intent_id bigint not null,
  item_id bigint not null,
  project_id bigint not null,
  fields text[] not null,
  rule text not null,
  content_hash bytea not null
);
create index egress_item on egress (item_id, id);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  previous bytea,
  hash bytea not null
);

-- What could be planned: nothing of the mapping is on its way out or to be fetched first, and a comment's ticket is there
-- on the other side.
create view ready_to_plan as
  select q.mapping_id, q.project_id, q.rank, q.generation, q.claimed_until, q.previewed, p.state, p.preview_session
  from plan_queue q
  join project p on p.id = q.project_id
  join mapping m on m.id = q.mapping_id and m.state in ('creating', 'linked', 'parked')
  where not exists (select from intent n
                    where n.mapping_id = q.mapping_id and n.state in ('prepared', 'sending', 'unknown'))
    and not exists (select from fetch_queue f
                    where (f.project_id, f.kind, f.external_id) = (m.project_id, m.kind, m.external_id))
    and case
          when m.kind = 'ticket' or (m.item_id is not null and m.external_id is not null) then true
          when m.item_id is null then exists (
            select from mapping pm where pm.project_id = m.project_id and pm.kind = 'ticket' and pm.item_id is not null
              and pm.external_id = (select e.parent_external_id from external_item e
                                    where (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)))
          else exists (
            select from mapping pm where pm.project_id = m.project_id and pm.external_id is not null
              and pm.item_id = (select i.parent_id from item i where i.id = m.item_id))
        end;

create view plannable as
  select * from ready_to_plan where state = 'active' and preview_session is null;

-- In a dry run every ready mapping is planned once, and nothing is applied.
create view previewable as
  select r.* from ready_to_plan r join session s on s.id = r.preview_session and s.state = 'running' and s.pull_done
  where r.previewed is distinct from r.generation;

-- What a dry run found: one row a field.
create table preview (
  id bigint generated always as identity primary key,
  session_id bigint not null references session,
  mapping_id bigint not null,
  action text not null check (action in ('import', 'pull', 'create', 'push', 'conflict')),
  field text not null,
  value jsonb not null
);
create index preview_session on preview (session_id, id);

-- The privacy gate's one rule: under which rule an item may leave for a project, or null. A comment is at most as public
-- as its ticket; what was written in a project may go back there.
create function leave_rule(item bigint, project bigint) returns text stable language sql as $$
  select case
           when i.privacy = 'local_only' or t.privacy = 'local_only' then null
           when i.privacy = 'public' and t.privacy = 'public' then 'public'
           when t.origin_project = project then 'origin'
           when t.privacy = 'public' and i.origin_project = project then 'origin'
           when exists (select from item_grant g where g.item_id = t.id and g.project_id = project) then 'grant'
         end
  from item i join item t on t.id = coalesce(i.parent_id, i.id) where i.id = item
$$;
