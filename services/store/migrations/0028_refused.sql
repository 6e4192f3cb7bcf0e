-- What the local side of a field was when a part of it was sent: should the tracker refuse that, it is what the refusal is about.
alter table intent add seen_local jsonb not null default '{}';
