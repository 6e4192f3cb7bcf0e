#!/bin/sh
# Runs a command for each conflict that is found, with the event's JSON on its standard input. Needs no certificate of your own: it is
# for the machine that `tandem up` runs on.
#
#   tail.sh COMMAND...
set -eu
tandem events tail --json --type ConflictDetected | while read -r event; do printf '%s\n' "$event" | "$@"; done
