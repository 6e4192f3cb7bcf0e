-- The newest ticket there, which every creation of a ticket notes before it is sent, is found without a look at all that are
-- known; and those of one project are counted without the others. The key is an expression so that no other statement takes
-- this index: in a table without statistics it looks as good as the primary key, and is walked from end to end.
create index external_item_newest on external_item ((case when kind = 'ticket' then project_id end), lpad(external_id, 20, '0'))
  where case when kind = 'ticket' then project_id end is not null;

-- The oldest write that waits, however many were ever done.
create index intent_oldest on intent (id) where state in ('prepared', 'sending', 'unknown');

-- What is to be looked at, in the order in which it is claimed.
drop index fetch_queue_project;
create index fetch_queue_order on fetch_queue (project_id, refused, next_at);
create index fetch_queue_due on fetch_queue (next_at);

-- Never written, never read.
alter table project_hook drop column unsure_since;
