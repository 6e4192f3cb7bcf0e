"""Starts the stand-in: its own options, and its world."""

from sandbox.common import start
from sandbox.webhook import control, seed
from sandbox.webhook.application import Application


def option_parser():
    parser = start.option_parser("webhook-sandbox", "A stateful stand-in of a small tracker that speaks JSON.")
    add = parser.add_argument
    add("--tickets", type=int, default=120, metavar="N", help="seeded tickets")
    add("--project", default="rocket", metavar="NAME", help="the project's name in addresses")
    add("--token", action="append", help="a bearer token it takes (sandbox-token); may be repeated")
    add("--secret", default="whsec_c2FuZGJveC1zZWNyZXQtb2YtMjQrYnl0ZXM=", help="requests must be signed with it")
    add("--either", action="store_true", help="a request with the token or with a signature is enough")
    add("--login", default="tandem-bot", metavar="NAME", help="whose token it is")
    return parser


def build(options, address):
    app = Application(options.project, options.token or ["sandbox-token"], options.secret, options.login, options.seed, options.either)
    app.control = control.make(app)
    seed.seed_tickets(app.world, options.tickets, options.seed)
    return app


def main():
    start.main(option_parser(), build)


if __name__ == "__main__":
    main()
