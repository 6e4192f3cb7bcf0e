"""Starts the stand-in: its own options, and its world."""

from sandbox.common import start
from sandbox.linear import control, seed, snapshot
from sandbox.linear.application import Application


def option_parser():
    parser = start.option_parser("linear-sandbox", "A stateful stand-in of Linear's GraphQL API for issues.")
    add = parser.add_argument
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a team")
    add("--team", action="append", metavar="KEY[=NAME]", help="repeatable; default ENG=Engineering")
    add("--token", action="append", metavar="KEY[=USER[:admin|member]]",
        help="an API key, repeatable; default sandbox-token=tandem-bot")
    add("--oauth", action="append", default=[], metavar="CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN[=USER]",
        help="an OAuth application with a refresh token, repeatable")
    add("--limit-requests", type=int, default=5000, metavar="N", help="requests an hour")
    add("--limit-complexity", type=int, default=3_000_000, metavar="N", help="complexity points an hour")
    start.add_world_options(parser)
    return parser


def build(options, address):
    """The wired application with its world, loaded or seeded."""
    app = Application(options.seed, not options.no_limits, options.limit_requests, options.limit_complexity)
    app.control = control.make(app)
    app.latency_s = options.latency_ms / 1000.0
    tokens = None
    if start.is_kept(options):
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


def main():
    start.main(option_parser(), build, snapshot.save)


if __name__ == "__main__":
    main()
