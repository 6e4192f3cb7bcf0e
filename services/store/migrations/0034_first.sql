-- The writes that go next are the first in this order, however many of other projects wait.
drop index intent_first;
create index intent_next on intent (project_id, rank, id) where state in ('prepared', 'sending', 'unknown');
create index intent_sending on intent (project_id) where state = 'sending';

-- What is looked at next is found by fetch_queue_order.
drop index fetch_queue_due;
