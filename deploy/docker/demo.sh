#!/bin/sh
# The demo profile: connects the stand-ins of GitHub, Jira and Linear, makes a ticket, syncs, shows it, and ends.
set -eu
umask 077

say() { printf '\n== %s\n' "$*"; }
show() { printf '\n$ tandem %s\n' "$*" && tandem "$@"; }
connect() {
  system=$1 name=$2
  shift 2
  show connect "$system" --name "$name" --base-url "http://sandbox-$system:8080" --token-file /tmp/token \
    --direction bidirectional --privacy shareable --poll-interval 15s --yes "$@"
}

# Once; a demo that is started again only shows how things stand.
if ! tandem projects show engine >/dev/null 2>&1; then
  echo sandbox-token >/tmp/token
  say "GitHub's project rocket, Jira's company and Linear's engine are connected, and imported"
  connect github rocket --repo acme/rocket
  connect jira company --project ROCKET --email tandem-bot@example.com
  connect linear engine --team ENG
  say "A ticket made here turns up in GitHub"
  show ticket new --title "Write the launch checklist" --body "Fuel, weather, range." --label docs --project rocket \
    --privacy shareable
fi
for project in rocket company engine; do show sync "$project" --wait; done
say "Where everything stands"
show status
say "The first synchronisation is finished. Look around: docker compose -f deploy/compose.yaml run --rm tandem ticket list"
