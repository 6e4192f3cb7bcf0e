-- As before, and what waits to be taken is looked for, too: what somebody deleted before that, and no webhook told of, was
-- imported, and sent to the other trackers.
create or replace function not_seen_since(project bigint, since timestamptz)
returns table (project_id bigint, kind text, external_id text) stable language sql as $$
  select m.project_id, m.kind, m.external_id from mapping m
  join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)
  where m.project_id = project and m.state <> 'gone' and e.observed_at < since
    and (m.item_id is not null or exists (select from plan_queue q where q.mapping_id = m.id))
    and not exists (select from gone_item g where (g.project_id, g.kind, g.external_id) =
      (m.project_id, m.kind, m.external_id) and g.gone is not null)
$$;
