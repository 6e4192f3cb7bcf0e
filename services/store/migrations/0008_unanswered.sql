-- An item without a marker may be what a creation of ours made whose answer has not come yet: whatever looks like it waits
-- until the creation is answered or given up. Titles tell of tickets, of a comment the beginning of its text.
create index intent_unanswered on intent (project_id)
  where change = 'create' and first_sent_at is not null and state in ('prepared', 'sending', 'unknown');

-- Mostly there is none at all, which the first look tells for next to nothing.
create or replace view plannable as
  select r.* from ready_to_plan r where r.state = 'active' and r.preview_session is null and not (
    exists (select from intent n where n.project_id = r.project_id and n.change = 'create' and n.first_sent_at is not null
              and n.state in ('prepared', 'sending', 'unknown'))
    and exists (
      select from intent n
      join mapping m on m.id = r.mapping_id and m.item_id is null and m.kind = n.kind
      join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)
      where n.project_id = r.project_id and n.change = 'create' and n.first_sent_at is not null
        and n.state in ('prepared', 'sending', 'unknown')
        and case n.kind when 'ticket' then e.fields -> 'title' = n.payload_set -> 'title'
            else starts_with(e.fields ->> 'body', n.payload_set ->> 'body') end));
