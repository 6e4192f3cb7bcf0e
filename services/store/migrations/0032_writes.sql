-- Which write goes first: what a person does before what was observed, and of each the changes before what is new.
alter table intent add column rank smallint not null default 2;
drop index intent_oldest;
create index intent_first on intent (rank, id) where state in ('prepared', 'sending', 'unknown');
