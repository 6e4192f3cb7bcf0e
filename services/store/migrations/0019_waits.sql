-- Looks at an item that have failed in a row, while others may have been answered: it is parked at last.
alter table fetch_queue add failures integer not null default 0;
