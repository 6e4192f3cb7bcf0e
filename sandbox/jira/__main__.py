"""Starts the stand-in: options, world, address, and an orderly end on SIGTERM."""

import argparse
import os
import signal
import sys
import threading

from sandbox.common.autosave import Autosave
from sandbox.common.files import write_atomically
from sandbox.common.httpd import Server
from sandbox.jira import seed, snapshot, times
from sandbox.jira.application import Application
from sandbox.jira.auth import Auth, parse_client_option, parse_token_option
from sandbox.jira.control import Control
from sandbox.jira.limits import Limits
from sandbox.jira.model import CLOUD, DATA_CENTER


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="jira-sandbox", description=(
        "A stateful stand-in of Jira's REST API for issues, Cloud or Data Center. Controlled under /_sandbox/."))
    add = parser.add_argument
    add("--data-center", action="store_true", help="Data Center (/rest/api/2) instead of Cloud (/rest/api/3)")
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, metavar="N", help="0 chooses a free port")
    add("--port-file", metavar="FILE", help="gets the port once the stand-in listens")
    add("--public-url", metavar="URL", help="the address of webhooks' and OAuth's URLs (default http://HOST:PORT)")
    add("--seed", type=int, default=1, metavar="N", help="same seed, same data")
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a project")
    add("--project", action="append", metavar="KEY", help="repeatable; default ROCKET")
    add("--token", action="append", metavar="TOKEN[=LOGIN[:PERMISSION][@KEY,...]]",
        help="repeatable; PERMISSION is none, read, write or admin; default sandbox-token=tandem-bot")
    add("--oauth", action="append", metavar="ID:SECRET[=LOGIN]",
        help="an OAuth app and who consented; repeatable; default sandbox-client:sandbox-secret=tandem-bot")
    add("--refresh-token", default="sandbox-refresh", metavar="TOKEN", help="the first OAuth app's first refresh token")
    add("--time-zone", default="Europe/Berlin", metavar="ZONE", help="the time zone of accounts and server")
    add("--state", metavar="FILE", help="keeps the world in this file")
    add("--no-limits", action="store_true", help="no rate limits at all")
    add("--lag-ms", type=float, default=0, metavar="N", help="searches show changes this much later")
    add("--latency-ms", type=float, default=0, metavar="N", help="every API answer takes this long")
    return parser.parse_args(arguments)


def build(options, address):
    """The wired application with its world, loaded or seeded."""
    times.zone(options.time_zone)
    app = Application(DATA_CENTER if options.data_center else CLOUD, options.seed, options.time_zone)
    grants = [parse_token_option(text) for text in options.token or ["sandbox-token"]]
    clients = [parse_client_option(text) for text in options.oauth or ["sandbox-client:sandbox-secret"]]
    auth = Auth(app.world, grants, clients, options.refresh_token)
    limits = Limits(app.clock, app.world.is_cloud, not options.no_limits)
    app.wire((options.public_url or address).rstrip("/"), limits, auth)
    app.control = Control(app)
    app.latency_s = options.latency_ms / 1000.0
    if options.state and os.path.exists(options.state):
        snapshot.load(app, options.state)
    for key in options.project or ["ROCKET"]:
        if app.world.find_project(key) is None:
            seed.seed_project(app.world, app.world.add_project(key), options.issues, options.seed)
    app.world.index.set_lag(options.lag_ms / 1000.0)
    return app


def serve(options):
    holder = {}
    server = Server(options.host, options.port, lambda request: holder["app"].handle(request))
    host = "[%s]" % server.host if ":" in server.host else server.host
    address = "http://%s:%d" % (host, server.port)
    app = holder["app"] = build(options, address)
    autosave = None
    if options.state:
        if not os.path.exists(options.state):
            snapshot.save(app, options.state)
        autosave = Autosave(lambda: app.world.revision, lambda: snapshot.save(app, options.state))
        autosave.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    if options.port_file:
        write_atomically(options.port_file, ["%d\n" % server.port])
    print("jira-sandbox event=listening url=%s" % address, flush=True)
    server.serve_forever()
    app.dispatcher.stop()
    if autosave is not None:
        autosave.stop()


def main():
    try:
        serve(parse_arguments(sys.argv[1:]))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.exit("jira-sandbox: %s: %s" % (type(problem).__name__, problem))


if __name__ == "__main__":
    main()
