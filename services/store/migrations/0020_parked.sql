-- A decision replaces what was parked for its mapping: found without a look at all that is parked in the project.
create index intent_parked_mapping on intent (mapping_id) where state = 'parked';
