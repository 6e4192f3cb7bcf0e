-- The system of the adapter that holds a lease: no other adapter may use it. Null: taken without a certificate, or by a store
-- that did not note it yet.
alter table lease add system text;

-- A reply is kept for who asked (role and name of its certificate) and what was asked: a hash of verb and body. '' and null:
-- without a certificate, or by a store that did not note it yet.
alter table request add caller text not null default '', add asked bytea;
alter table request drop constraint request_pkey, add primary key (client, request, caller);

-- Why the last look at a webhook failed; null: it did not. `attempts` counts the looks in a row that did. Those of a removed
-- project do not end any more: its state is 'left' only when the tracker says no.
alter table project_hook add error text;

-- The claim of the lease 'deliver:ID' that a delivery was handed out with last: what that failed with is its reason.
alter table delivery add fence bigint;
