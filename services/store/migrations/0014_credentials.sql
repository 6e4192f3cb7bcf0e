-- Credentials: whose they are, when they end, and the secret that one replaces, which stays good until the new one has
-- been seen to work.
alter table credential
  add system text,                 -- whose API it opens; null: not said, or a secret of webhooks
  add expires_at timestamptz,
  add expires_told_days integer,   -- how long before the end was told last
  add refused_at timestamptz,      -- the tracker did not take it
  add rotated_at timestamptz,
  add proven_at timestamptz,       -- the secret that came by a rotation has worked
  add previous_kind text,
  add previous_key_id text,
  add previous_generation bigint,
  add previous_nonce bytea,
  add previous_ciphertext bytea,
  add check (num_nulls(previous_kind, previous_key_id, previous_generation, previous_nonce, previous_ciphertext) in (0, 5));

update credential c set system = p.system from project p where p.credential = c.name;

-- Who holds a lease since before a rotation still works with the old secret.
alter table lease add taken_at timestamptz not null default now();

-- A removed project needs no credential any more.
alter table project alter credential drop not null;
alter table project add check (state = 'removed' or credential is not null);
