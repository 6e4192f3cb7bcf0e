-- People name a ticket as its tracker does.
create index external_item_key on external_item (external_key, project_id) where kind = 'ticket';
