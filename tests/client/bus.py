"""A tandem with real certificates for what consumes its bus, and programs that run beside it."""

import glob
import os
import queue
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
from house import BIN, DEADLINE_S, House, wait_for, why_not  # noqa: E402,F401
from verbs import Refused, Verbs  # noqa: E402

BUILD = os.path.dirname(BIN)
EXAMPLES = os.path.join(ROOT, "client", "examples")
ACTOR = "user:test"


def built(name):
    """A C example."""
    return os.path.join(BUILD, "examples", "example-" + name)


def why_no_examples():
    if not os.access(built("subscriber"), os.X_OK):
        return "the examples are not built beside %s" % BIN
    return why_not()


class Bus:
    """`tandem up` in a temporary home."""

    def __init__(self):
        self.house = House()
        self.house.start()
        self.person = self.verbs(self.house.home + "/tls/cli.pem")

    def close(self):
        self.person.close()
        self.house.run("down")
        self.house.remove()

    def verbs(self, certificate):
        with open(self.house.home + "/run/endpoint.json", encoding="utf-8") as file:
            url = file.read().split('"store_url":"')[1].split('"')[0]
        return Verbs(url, self.house.home + "/tls/ca.pem", certificate)

    def issue(self, name, *words):
        """The bundle of a service."""
        done = self.house.run("certs", "issue", name, *words)
        assert done.code == 0, done.err
        return done.out.strip()

    def ticket(self, title):
        return self.person.call("ticket.new", fields={"title": title}, actor=ACTOR)["key"]

    def edit(self, key, title):
        self.person.call("ticket.edit", key=key, set={"title": title}, actor=ACTOR)

    def log(self, after=0):
        """All that is in the log after a position."""
        found = []
        while page := self.person.call("events.read", after=found[-1]["sequence"] if found else after, limit=1000).get("events"):
            found += page
        return found

    def kill_store(self):
        """Kills the store, which its supervisor starts again."""
        mine = "TANDEM_HOME=%s\0" % self.house.home
        for folder in glob.glob("/proc/[0-9]*"):
            try:
                with open(folder + "/environ", encoding="utf-8", errors="replace") as file:
                    if os.path.basename(os.readlink(folder + "/exe")) == "tandem-store" and mine in file.read() + "\0":
                        os.kill(int(os.path.basename(folder)), signal.SIGKILL)
            except OSError:
                continue  # another's, or over
        self.person.close()
        wait_for(self._answers, "the store's return")

    def _answers(self):
        try:
            return self.person.call("hello")
        except (OSError, Refused):
            self.person.close()
            return None

    def path(self, name):
        return os.path.join(self.house.folder, name)


class Program:
    """A program whose lines are read as they come."""

    def __init__(self, *command, environment=None):
        self.process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.lines, self.complaints = queue.SimpleQueue(), queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in
                         ((self.process.stdout, self.lines), (self.process.stderr, self.complaints))]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def wait_for(self, words, where=None):
        """The lines up to the first that has all of the words, that one included."""
        where, seen, end = where or self.lines, [], time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            try:
                line = where.get(timeout=end - time.monotonic())
            except queue.Empty:
                break
            if line is None:
                break
            seen.append(line)
            if all(word in line for word in words.split()):
                return seen
        raise AssertionError("no line with %r: %r, %r" % (words, seen[-20:], self._rest(self.complaints)))

    def wait_until_listening(self):
        self.wait_for("listening after", self.complaints)
        return self

    def _rest(self, lines):
        found = []
        while not lines.empty():
            found.append(lines.get())
        return found

    def end(self, how=signal.SIGKILL):
        """Its exit status."""
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            pass
        status = self.process.wait(DEADLINE_S)
        for thread in self._threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status


def run(*command):
    """(status, output, errors)"""
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    return done.returncode, done.stdout.strip(), done.stderr.strip()
