"""Starts the stand-in: options, world, address, and an orderly end on SIGTERM."""

import argparse
import os
import signal
import sys
import threading

from sandbox.common.autosave import Autosave
from sandbox.common.files import write_atomically
from sandbox.common.httpd import Server
from sandbox.linear import seed, snapshot
from sandbox.linear.application import Application
from sandbox.linear.control import Control


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="linear-sandbox", description=(
        "A stateful stand-in of Linear's GraphQL API for issues. Controlled under /_sandbox/."))
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, metavar="N", help="0 chooses a free port")
    add("--port-file", metavar="FILE", help="gets the port once the stand-in listens")
    add("--seed", type=int, default=1, metavar="N", help="same seed, same data")
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a team")
    add("--team", action="append", metavar="KEY[=NAME]", help="repeatable; default ENG=Engineering")
    add("--token", action="append", metavar="KEY[=USER[:admin|member]]",
        help="an API key, repeatable; default sandbox-token=tandem-bot")
    add("--oauth", action="append", default=[], metavar="CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN[=USER]",
        help="an OAuth application with a refresh token, repeatable")
    add("--state", metavar="FILE", help="keeps the world in this file")
    add("--no-limits", action="store_true", help="no rate limits (one query's complexity stays limited)")
    add("--limit-requests", type=int, default=5000, metavar="N", help="requests an hour")
    add("--limit-complexity", type=int, default=3_000_000, metavar="N", help="complexity points an hour")
    add("--lag-ms", type=float, default=0, metavar="N", help="lists show changes this much later")
    add("--latency-ms", type=float, default=0, metavar="N", help="every API answer takes this long")
    return parser.parse_args(arguments)


def build(options):
    """The wired application with its world, loaded or seeded."""
    app = Application(options.seed, not options.no_limits, options.limit_requests, options.limit_complexity)
    app.control = Control(app)
    app.latency_s = options.latency_ms / 1000.0
    tokens = None
    if options.state and os.path.exists(options.state):
        tokens = snapshot.load(app, options.state)
    else:
        seed.seed_workspace(app.world)
    _register(app, options)
    if tokens is not None:
        app.auth.load(tokens)
    for text in options.team or ["ENG=Engineering"]:
        key, _, name = text.partition("=")
        if app.world.find_team(key) is None:
            seed.seed_team(app.world, key, name or key, options.issues, options.seed)
    app.world.set_lag(options.lag_ms / 1000.0)
    return app


def _register(app, options):
    for text in options.token or ["sandbox-token"]:
        key, _, who = text.partition("=")
        nick, _, role = (who or "tandem-bot").partition(":")
        if role not in ("", "admin", "member"):
            raise ValueError("--token wants KEY[=USER[:admin|member]]")
        app.auth.add_key(key, seed.add_user(app.world, nick, admin=role != "member"))
    for text in options.oauth:
        words, _, nick = text.partition("=")
        if words.count(":") != 2:
            raise ValueError("--oauth wants CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN[=USER]")
        app.auth.add_app(*words.split(":"), seed.add_user(app.world, nick or "tandem-app", app=True)["id"])


def serve(options):
    app = build(options)
    server = Server(options.host, options.port, app.handle)
    host = "[%s]" % server.host if ":" in server.host else server.host
    autosave = None
    if options.state:
        snapshot.save(app, options.state)
        autosave = Autosave(lambda: app.world.revision, lambda: snapshot.save(app, options.state))
        autosave.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    if options.port_file:
        write_atomically(options.port_file, ["%d\n" % server.port])
    print("linear-sandbox event=listening url=http://%s:%d" % (host, server.port), flush=True)
    server.serve_forever()
    app.webhooks.stop()
    app.dispatcher.stop()
    if autosave is not None:
        autosave.stop()


def main():
    try:
        serve(parse_arguments(sys.argv[1:]))
    except (OSError, ValueError, KeyError) as problem:
        sys.exit("linear-sandbox: %s: %s" % (type(problem).__name__, problem))


if __name__ == "__main__":
    main()
