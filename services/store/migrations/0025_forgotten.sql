-- A mapping that is forgotten, because what it stands for turns out to be what a creation of ours made, is looked for in these;
-- and so is what a ticket waits for, whenever somebody looks at it.
create index intent_mapping on intent (mapping_id);
create index awaited_reference_mapping on awaited_reference (mapping_id);
