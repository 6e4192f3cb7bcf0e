-- As which version an update's target was seen before the update was sent: what the tracker's history shows after that is
-- newer than the look. Null: it was sent before this was kept.
alter table intent add seen_version bigint;
