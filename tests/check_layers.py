#!/usr/bin/env python3
"""Checks that no file includes what its layer must not know: base <- proto <- sync <- service <- services, cli.

A file in a folder may include our headers from the listed folders only; some foreign headers have one place each.
Prints file:line for each offence; exit status 1 if there is one.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
OURS = ("base/", "proto/", "sync/", "service/", "cli/", "store/", "scheduler/", "conflict/", "adapter-", "bridge-", "client/")

# Folder -> the prefixes of our headers that may be included there. The longest folder that fits counts.
MAY_INCLUDE = {
    "lib/base": ["base/"],
    "proto": ["base/", "proto/"],
    "lib/sync": ["base/", "sync/"],
    "lib/service": ["base/", "proto/", "sync/", "service/"],
    "cli": ["base/", "proto/", "sync/", "service/", "cli/"],
    "client": ["base/", "proto/", "service/", "client/", "tandem/"],
    "client/examples": ["tandem/"],
    "cli/up": ["base/", "proto/", "service/", "cli/"],
}

# Foreign header -> the only places for it (prefixes of paths); tests may use all.
ONLY_IN = {
    r"libpq-fe\.h": ["services/store/"],
    r"nng/protocol/pubsub0/.*": ["lib/service/bus.c", "services/store/"],
    r"curl/.*": ["lib/base/http"],
    r"yaml\.h": ["lib/base/yaml_plain.h"],
    r"microhttpd\.h": ["lib/service/webhook_server.c", "lib/service/health.c", "lib/service/login_callback.c"],
    r"libsmartcols/.*": ["cli/"],
    r"git2.*": ["lib/sync/"],
    r"utf8proc\.h": ["lib/sync/", "lib/base/", "cli/"],
    r"openssl/(x509.*|ssl\.h)": ["cli/", "lib/service/tls_", "services/store/security/peer", "client/"],
    r"nats\.h": ["services/bridge-nats/"],
    r"cmark-gfm.*": ["lib/sync/markdown_tree", "services/adapter-jira/richtext/"],
}


def allowed_prefixes(path):
    if path.startswith("services/"):
        own = path.split("/")[1]
        return ["base/", "proto/", "sync/", "service/", own + "/"]
    folders = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return MAY_INCLUDE[max(folders, key=len)] if folders else None


def offence(path, quote, header):
    """Why `path` must not include `header`, or None."""
    if header.startswith("../") or "/../" in header:
        return "no ../ in includes"
    prefixes = allowed_prefixes(path)
    if quote == '"' and prefixes is not None and header.startswith(OURS):
        if not header.startswith(tuple(prefixes)):
            return "may include only %s" % " ".join(prefixes)
    for pattern, places in ONLY_IN.items():
        if re.fullmatch(pattern, header) and not path.startswith(("tests/", *places)):
            return "belongs into %s only" % " ".join(places)
    return None


def sources():
    for top in ("lib", "proto", "services", "cli", "client", "tests"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def check(path):
    found = 0
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            match = INCLUDE.match(line)
            reason = offence(path, *match.groups()) if match else None
            if reason:
                print("%s:%d: %s: %s" % (path, number, match.group(2), reason))
                found += 1
    return found


def main():
    sys.exit(1 if sum(check(path) for path in sources()) else 0)


if __name__ == "__main__":
    main()
