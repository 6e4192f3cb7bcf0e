#!/bin/sh
# Run once by PostgreSQL's container when its volume is new (docs/operations.md, "Roles in PostgreSQL"): the owner of the
# database migrates it, the store works in it, reports read it.
set -eu
secret() { cat "/bundles/postgres/$1"; }

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --quiet <<SQL
create role tandem_owner login password '$(secret owner_password)';
create role tandem_store login noinherit password '$(secret store_password)';
create role tandem_report nologin noinherit;
create database tandem owner tandem_owner;
SQL
