"""Starts the stand-in: its own options, and its world."""

from sandbox.common import start
from sandbox.jira import control, seed, snapshot, times
from sandbox.jira.application import Application
from sandbox.jira.auth import Auth, parse_client_option, parse_token_option
from sandbox.jira.limits import Limits
from sandbox.jira.model import CLOUD, DATA_CENTER


def option_parser():
    parser = start.option_parser("jira-sandbox", "A stateful stand-in of Jira's REST API for issues, Cloud or Data Center.")
    add = parser.add_argument
    add("--data-center", action="store_true", help="Data Center (/rest/api/2) instead of Cloud (/rest/api/3)")
    add("--public-url", metavar="URL", help="the address of webhooks' and OAuth's URLs (default http://HOST:PORT)")
    add("--issues", type=int, default=300, metavar="N", help="seeded issues a project")
    add("--project", action="append", metavar="KEY", help="repeatable; default ROCKET")
    add("--token", action="append", metavar="TOKEN[=LOGIN[:PERMISSION][@KEY,...]]",
        help="repeatable; PERMISSION is none, read, write or admin; default sandbox-token=tandem-bot")
    add("--oauth", action="append", metavar="ID:SECRET[=LOGIN]",
        help="an OAuth app and who consented; repeatable; default sandbox-client:sandbox-secret=tandem-bot")
    add("--refresh-token", default="sandbox-refresh", metavar="TOKEN", help="the first OAuth app's first refresh token")
    add("--time-zone", default="Europe/Berlin", metavar="ZONE", help="the time zone of accounts and server")
    start.add_world_options(parser)
    return parser


def build(options, address):
    """The wired application with its world, loaded or seeded."""
    times.zone(options.time_zone)
    app = Application(DATA_CENTER if options.data_center else CLOUD, options.seed, options.time_zone)
    grants = [parse_token_option(text) for text in options.token or ["sandbox-token"]]
    clients = [parse_client_option(text) for text in options.oauth or ["sandbox-client:sandbox-secret"]]
    auth = Auth(app.world, grants, clients, options.refresh_token)
    limits = Limits(app.clock, app.world.is_cloud, not options.no_limits)
    app.wire((options.public_url or address).rstrip("/"), limits, auth)
    app.control = control.make(app)
    app.latency_s = options.latency_ms / 1000.0
    if start.is_kept(options):
        snapshot.load(app, options.state)
    for key in options.project or ["ROCKET"]:
        if app.world.find_project(key) is None:
            seed.seed_project(app.world, app.world.add_project(key), options.issues, options.seed)
    app.world.index.set_lag(options.lag_ms / 1000.0)
    return app


def main():
    start.main(option_parser(), build, snapshot.save)


if __name__ == "__main__":
    main()
