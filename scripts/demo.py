#!/usr/bin/env python3
"""The demo behind `./dev run`: stand-ins of GitHub, Jira and Linear, a tandem of its own, a first synchronisation, edits on
all sides.

Uses only the `tandem` command line and the control APIs of the stand-ins. Everything is written below .state/demo, which is
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
PROJECTS = ("rocket", "company", "engine")
PORT_WAIT_S = 20
PATIENCE_S = 60
PR_SET_PDEATHSIG = 1


def heading(text):
    print("\n\033[1m== %s\033[0m" % text if sys.stdout.isatty() else "\n== %s" % text, flush=True)


class Sandbox:
    """The stand-in of one system, as long as the demo."""

    def __init__(self, system, issues, token):
        self.system = system
        port_file = os.path.join(STATE, system + ".port")
        with open(os.path.join(STATE, system + ".log"), "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(ROOT, "sandbox", system + "-sandbox"), "--port-file", port_file, "--issues", str(issues),
                 "--state", os.path.join(STATE, system + ".json"), "--token", token],
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
        raise SystemExit("demo: the sandbox of %s does not start; see %s" % (
            self.system, os.path.join(STATE, self.system + ".log")))

    def person(self, actor, do, **order):
        """What a person does in the system's web pages; `order` says where, and `fields` what."""
        request = urllib.request.Request(self.url + "/_sandbox/act", json.dumps(dict(order, actor=actor, do=do)).encode(),
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

    def __init__(self, sandboxes):
        home = os.path.join(STATE, "home")
        mine = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        hosts = ",".join(sandbox.url.split("//")[1] for sandbox in sandboxes)
        self.environment = {**mine, "TANDEM_HOME": home, "TANDEM_ALLOW_HOSTS": hosts}

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


def on_github(github, do, number=None, **fields):
    where = {} if number is None else {"number": number}
    return github.person("alice", do, repo="acme/rocket", fields=fields, **where)


def edit_both_sides(tandem, github):
    """A person on GitHub and a person here, once on the same field of one ticket."""
    (fought, fought_number), (mine, _), (theirs, theirs_number), (both, both_number) = pick_tickets(tandem)
    heading("The network is away: the project is paused")
    tandem.run("projects", "pause", "rocket")
    heading("On GitHub, meanwhile: alice renames an issue, comments on one, labels one, opens a new one")
    on_github(github, "edit", fought_number, title="Launch on Friday")
    on_github(github, "comment", theirs_number, body="Seen on the test bench too.")
    on_github(github, "label", both_number, labels=["needs-review"])
    on_github(github, "create", title="Telemetry drops packets", body="Since the last update.", labels=["bug"])
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


def show_state(tandem):
    heading("Where everything stands, and what left this machine")
    tandem.run("status")
    tandem.run("audit", "egress", "--limit", "10")


def sync_all(tandem):
    for project in PROJECTS:
        tandem.ask("sync", project, "--wait")


def wait_for_mappings(tandem, key):
    """Until a ticket is in every tracker; what it then looks like."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        shown = tandem.ask("ticket", "show", key)
        if sum(1 for mapping in shown.get("mappings", ()) if mapping.get("external_key")) == len(PROJECTS):
            return shown
        time.sleep(0.2)
    raise SystemExit("demo: %s is not in all trackers; see `tandem status`" % key)


def work_in_three(tandem, jira, linear):
    """One ticket, three trackers: made here, worked on in each of them by somebody else."""
    heading("GitHub, Jira and Linear work on the same tickets from now on")
    for project in PROJECTS:
        for other in PROJECTS:
            if other != project:
                tandem.run("projects", "follow", project, other)
    made = tandem.ask("ticket", "new", "--title", "Pump leaks at three bar", "--body", "Seen in the night shift.",
                      "--project", "rocket", "--privacy", "shareable")
    heading("A ticket made here, %s, turns up in all three" % made["key"])
    keys = {mapping["project"]: mapping["external_key"] for mapping in wait_for_mappings(tandem, made["key"])["mappings"]}
    print("  " + ", ".join("%s in %s" % (key, project) for project, key in sorted(keys.items())))
    heading("In Jira alice comments on it; in Linear bob takes it into work")
    jira.person("alice", "comment", key=keys["company"], fields={"body": "The gasket is worn, a new one is ordered."})
    linear.person("bob", "edit", issue=keys["engine"], fields={"state": "In Progress"})
    sync_all(tandem)
    sync_all(tandem)  # what came in from one goes out to the others
    tandem.run("ticket", "show", made["key"])


def tell_next(github, tandem, number):
    heading("Try it, in another terminal")
    print("  export PATH=%s:$PATH TANDEM_HOME=%s" % (os.path.dirname(TANDEM), tandem.environment["TANDEM_HOME"]))
    print("  tandem conflicts list                  # then: tandem conflicts resolve N --local, or --external")
    print("  tandem ticket list --project rocket")
    print("  tandem fields analyze company          # how Jira's fields are mapped, and why")
    print("  tandem link suggest rocket company     # tickets that are in both already")
    act = {"actor": "bob", "do": "edit", "repo": "acme/rocket", "number": number, "fields": {"title": "Bob was here"}}
    print("  curl -d '%s' %s/_sandbox/act" % (json.dumps(act), github.url))


def secret_file(name):
    path = os.path.join(STATE, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(TOKEN + "\n")
    return path


def connect_all(tandem, github, jira, linear):
    token_file = secret_file("token")
    common = ("--token-file", token_file, "--direction", "bidirectional", "--privacy", "shareable", "--poll-interval",
              "15s", "--yes")
    heading("The project rocket is connected to the sandbox GitHub at %s, and imported" % github.url)
    tandem.run("connect", "github", "--name", "rocket", "--repo", "acme/rocket", "--base-url", github.url, *common)
    heading("The company's Jira and the product team's Linear are connected too")
    tandem.run("connect", "jira", "--name", "company", "--project", "ROCKET", "--base-url", jira.url, "--email",
               "tandem-bot@example.com", *common)
    tandem.run("connect", "linear", "--name", "engine", "--team", "ENG", "--base-url", linear.url, *common)


def play(sandboxes, tandem, once):
    github, jira, linear = sandboxes
    heading("tandem starts: a private PostgreSQL and every service, in .state/demo/home")
    tandem.run("up")
    connect_all(tandem, github, jira, linear)
    fought, number = edit_both_sides(tandem, github)
    show_outcome(tandem, fought)
    work_in_three(tandem, jira, linear)
    show_state(tandem)
    if not once:
        tell_next(github, tandem, number)
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
    parser = argparse.ArgumentParser(prog="./dev run", description="Shows tandem at work with stand-ins of GitHub, Jira and Linear.")
    parser.add_argument("--once", action="store_true", help="end after the first report")
    options = parser.parse_args()
    if not os.path.exists(TANDEM):
        raise SystemExit("demo: there is no %s; run ./dev build" % TANDEM)
    signal.signal(signal.SIGTERM, end_on_signal)
    signal.signal(signal.SIGINT, end_on_signal)
    start_fresh()
    sandboxes = [Sandbox("github", ISSUES, TOKEN + "=tandem-bot"), Sandbox("jira", 12, TOKEN + "=tandem-bot:admin"),
                 Sandbox("linear", 12, TOKEN + "=tandem-bot")]
    tandem = Tandem(sandboxes)
    try:
        play(sandboxes, tandem, options.once)
    except KeyboardInterrupt:
        print()
    finally:
        heading("Stopping")
        tandem.stop()
        for sandbox in sandboxes:
            sandbox.stop()


if __name__ == "__main__":
    main()
