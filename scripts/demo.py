#!/usr/bin/env python3
"""The demo behind `./dev run`: a sandbox GitHub, a tandem of its own, a first synchronisation, edits on both sides.

Uses only the `tandem` command line and the sandbox's control API. Everything is written below .state/demo, which is
made anew each time. With --once it ends after the report; else it follows events until Ctrl-C. What it started, it stops.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STATE = os.path.join(ROOT, ".state", "demo")
TANDEM = os.path.join(ROOT, "build", "bin", "tandem")
TOKEN = "sandbox-token"
ISSUES = 60
PORT_WAIT_S = 20
PR_SET_PDEATHSIG = 1


def heading(text):
    print("\n\033[1m== %s\033[0m" % text if sys.stdout.isatty() else "\n== %s" % text, flush=True)


class Sandbox:
    """The stand-in of GitHub, as long as the demo."""

    def __init__(self):
        port_file = os.path.join(STATE, "github.port")
        with open(os.path.join(STATE, "github.log"), "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(ROOT, "sandbox", "github-sandbox"), "--port-file", port_file, "--issues", str(ISSUES),
                 "--state", os.path.join(STATE, "github.json"), "--token", TOKEN + "=tandem-bot"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_parent)
        self.url = "http://127.0.0.1:%d" % self._wait_for_port(port_file)

    def _wait_for_port(self, port_file):
        end = time.monotonic() + PORT_WAIT_S
        while time.monotonic() < end and self.process.poll() is None:
            if os.path.exists(port_file):
                text = open(port_file, encoding="ascii").read().strip()
                if text:
                    return int(text)
            time.sleep(0.05)
        raise SystemExit("demo: the sandbox GitHub does not start; see %s" % os.path.join(STATE, "github.log"))

    def person(self, actor, do, number=None, **fields):
        """What a person does in the web pages of GitHub."""
        body = {"actor": actor, "do": do, "repo": "acme/rocket", "fields": fields}
        if number is not None:
            body["number"] = number
        request = urllib.request.Request(self.url + "/_sandbox/act", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Tandem:
    """The command line, with a state directory of the demo's own."""

    def __init__(self, sandbox_url):
        home = os.path.join(STATE, "home")
        mine = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        self.environment = {**mine, "TANDEM_HOME": home, "TANDEM_ALLOW_HOSTS": sandbox_url.split("//")[1]}

    def run(self, *arguments, show=True):
        """Runs a command and shows it with its output; a failure ends the demo."""
        if show:
            print("\n$ tandem %s" % " ".join("'%s'" % word if " " in word else word for word in arguments), flush=True)
        if subprocess.run([TANDEM, *arguments], env=self.environment).returncode != 0:
            raise SystemExit("demo: `tandem %s` failed; logs are in %s" % (
                " ".join(arguments), os.path.join(STATE, "home", "log")))

    def ask(self, *arguments):
        """The JSON that a command prints: one value, or a list of lines."""
        text = subprocess.run([TANDEM, *arguments, "--json"], env=self.environment, check=True,
                              stdout=subprocess.PIPE).stdout.decode()
        try:
            return json.loads(text)
        except ValueError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]

    def follow(self):
        """Shows events until Ctrl-C."""
        tail = subprocess.Popen([TANDEM, "events", "tail"], env=self.environment, preexec_fn=die_with_parent)
        try:
            tail.wait()
        finally:
            tail.terminate()
            tail.wait(timeout=10)

    def stop(self):
        subprocess.run([TANDEM, "down"], env=self.environment)


def pick_tickets(tandem):
    """Keys and issue numbers of a few open tickets: [(key, number), ...]."""
    listed = tandem.ask("ticket", "list", "--project", "rocket", "--status", "open", "--limit", "20")
    rows = listed if isinstance(listed, list) else next(v for v in listed.values() if isinstance(v, list))
    found = []
    for row in rows:
        shown = json.dumps(tandem.ask("ticket", "show", row["key"]))
        number = shown.partition("/issues/")[2]
        digits = "".join(c for c in number[:12].split('"')[0] if c.isdigit())
        if digits:
            found.append((row["key"], int(digits)))
        if len(found) == 4:
            return found
    raise SystemExit("demo: there are fewer than four open tickets")


def edit_both_sides(tandem, sandbox):
    """A person on GitHub and a person here, once on the same field of one ticket."""
    (fought, fought_number), (mine, _), (theirs, theirs_number), (both, both_number) = pick_tickets(tandem)
    heading("The network is away: the project is paused")
    tandem.run("projects", "pause", "rocket")
    heading("On GitHub, meanwhile: alice renames an issue, comments on one, labels one, opens a new one")
    sandbox.person("alice", "edit", fought_number, title="Launch on Friday")
    sandbox.person("alice", "comment", theirs_number, body="Seen on the test bench too.")
    sandbox.person("alice", "label", both_number, labels=["needs-review"])
    sandbox.person("alice", "create", title="Telemetry drops packets", body="Since the last update.", labels=["bug"])
    heading("Here, meanwhile: the same title is changed, another ticket is closed, one gets a label, one is new")
    tandem.run("ticket", "edit", fought, "--title", "Launch on Monday")
    tandem.run("ticket", "edit", mine, "--status", "done")
    tandem.run("ticket", "edit", both, "--add-label", "checked")
    tandem.run("ticket", "new", "--title", "Write the launch checklist", "--body", "Fuel, weather, range.",
               "--label", "docs", "--project", "rocket", "--privacy", "shareable")
    return fought, theirs_number


def show_outcome(tandem, fought):
    heading("Both sides come into step")
    tandem.run("projects", "resume", "rocket")
    tandem.run("sync", "rocket", "--wait")
    heading("One field was changed on both sides: nothing is lost, a person decides")
    tandem.run("conflicts", "list")
    tandem.run("ticket", "show", fought)
    heading("Where everything stands, and what left this machine")
    tandem.run("status")
    tandem.run("egress", "--limit", "10")


def tell_next(sandbox, tandem, number):
    heading("Try it, in another terminal")
    print("  export PATH=%s:$PATH TANDEM_HOME=%s" % (os.path.dirname(TANDEM), tandem.environment["TANDEM_HOME"]))
    print("  tandem conflicts list                  # then: tandem conflicts resolve N --local, or --external")
    print("  tandem ticket list --project rocket")
    print("  tandem sync rocket --wait")
    act = {"actor": "bob", "do": "edit", "repo": "acme/rocket", "number": number, "fields": {"title": "Bob was here"}}
    print("  curl -d '%s' %s/_sandbox/act" % (json.dumps(act), sandbox.url))


def play(sandbox, tandem, once):
    heading("tandem starts: a private PostgreSQL and every service, in .state/demo/home")
    tandem.run("up")
    token_file = os.path.join(STATE, "token")
    with open(os.open(token_file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(TOKEN + "\n")
    heading("The project rocket is connected to the sandbox GitHub at %s, and imported" % sandbox.url)
    tandem.run("connect", "github", "--name", "rocket", "--repo", "acme/rocket", "--base-url", sandbox.url,
               "--token-file", token_file, "--direction", "bidirectional", "--privacy", "shareable",
               "--poll-interval", "15s", "--yes")
    fought, number = edit_both_sides(tandem, sandbox)
    show_outcome(tandem, fought)
    if not once:
        tell_next(sandbox, tandem, number)
        heading("Events as they happen; Ctrl-C stops everything")
        tandem.follow()


def end_on_signal(*_):
    raise KeyboardInterrupt


def start_fresh():
    if os.path.isdir(os.path.join(STATE, "home")):
        subprocess.run([TANDEM, "down", "--quiet", "--home", os.path.join(STATE, "home")], check=True)
    shutil.rmtree(STATE, ignore_errors=True)
    os.makedirs(STATE, mode=0o700)


def main():
    parser = argparse.ArgumentParser(prog="./dev run", description="Shows tandem at work with a sandbox GitHub.")
    parser.add_argument("--once", action="store_true", help="end after the first report")
    options = parser.parse_args()
    if not os.path.exists(TANDEM):
        raise SystemExit("demo: there is no %s; run ./dev build" % TANDEM)
    signal.signal(signal.SIGTERM, end_on_signal)
    signal.signal(signal.SIGINT, end_on_signal)
    start_fresh()
    sandbox = Sandbox()
    tandem = Tandem(sandbox.url)
    try:
        play(sandbox, tandem, options.once)
    except KeyboardInterrupt:
        print()
    finally:
        heading("Stopping")
        tandem.stop()
        sandbox.stop()


if __name__ == "__main__":
    main()
