"""Starts the stand-in: its own options, and its world."""

import argparse

from sandbox.common import start
from sandbox.github import control, rsa, seed, snapshot
from sandbox.github.application import Application
from sandbox.github.auth import App, Auth, parse_token_option
from sandbox.github.limits import Limits
from sandbox.github.render import Renderer


def option_parser():
    parser = start.option_parser("github-sandbox", "A stateful stand-in of GitHub's REST API for issues.")
    add = parser.add_argument
    add("--public-url", metavar="URL", help="the address in the answers' URLs (default http://HOST:PORT)")
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a repository")
    add("--repo", action="append", metavar="OWNER/NAME", help="repeatable; default acme/rocket")
    add("--token", action="append", metavar="TOKEN[=LOGIN[:PERMISSION][@OWNER/NAME,...]]",
        help="repeatable; PERMISSION is none, read, write or admin; default sandbox-token=tandem-bot")
    add("--app", metavar="ID:PUBLICKEYFILE", help="registers a GitHub App by its RSA public key")
    add("--oauth", action="append", default=[], metavar="CLIENT_ID", help="an OAuth app whose device flow is enabled; repeatable")
    add("--pull-requests", action=argparse.BooleanOptionalAction, default=True,
        help="seed pull requests among the issues")
    add("--limit-primary", type=int, default=5000, metavar="N", help="requests an hour")
    start.add_world_options(parser)
    return parser


def build(options, address):
    """The wired application with its world, loaded or seeded."""
    app = Application(options.seed)
    base = (options.public_url or address).rstrip("/")
    registered = _register_app(app.world, options.app) if options.app else None
    grants = [parse_token_option(text) for text in options.token or ["sandbox-token"]]
    limits = Limits(app.clock, not options.no_limits, options.limit_primary)
    app.wire(Renderer(base, registered), limits, Auth(app.world, grants, registered, options.oauth))
    app.control = control.make(app)
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
    if start.is_kept(options):
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


def main():
    start.main(option_parser(), build, snapshot.save)


if __name__ == "__main__":
    main()
