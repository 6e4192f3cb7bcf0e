-- A field, like its project, lets outside changes override local ones only when a named person stands for it.
alter table project add check (confirmed_by <> '');
alter table project add check (confirmed_by is not null or not jsonb_path_exists(rules,
  '$[*] ? (@.strategy == "external_wins" || @.strategy == "newest_wins")'));

-- Who changed the local side, and when both sides were changed, as it was when the conflict was found.
alter table conflict add local_by text, add local_at timestamptz, add external_at timestamptz;
create index conflict_item on conflict (item_id, id);
-- What waits for a person, however much was ever decided.
create index conflict_waiting on conflict (id) where state in ('open', 'decided');
create index conflict_waiting_project on conflict (project_id, created_at) where state in ('open', 'decided');
