-- A mapping that is forgotten, because what it stands for turns out to be what a creation of ours made, is looked for in these;
-- and so is what a ticket waits for, whenever somebody looks at it.
create index intent_mapping on intent (mapping_id);
create index awaited_reference_mapping on awaited_reference (mapping_id);

-- Whether a webhook told of something that no poll has shown, which each page of a pull asks of its project.
create index hook_change_waiting on hook_change (project_id) where polled_at is null;
