#!/bin/sh
# Run once by the image's entrypoint, on an empty data directory: the roles that docs/operations.md speaks of.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\set password `cat /run/tandem/database-store/password`
create role tandem_store login noinherit password :'password';
create role tandem_report login noinherit;
SQL
