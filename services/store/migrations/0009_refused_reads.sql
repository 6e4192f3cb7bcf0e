-- What was looked at and cannot be read, though it was never here: it has no mapping that could be parked.
alter table fetch_queue add id bigint generated always as identity, add refused boolean not null default false;
create view unread as select f.* from fetch_queue f where f.refused and not exists (
  select from mapping m where (m.project_id, m.kind, m.external_id) = (f.project_id, f.kind, f.external_id));
