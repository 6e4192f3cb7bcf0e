"""Starts the stand-in: options, world, address, and an orderly end on SIGTERM."""

import argparse
import signal
import sys
import threading

from sandbox.common.files import write_atomically
from sandbox.common.httpd import Server
from sandbox.webhook import seed
from sandbox.webhook.application import Application
from sandbox.webhook.control import Control


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="webhook-sandbox", description=(
        "A stateful stand-in of a small tracker that speaks JSON. Controlled under /_sandbox/."))
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, metavar="N", help="0 chooses a free port")
    add("--port-file", metavar="FILE", help="gets the port once the stand-in listens")
    add("--seed", type=int, default=1, metavar="N", help="same seed, same data")
    add("--tickets", type=int, default=120, metavar="N", help="seeded tickets")
    add("--project", default="rocket", metavar="NAME", help="the project's name in addresses")
    add("--token", default="sandbox-token", help="the bearer token it takes")
    add("--secret", default="whsec_c2FuZGJveC1zZWNyZXQtb2YtMjQrYnl0ZXM=", help="requests must be signed with it")
    add("--login", default="tandem-bot", metavar="NAME", help="whose token it is")
    return parser.parse_args(arguments)


def build(options):
    app = Application(options.project, options.token, options.secret, options.login, options.seed)
    app.control = Control(app)
    seed.seed_tickets(app.world, options.tickets, options.seed)
    return app


def serve(options):
    app = build(options)
    server = Server(options.host, options.port, app.handle)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    if options.port_file:
        write_atomically(options.port_file, ["%d\n" % server.port])
    print("webhook-sandbox event=listening url=http://%s:%d" % (server.host, server.port), flush=True)
    server.serve_forever()
    app.dispatcher.stop()


def main():
    try:
        serve(parse_arguments(sys.argv[1:]))
    except (OSError, ValueError, KeyError) as problem:
        sys.exit("webhook-sandbox: %s: %s" % (type(problem).__name__, problem))


if __name__ == "__main__":
    main()
