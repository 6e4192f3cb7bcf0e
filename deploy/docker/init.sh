#!/bin/sh
# What the containers need, made at the first start and kept: certificates and the data key (`tandem init`), and the
# passwords of the database. Each volume below /bundles is mounted into one container only. Run again, it makes what is
# missing and renews certificates that are about to end.
set -eu
umask 077
bundles=${1:-/bundles}

# A new password in a file that is not there yet. The database's container runs as another user, so its own files can
# be read by all; nobody else has that volume.
password() {
  [ -s "$bundles/postgres/$1" ] && return
  openssl rand -hex 24 | tr -d '\n' >"$bundles/postgres/$1.new"
  chmod 0644 "$bundles/postgres/$1.new"
  mv "$bundles/postgres/$1.new" "$bundles/postgres/$1"
}

# url ROLE PASSWORD FILE: where the database is, as one role.
url() {
  printf 'postgresql://%s:%s@postgres/tandem\n' "$1" "$(cat "$bundles/postgres/$2")" >"$bundles/$3.new"
  mv "$bundles/$3.new" "$bundles/$3"
}

tandem init --host store --bundles "$bundles"
password postgres_password
password owner_password
password store_password
url tandem_owner owner_password migrate/database_owner_url
url tandem_store store_password store/database_url
