#!/bin/sh
# What the containers need, made at the first start and kept: certificates and the data key (`tandem init`), and the
# passwords of the database and of the NATS server. Each volume below /bundles is mounted into one container only. Run
# again, it makes what is missing and renews certificates that are about to end.
set -eu
umask 077
bundles=${1:-/bundles}

# put FILE: what comes in, whole or not at all.
put() {
  cat >"$bundles/$1.new"
  mv "$bundles/$1.new" "$bundles/$1"
}

# password FILE: a new one, where there is none yet.
password() {
  [ -s "$bundles/$1" ] || openssl rand -hex 24 | tr -d '\n' | put "$1"
}

# The same of the database, whose container runs as another user: all can read it, and nobody else has that volume.
database_password() {
  password "postgres/$1"
  chmod 0644 "$bundles/postgres/$1"
}

# url ROLE PASSWORD FILE: where the database is, as one role.
url() {
  printf 'postgresql://%s:%s@postgres/tandem\n' "$1" "$(cat "$bundles/postgres/$2")" | put "$3"
}

# The NATS server's certificate. The bridge trusts this one and no other, so it need not end soon: a new one takes a restart.
nats_certificate() {
  [ -s "$bundles/nats/certificate.pem" ] ||
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=nats -addext subjectAltName=DNS:nats \
      -keyout "$bundles/nats/key.pem" 2>/dev/null | put nats/certificate.pem
  put bridge-nats/nats_ca.pem <"$bundles/nats/certificate.pem"
}

tandem init --host store --bundles "$bundles"
database_password postgres_password
database_password owner_password
database_password store_password
url tandem_owner owner_password migrate/database_owner_url
url tandem_store store_password store/database_url

password bridge-nats/nats_password
password nats/reader_password
printf 'TANDEM_PASSWORD: "%s"\nREADER_PASSWORD: "%s"\n' "$(cat "$bundles/bridge-nats/nats_password")" \
  "$(cat "$bundles/nats/reader_password")" | put nats/passwords.conf
nats_certificate
# A volume that is not empty keeps its owner, whatever image mounts it next: the server runs as the same user.
mkdir -p "$bundles/nats-data/jetstream"
