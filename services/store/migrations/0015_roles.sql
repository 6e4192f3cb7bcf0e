-- Who may do what in the database. Three roles: the owner of the schema, whoever runs the migrations; tandem_store, which the
-- store works as: no DDL, nothing that is only ever added to is changed or deleted; tandem_report, which reads and sees no
-- secrets. An owner who may not create roles leaves that to an administrator (docs/operations.md).

-- The roles belong to the whole server: another database may be making them at this moment.
do $$
declare wanted text;
begin
  foreach wanted in array array['tandem_store', 'tandem_report'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I login noinherit', wanted);
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise notice 'role % is not there and cannot be made by %', wanted, current_user;
    end;
  end loop;
end $$;

-- Nobody makes objects by default; before PostgreSQL 15 everybody could.
do $$
begin
  execute format('revoke create on schema %I from public', current_schema());
  execute format('revoke temporary on database %I from public', current_database());
exception when insufficient_privilege then
  raise notice 'the rights that PUBLIC has are those of an administrator to take';
end $$;

create function grant_to_store() returns void language plpgsql as $$
declare schema_name text := current_schema();
begin
  execute format('revoke all on all tables in schema %I from tandem_store', schema_name);
  execute format('grant usage on schema %I to tandem_store', schema_name);
  execute format('grant select, insert, update, delete on all tables in schema %I to tandem_store', schema_name);
  execute format('grant usage, select on all sequences in schema %I to tandem_store', schema_name);
  revoke update, delete on audit, egress, event_log, change_log from tandem_store;
  revoke insert, update, delete on schema_version from tandem_store;
  revoke insert, delete on installation from tandem_store;
end $$;

-- What is encrypted, keyed or signed is bytea, and so are replies and webhook deliveries: none of it is shown but the hashes
-- by which the trail is verified.
create function grant_to_report() returns void language plpgsql as $$
declare schema_name text := current_schema(); shown record;
begin
  execute format('revoke all on all tables in schema %I from tandem_report', schema_name);
  execute format('grant usage on schema %I to tandem_report', schema_name);
  for shown in
    select c.oid::regclass as name, string_agg(quote_ident(a.attname), ', ') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = schema_name::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
      and a.atttypid <> 'bytea'::regtype
    group by c.oid
  loop
    execute format('grant select (%s) on %s to tandem_report', shown.columns, shown.name);
  end loop;
  grant select (hash, previous) on audit to tandem_report;
  grant select (content_hash) on egress to tandem_report;
end $$;

-- Called by `tandem-store --migrate` and after every migration, so that later tables are covered too.
create function grant_roles() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'tandem_store') then
    perform grant_to_store();
  end if;
  if exists (select from pg_roles where rolname = 'tandem_report') then
    perform grant_to_report();
  end if;
end $$;
revoke execute on function grant_to_store(), grant_to_report(), grant_roles() from public;
