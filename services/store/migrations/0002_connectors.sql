-- What more than one kind of tracker needs: the connector's own settings, and fields that are kept in step only when listed.

alter table project
  add options jsonb not null default '{}',
  add listed_only boolean not null default false;
