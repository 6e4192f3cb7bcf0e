"""Starts a stand-in: the options that all of them have, the address, the file with the world, an orderly end on SIGTERM."""

import argparse
import os
import signal
import sys
import threading

from sandbox.common.autosave import Autosave
from sandbox.common.files import write_atomically
from sandbox.common.httpd import Server

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def option_parser(prog, description):
    parser = argparse.ArgumentParser(prog=prog, description=description + " Controlled under /_sandbox/.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, metavar="N", help="0 chooses a free port")
    add("--port-file", metavar="FILE", help="gets the port once the stand-in listens")
    add("--seed", type=int, default=1, metavar="N", help="same seed, same data")
    return parser


def add_world_options(parser):
    """Of stand-ins whose world can be kept, limited, late and slow."""
    add = parser.add_argument
    add("--state", metavar="FILE", help="keeps the world in this file")
    add("--no-limits", action="store_true", help="no rate limits")
    add("--lag-ms", type=float, default=0, metavar="N", help="lists show changes this much later")
    add("--latency-ms", type=float, default=0, metavar="N", help="every API answer takes this long")


def is_kept(options):
    """Whether there is a world to go on with."""
    return bool(options.state) and os.path.exists(options.state)


def main(parser, build, save=None):
    """Runs until a signal. `build(options, address)` makes the application, `save(app, path)` writes its world."""
    try:
        _serve(parser.prog, parser.parse_args(), build, save)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.exit("%s: %s: %s" % (parser.prog, type(problem).__name__, problem))


def _serve(prog, options, build, save):
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # before the first thread, which inherits it
    holder = {}
    server = Server(options.host, options.port, lambda request: holder["app"].handle(request))
    host = "[%s]" % server.host if ":" in server.host else server.host
    address = "http://%s:%d" % (host, server.port)
    app = holder["app"] = build(options, address)
    autosave = _keep(app, options, save) if save is not None and options.state else None
    threading.Thread(target=_stop_on_signal, args=(server,), daemon=True).start()
    if options.port_file:
        write_atomically(options.port_file, ["%d\n" % server.port])
    print("%s event=listening url=%s" % (prog, address), flush=True)
    server.serve_forever()
    app.stop()
    if autosave is not None:
        autosave.stop()


def _stop_on_signal(server):
    """Waits for the signal instead of handling it: a handler runs only when the main thread comes back from accept(), and a signal
    that came just before that call, or to another thread, does not bring it back."""
    signal.sigwait(SIGNALS)
    server.stop()


def _keep(app, options, save):
    save(app, options.state)
    autosave = Autosave(lambda: app.world.revision, lambda: save(app, options.state))
    autosave.start()
    return autosave
