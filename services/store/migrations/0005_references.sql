-- Mappings whose fields name a ticket that is not mapped in the project yet: planned again as soon as it is.
-- word: the ticket's key here, or its external id.
create table awaited_reference (
  project_id bigint not null references project,
  is_key boolean not null,
  word text not null,
  mapping_id bigint not null references mapping,
  primary key (project_id, is_key, word, mapping_id)
);

-- The pair that translates a reference: from a ticket's key (which may have been merged into another) or an external id.
create function reference_pair(project bigint, is_key boolean, word text) returns table (key text, external_id text)
language sql stable as $$
  select word, m.external_id from item k join mapping m on m.item_id = coalesce(k.merged_into, k.id)
    and m.project_id = project and m.external_id is not null and m.state in ('linked', 'parked')
  where is_key and k.number = substring(word from '^T-([0-9]{1,18})$')::bigint
  union all
  select 'T-' || i.number, m.external_id from mapping m join item i on i.id = m.item_id
  where not is_key and (m.external_id, m.kind, m.project_id) = (word, 'ticket', project)
    and m.state in ('linked', 'parked')
$$;
