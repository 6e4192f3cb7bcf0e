"""Starts the stand-in: options, world, address, and an orderly end on SIGTERM."""

import argparse
import os
import signal
import sys
import threading

from sandbox.common.autosave import Autosave
from sandbox.common.files import write_atomically
from sandbox.common.httpd import Server
from sandbox.github import rsa, seed, snapshot
from sandbox.github.application import Application
from sandbox.github.auth import App, Auth, parse_token_option
from sandbox.github.control import Control
from sandbox.github.limits import Limits
from sandbox.github.render import Renderer


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="github-sandbox", description=(
        "A stateful stand-in of GitHub's REST API for issues. Controlled under /_sandbox/."))
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, metavar="N", help="0 chooses a free port")
    add("--port-file", metavar="FILE", help="gets the port once the stand-in listens")
    add("--public-url", metavar="URL", help="the address in the answers' URLs (default http://HOST:PORT)")
    add("--seed", type=int, default=1, metavar="N", help="same seed, same data")
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a repository")
    add("--repo", action="append", metavar="OWNER/NAME", help="repeatable; default acme/rocket")
    add("--token", action="append", metavar="TOKEN[=LOGIN[:PERMISSION][@OWNER/NAME,...]]",
        help="repeatable; PERMISSION is none, read, write or admin; default sandbox-token=tandem-bot")
    add("--app", metavar="ID:PUBLICKEYFILE", help="registers a GitHub App by its RSA public key")
    add("--state", metavar="FILE", help="keeps the world in this file")
    add("--pull-requests", action=argparse.BooleanOptionalAction, default=True,
        help="seed pull requests among the issues")
    add("--no-limits", action="store_true", help="no rate limits at all")
    add("--limit-primary", type=int, default=5000, metavar="N", help="requests an hour")
    add("--lag-ms", type=float, default=0, metavar="N", help="lists show changes this much later")
    add("--latency-ms", type=float, default=0, metavar="N", help="every API answer takes this long")
    return parser.parse_args(arguments)


def build(options, address):
    """The wired application with its world, loaded or seeded."""
    app = Application(options.seed)
    base = (options.public_url or address).rstrip("/")
    registered = _register_app(app.world, options.app) if options.app else None
    grants = [parse_token_option(text) for text in options.token or ["sandbox-token"]]
    limits = Limits(app.clock, not options.no_limits, options.limit_primary)
    app.wire(Renderer(base, registered), limits, Auth(app.world, grants, registered))
    app.control = Control(app)
    app.latency_s = options.latency_ms / 1000.0
    app.world.lag_s = options.lag_ms / 1000.0
    _populate(app, options, grants)
    app.world.set_lag(options.lag_ms / 1000.0)
    return app


def _register_app(world, option):
    number, _, path = option.partition(":")
    if not number.isdigit():
        raise ValueError("--app wants ID:PUBLICKEYFILE")
    return App(int(number), rsa.load_public_key(path), world.user("acme", "Organization"),
               world.user("tandem-sync[bot]", "Bot"), world.clock.seconds())


def _populate(app, options, grants):
    if options.state and os.path.exists(options.state):
        snapshot.load(app, options.state)
        if app.auth.app is not None:
            app.auth.app.owner = app.world.user("acme", "Organization")
            app.auth.app.bot = app.world.user("tandem-sync[bot]", "Bot")
    for name in options.repo or ["acme/rocket"]:
        if app.world.find_repo(name) is None and name.lower() not in app.world.former_names:
            repo = app.world.add_repo(name)
            seed.seed_repo(app.world, repo, options.issues, options.seed, options.pull_requests)
    for repo in app.world.repos_by_id.values():
        for grant in grants:
            if grant.permission_on(repo) in ("write", "admin"):
                repo.members.setdefault(app.world.user(grant.login).login.lower(), "MEMBER")


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
    print("github-sandbox event=listening url=%s" % address, flush=True)
    server.serve_forever()
    app.dispatcher.stop()
    if autosave is not None:
        autosave.stop()


def main():
    try:
        serve(parse_arguments(sys.argv[1:]))
    except (OSError, ValueError, KeyError) as problem:
        sys.exit("github-sandbox: %s: %s" % (type(problem).__name__, problem))


if __name__ == "__main__":
    main()
