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
