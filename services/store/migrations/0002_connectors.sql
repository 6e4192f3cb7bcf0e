-- What more than one kind of tracker needs: the connector's own settings, and fields that are kept in step only when listed.

alter table project
  add options jsonb not null default '{}',
  add listed_only boolean not null default false;

-- A project that takes the tickets of others: what comes to be in the followed project is shared with it and created
-- there too, unless it is local_only. A person stands for it.
create table project_follow (
  project_id bigint not null references project,
  followed_id bigint not null references project,
  granted_by text not null,
  granted_at timestamptz not null default now(),
  primary key (project_id, followed_id),
  check (project_id <> followed_id)
);
create index project_follow_followed on project_follow (followed_id);

-- Two tickets that were found to be the same are one: the key of the other still leads to it.
alter table item add merged_into bigint references item;
create index item_merged on item (merged_into) where merged_into is not null;
