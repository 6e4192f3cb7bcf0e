#!/bin/sh
# Prints every event as it comes, with nngcat of Debian's nng-utils. What the bus drops it does not see: a real program
# keeps a position (docs/client.md).
#
#   nngcat.sh BUNDLE [TOPIC]        a topic is a type, such as tandem.v1.TicketCreated; all without one
set -eu
bundle=$1
endpoint=$bundle/endpoint.json
[ -f "$endpoint" ] || endpoint=$bundle/../../../run/endpoint.json
url=$(sed -n 's/.*"events_url": *"\([^"]*\)".*/\1/p' "$endpoint")
exec nngcat --sub --dial "$url" --subscribe "${2:-tandem.v1.}" --cacert "$bundle/ca.pem" --cert "$bundle/certificate.pem" --quoted
