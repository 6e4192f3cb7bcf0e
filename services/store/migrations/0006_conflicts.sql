-- Conflicts that a write outside brings to light: a value that the tracker refuses, with its reason, and somebody's value
-- that the write replaced unseen. The latter freezes nothing, so it may stand beside another conflict of the field.
alter table conflict add reason text;
drop index conflict_open;
create unique index conflict_open on conflict (mapping_id, field)
  where state in ('open', 'decided') and kind <> 'overwritten';
