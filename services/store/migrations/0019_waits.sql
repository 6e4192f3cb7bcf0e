-- Looks at an item that have failed in a row, while others may have been answered: it is parked at last.
alter table fetch_queue add failures integer not null default 0;

-- Since when a mapping waits for the ticket that it names.
alter table awaited_reference add since timestamptz not null default now();

-- Refusals of a credential in a row, each after the pause that the one before brought; until when that pause lasts.
alter table credential add refusals integer not null default 0, add doubted_until timestamptz;

-- Why the tracker takes no writes of the whole project, and until when none is tried.
alter table project add writes_held text, add writes_held_until timestamptz;
