-- The deliveries that are read next are the first in this order, however many wait behind them.
create index delivery_next on delivery (project_id, attempts, id) where state = 'pending';
