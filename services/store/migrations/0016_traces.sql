-- Which trace a piece of work belongs to (W3C traceparent): that of whoever caused it, so that what is done minutes later, by
-- another process and after any crash, is told as its consequence. The verb's transaction says it once, by the setting
-- tandem.traceparent, and every row that it adds to a queue has it; absent when nothing is traced. A row that is marked
-- again keeps its first one, as it keeps its first moment.
alter table plan_queue add traceparent text default nullif(current_setting('tandem.traceparent', true), '');
alter table fetch_queue add traceparent text default nullif(current_setting('tandem.traceparent', true), '');
alter table delivery add traceparent text default nullif(current_setting('tandem.traceparent', true), '');
alter table intent add traceparent text default nullif(current_setting('tandem.traceparent', true), '');
-- A session's own: what it pulls belongs to it.
alter table session add traceparent text;

-- Since when the change that a write carries has been known here.
alter table intent add caused_at timestamptz;
