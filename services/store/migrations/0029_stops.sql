-- What has stopped because too much was gone goes on by a person's word alone: no setting, session or pause takes it up.
update project set state = 'failed', state_reason = 'very much was gone there within an hour; nothing was decided about it. '
    'Look there first; if it is right: tandem projects resume ' || name
  where gone_paused and state not in ('failed', 'removed');
alter table project add constraint project_gone_paused check (not gone_paused or state in ('failed', 'removed'));

-- What went together is looked for by when it was first missed.
create index gone_item_first on gone_item (project_id, least(gone_at, told_at));
drop index gone_item_project;
