-- What a tracker itself shows to some people only is private here. Once it was shared, its copies in other trackers stay until a
-- person takes them back: such items, and the project whose tracker restricts them, are kept to say so.
alter table external_item add column restricted boolean not null default false;

create table restricted_item (
  item_id bigint primary key references item,
  project_id bigint not null references project,
  at timestamptz not null default now()
);
