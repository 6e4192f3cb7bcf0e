-- How far the tracker's clock is ahead of ours, as the dates of its answers tell, and when that was last told. For times of
-- changes there, which are on the tracker's clock.
alter table project add clock_ahead_ms bigint not null default 0, add clock_told_ms bigint not null default 0;
