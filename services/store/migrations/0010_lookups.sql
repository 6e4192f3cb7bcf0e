-- As before, but looked up from the queue, row by row in its order (lateral, offset 0): without statistics, as in a database
-- that has just been made, the planner would rather start from all mappings, and a claim would cost what the project holds.
create or replace view ready_to_plan as
  select q.mapping_id, q.project_id, q.rank, q.generation, q.claimed_until, q.previewed, p.state, p.preview_session
  from plan_queue q
  cross join lateral (select p.state, p.preview_session from project p where p.id = q.project_id offset 0) p
  cross join lateral (select m.id, m.project_id, m.kind, m.external_id, m.item_id from mapping m
                      where m.id = q.mapping_id and m.state in ('creating', 'linked', 'parked') offset 0) m
  where not exists (select from intent n
                    where n.mapping_id = q.mapping_id and n.state in ('prepared', 'sending', 'unknown') offset 0)
    and not exists (select from fetch_queue f
                    where (f.project_id, f.kind, f.external_id) = (m.project_id, m.kind, m.external_id) offset 0)
    and not exists (select from gone_item g
                    where (g.project_id, g.kind, g.external_id) = (m.project_id, m.kind, m.external_id)
                      and g.gone is not null and (m.item_id is null or not g.sure or exists (
                        select from external_item e join fetch_queue f on (f.project_id, f.kind, f.external_id) =
                          (e.project_id, 'ticket', e.parent_external_id)
                        where (e.project_id, e.kind, e.external_id) = (g.project_id, g.kind, g.external_id))) offset 0)
    and (m.kind = 'ticket' or m.item_id is null or not exists (
          select from mapping pm join gone_item g on (g.project_id, g.kind, g.external_id) =
            (pm.project_id, pm.kind, pm.external_id) and g.gone is not null
          where pm.project_id = m.project_id and pm.item_id = (select i.parent_id from item i where i.id = m.item_id)))
    and case
          when m.kind = 'ticket' or (m.item_id is not null and m.external_id is not null) then true
          when m.item_id is null then exists (
            select from mapping pm where pm.project_id = m.project_id and pm.kind = 'ticket' and pm.item_id is not null
              and pm.external_id = (select e.parent_external_id from external_item e
                                    where (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)))
          else exists (
            select from mapping pm where pm.project_id = m.project_id and pm.external_id is not null
              and pm.item_id = (select i.parent_id from item i where i.id = m.item_id))
        end;

-- So that nothing that people ask for, or that is done every few seconds, reads all of a table that grows.
create index mapping_parked on mapping (project_id) where state = 'parked';
create index conflict_mapping on conflict (mapping_id);
create index delivery_done on delivery (received_at) where state = 'done';
