-- What is deleted. Here a comment is only marked: its text stays, in the row and in the change log.

alter table item
  add deleted_at timestamptz,
  add deleted_by text,
  add deleted_in bigint references project, -- the project in which it was deleted; null = here
  add check (kind = 'comment' or deleted_at is null),
  add check ((deleted_at is null) = (deleted_by is null));

-- External items that are not there, or that a webhook calls deleted (told_at; gone is null until a fetch agrees). Few, so
-- that the paths of millions of items look into an almost empty table. sure: believed, see services/store/gone.c.
-- gone_at is null for what tandem deleted itself.
create table gone_item (
  project_id bigint not null references project,
  kind text not null,
  external_id text not null,
  gone text,
  note text, -- for people: where it went
  told_at timestamptz,
  gone_at timestamptz,
  sure boolean not null default false,
  primary key (external_id, kind, project_id)
);
create index gone_item_project on gone_item (project_id);
insert into gone_item (project_id, kind, external_id, gone, note, gone_at, sure)
  select e.project_id, e.kind, e.external_id, e.gone, e.gone, e.observed_at, coalesce(m.state = 'gone', false)
  from external_item e left join mapping m on (m.project_id, m.kind, m.external_id) = (e.project_id, e.kind, e.external_id)
  where e.gone is not null;
alter table external_item drop column gone;

-- Too much was gone at once: gone_paused until a person resumes the project, which confirms what is gone until then.
alter table project
  add gone_paused boolean not null default false,
  add gone_confirmed_at timestamptz not null default '-infinity';

alter table intent drop constraint intent_change_check;
alter table intent add constraint intent_change_check check (change in ('create', 'update', 'delete'));

-- As before, and: what is gone is planned once that is sure, and never imported; a comment waits while its ticket is gone,
-- because it went with it, and while its ticket is being looked at for that reason.
create or replace view ready_to_plan as
  select q.mapping_id, q.project_id, q.rank, q.generation, q.claimed_until, q.previewed, p.state, p.preview_session
  from plan_queue q
  join project p on p.id = q.project_id
  join mapping m on m.id = q.mapping_id and m.state in ('creating', 'linked', 'parked')
  where not exists (select from intent n
                    where n.mapping_id = q.mapping_id and n.state in ('prepared', 'sending', 'unknown'))
    and not exists (select from fetch_queue f
                    where (f.project_id, f.kind, f.external_id) = (m.project_id, m.kind, m.external_id))
    and not exists (select from gone_item g
                    where (g.project_id, g.kind, g.external_id) = (m.project_id, m.kind, m.external_id)
                      and g.gone is not null and (m.item_id is null or not g.sure or exists (
                        select from external_item e join fetch_queue f on (f.project_id, f.kind, f.external_id) =
                          (e.project_id, 'ticket', e.parent_external_id)
                        where (e.project_id, e.kind, e.external_id) = (g.project_id, g.kind, g.external_id))))
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

-- What a full pull has shown so far: what it did not show in the end is looked at by its id.
create table shown (
  session_id bigint not null references session,
  project_id bigint not null references project,
  kind text not null,
  external_id text not null,
  primary key (session_id, kind, external_id)
);
create index shown_project on shown (project_id);
