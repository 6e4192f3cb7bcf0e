"""What every bench needs: results, medians, worlds with an instant tracker, CPU and memory of processes, empty twins of a
database."""

import glob
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import world as harness  # noqa: E402
from world import Cluster, Process, World, wait_for  # noqa: E402

PROGRAMS = os.path.join(os.path.dirname(harness.BIN), "bench")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
QUIET = {"TANDEM_LOG_LEVEL": "info"}


def program(name):
    return os.path.join(PROGRAMS, name)


class Result:
    """One figure against its target. `limit` is the most (or, with at_least, the least) that is good."""

    def __init__(self, bench, what, value, unit="", limit=None, at_least=False, note=""):
        self.bench, self.what, self.value, self.unit = bench, what, value, unit
        self.limit, self.at_least, self.note = limit, at_least, note

    @property
    def met(self):
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def figure(self):
        text = "%d" % self.value if isinstance(self.value, int) else "%.3g" % self.value
        return text + (" " + self.unit if self.unit else "")

    def target(self):
        if self.limit is None:
            return ""
        return "%s %g%s" % (">=" if self.at_least else "<=", self.limit, " " + self.unit if self.unit else "")

    def as_json(self):
        return {"bench": self.bench, "what": self.what, "value": self.value, "unit": self.unit, "limit": self.limit,
                "at_least": self.at_least, "met": self.met, "note": self.note}


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


# worlds

class Tracker:
    """bench-tracker in the place of the sandbox: a read-only GitHub of N issues that answers at once."""

    def __init__(self, world, issues):
        port_file = os.path.join(world.folder, "tracker.port")
        self.process = Process(world, "tracker", [program("bench-tracker"), port_file, str(issues)], dict(os.environ))
        wait_for(lambda: os.path.exists(port_file) or not self.process.alive, "the tracker")
        with open(port_file, encoding="utf-8") as file:
            self.port = int(file.read())
        self.url = "http://127.0.0.1:%d" % self.port

    def calls(self):
        with urllib.request.urlopen(self.url + "/_bench/calls", timeout=20) as response:
            return json.load(response)["calls"]


class TrackerWorld(World):
    """A whole tandem against a Tracker."""

    def __init__(self, issues, environment=()):
        with mock.patch.object(harness, "Sandbox", lambda world, *options, **_: Tracker(world, issues)):
            super().__init__((), environment={**QUIET, **dict(environment)})


class Subscriber:
    """bench-subscriber: when the `count`-th event of one of `types` came. Time as time.monotonic()."""

    def __init__(self, world, types, count):
        topics = ",".join("tandem.v1." + name for name in types)
        self._popen = subprocess.Popen([program("bench-subscriber"), "tcp://127.0.0.1:%d" % world.events_port, topics,
                                        str(count)], stdout=subprocess.PIPE, text=True)
        assert self._popen.stdout.readline() == "ready\n"

    def wait(self, deadline_s):
        try:
            out, _ = self._popen.communicate(timeout=deadline_s)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            raise AssertionError("not all events came within %d s" % deadline_s) from None
        return float(out.split()[1])


def import_all(world, deadline_s):
    """Connects, which starts the first session, and imports; seconds until SyncCompleted is heard on the bus."""
    checkpoint(world)
    subscriber = Subscriber(world, ["SyncCompleted"], 1)
    started_s = time.monotonic()
    world.connect()
    return subscriber.wait(deadline_s) - started_s


# processes

def _parent_and_cpu(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) * TICK_S


def cpu_by_process(world):
    """CPU seconds so far of each service, of the tracker or sandbox, and of PostgreSQL as a whole."""
    used = {name: _parent_and_cpu(process.popen.pid)[1] for name, process in world.processes.items()}
    used[world.sandbox.process.name] = _parent_and_cpu(world.sandbox.process.popen.pid)[1]
    postgres = 0.0
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            parent, cpu_s = _parent_and_cpu(int(folder[6:]))
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == world.cluster.process.pid:
            postgres += cpu_s
    used["postgres"] = postgres
    return used


def cpu_since(world, before):
    return {name: round(after - before.get(name, 0), 2) for name, after in cpu_by_process(world).items()}


def peak_memory_mb(process):
    with open("/proc/%d/status" % process.popen.pid, encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


# databases

def checkpoint(world):
    world.cluster.sql("postgres", "checkpoint")


def url_of(world, database):
    return "host=%s user=tandem dbname=%s" % (world.cluster.folder, database)


def tables_in_order(world):
    """Tables with rows, each after those that its foreign keys name."""
    rows = world.sql("select c.oid::regclass, coalesce(string_agg(distinct k.confrelid::regclass::text, ','), '') from pg_class c "
                     "left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid "
                     "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.oid")
    waiting = {name: {other for other in others.split(",") if other} for name, others in rows}
    ordered = []
    while waiting:
        free = sorted(name for name, others in waiting.items() if not others & waiting.keys())
        ordered += free
        for name in free:
            del waiting[name]
    return [name for name in ordered if world.sql("select exists (select from %s)" % name) == [["t"]]]


class Twin:
    """An empty database of the same schema, for a baseline to fill."""

    def __init__(self, world):
        self.world, self.name = world, "t" + os.urandom(6).hex()
        world.cluster.sql("postgres", "create database " + self.name)
        arguments = ["-h", world.cluster.folder, "-U", "tandem"]
        schema = subprocess.run([os.path.join(world.cluster.bin, "pg_dump"), *arguments, "-s", world.database], check=True,
                                capture_output=True).stdout
        subprocess.run([os.path.join(world.cluster.bin, "psql"), *arguments, "-q", "-v", "ON_ERROR_STOP=1", "-d", self.name],
                       input=schema, check=True, stdout=subprocess.DEVNULL)
        self.url = url_of(world, self.name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.world.cluster.sql("postgres", "drop database %s with (force)" % self.name)


def run_baseline(name, *arguments):
    done = subprocess.run([program(name), *arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


# the database's own view

def watch_statements():
    """Restarts the shared cluster with pg_stat_statements. False where it is not installed."""
    cluster = Cluster.shared()
    if not os.path.exists("/usr/lib/postgresql/%s/lib/pg_stat_statements.so" % cluster.bin.split("/")[-2]):
        return False
    cluster.sql("postgres", "alter system set shared_preload_libraries = 'pg_stat_statements'")
    cluster.process.send_signal(signal.SIGINT)
    cluster.process.wait()
    cluster.start()
    return True


def top_statements(world, count):
    """The statements that took longest: (milliseconds, calls, text)."""
    rows = world.sql("select round(total_exec_time), calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 400) "
                     "from pg_stat_statements order by total_exec_time desc limit %d" % count)
    return [(int(ms), int(calls), text) for ms, calls, text in rows]
