#!/usr/bin/python3
"""Runs the simulation (docs/simulation.md) on a private PostgreSQL in memory, one process a core.

    tests/simulation/simulate.py [--seed S] [--seeds N] [--seconds T] [--mutant NAME] [--trace]
    tests/simulation/simulate.py --soak      without an end, from where the last one stopped
    tests/simulation/simulate.py --mutants   each protective part left out in turn

Every seed is one run that can be repeated: `--seed S` alone runs that one and, if it breaks a property, prints what
was left of it after shrinking. Last line: how many seeds ran, how many broke a property, how fast. Exit status: 0 none
did, 1 some did, 2 it could not be run.
"""

import argparse
import concurrent.futures
import contextlib
import glob
import json
import os
import pwd
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PROGRAM = os.path.join(ROOT, "build/simulation/tests/tandem-simulation")
PRELOADED_CLOCK = "simulation-clock.so"  # beside it
# Nothing outlives a run, so nothing need reach a disk; and nothing may move rows about by itself, so that a seed is
# always the same run. Commits write what they log themselves, into memory: otherwise each wakes the WAL writer for it.
SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = on
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
track_activities = off
track_counts = off
update_process_title = off
shared_buffers = 64MB
max_connections = 10
"""


def postgres_folder():
    """Of the newest PostgreSQL that is installed, or None."""
    places = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[4]), reverse=True)
    found = [place for place in places if os.access(os.path.join(place, "initdb"), os.X_OK)]
    return found[0] if found else None


def why_not():
    """Why it cannot be run here, or None."""
    if not os.access(PROGRAM, os.X_OK):
        return "tandem-simulation is not built: ./dev simulate builds it"
    return None if postgres_folder() else "PostgreSQL is not installed"


def other_user():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL does not run as root, and there is no other user for it")


class Cluster:
    """PostgreSQL in memory, gone when it is left, with the one process that uses it, which sets its clock. Both stay on
    one core: they take turns, and to wake somebody up on another core takes longer than most statements."""

    def __init__(self, number):
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.tools, self.user = cores[number % len(cores)], postgres_folder(), other_user()

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="tandem-simulation-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        data = os.path.join(self.folder, "data")
        self._tool("initdb", "-D", data, "-U", "tandem", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        with open(os.path.join(data, "postgresql.conf"), "a", encoding="utf-8") as settings:
            settings.write(SETTINGS + "unix_socket_directories = '%s'\n" % self.folder)
        self.server = self.start([os.path.join(self.tools, "postgres"), "-D", data], cwd=self.folder, env=self._clocked(),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.user)
        self._tool("pg_isready", "-h", self.folder, "-U", "tandem", "-d", "postgres", patience_s=30)
        return self

    def __exit__(self, *unused):
        self.server.send_signal(signal.SIGINT)  # at once, whoever is connected
        self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.programs, ignore_errors=True)

    def _clocked(self):
        """The environment of a server whose time is what stands in the file `clock`. What is loaded for that stands where
        the server's user may read it, and where programs may be executed, which is not always so below /dev/shm."""
        self.programs = tempfile.mkdtemp(prefix="tandem-simulation-")
        os.chmod(self.programs, 0o755)
        loaded = shutil.copy(os.path.join(os.path.dirname(PROGRAM), PRELOADED_CLOCK), self.programs)
        with open(self.clock(), "wb") as file:
            file.write(bytes(8))
        os.chmod(self.clock(), 0o644)
        return {**os.environ, "LD_PRELOAD": loaded, "TANDEM_SIMULATED_CLOCK": self.clock()}

    def start(self, command, **more):
        return subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, {self.core}), **more)

    def _tool(self, name, *words, patience_s=0):
        end = time.monotonic() + patience_s
        command = [os.path.join(self.tools, name), *words]
        while True:
            done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                  text=True, **self.user)
            if done.returncode == 0:
                return
            if time.monotonic() > end:
                raise SystemExit("%s: %s" % (name, done.stdout))
            time.sleep(0.05)

    def url(self):
        return "host=%s user=tandem dbname=postgres" % self.folder

    def clock(self):
        return os.path.join(self.folder, "clock")


class Totals:
    """What the processes report, added up."""

    def __init__(self):
        self.of = {}  # process -> seeds, broken, verbs so far
        self.failures, self.counts = [], {}
        self.start = time.monotonic()

    def read(self, process, line):
        """Returns whether a person wants to see it as it is."""
        words = line.split()
        if line.startswith("total "):
            self.of[process] = [int(word) for word in words[1:4]]
        elif line.startswith("count "):
            name = line.split(None, 2)[2].rstrip()
            self.counts[name] = self.counts.get(name, 0) + int(words[1])
        elif line.startswith("seed "):
            self.failures.append(line.rstrip())
        return not line.startswith(("total ", "count "))

    @property
    def seeds(self):
        return sum(of[0] for of in self.of.values())

    @property
    def wrong(self):
        return len(self.failures)

    def __str__(self):
        seconds = time.monotonic() - self.start
        verbs = sum(of[2] for of in self.of.values())
        return "%d seeds, %d broke a property; %.0f s, %.1f seeds/s, %.0f verbs/s, %d verbs a seed" % (
            self.seeds, self.wrong, seconds, self.seeds / seconds, verbs / seconds, verbs // max(self.seeds, 1))


def read_all(processes, totals, show, progress_s):
    """Reads what the processes print until all have ended; tells how far they are every `progress_s` seconds."""
    lines, told = queue.Queue(), time.monotonic()
    for process in processes:
        threading.Thread(target=lambda it=process: [lines.put((it, line)) for line in it.stdout] + [lines.put((it, ""))],
                         daemon=True).start()
    open_ends = len(processes)
    while open_ends:
        process, line = lines.get()
        open_ends -= not line
        if totals.read(process.pid, line) and line and show:
            show(line)
        if progress_s and time.monotonic() - told >= progress_s:
            told = time.monotonic()
            print("so far: %s" % totals, file=sys.stderr, flush=True)


def run_on(clusters, first, seeds, seconds=0, mutant=None, show=None, more=(), progress_s=0):
    """Runs `seeds` seeds from `first` on, or for `seconds`, a process for each cluster; `show` gets every line of output.
    Returns the totals."""
    with contextlib.ExitStack() as stack:
        totals, workers, step = Totals(), [], len(clusters)
        for number, cluster in enumerate(clusters):
            command = [PROGRAM, "--database", cluster.url(), "--clock", cluster.clock(), "--seed", str(first + number), "--step", str(step),
                       "--seeds", str((seeds - number + step - 1) // step), "--seconds", str(seconds), *more]
            command += ["--mutant", mutant] if mutant else []
            workers.append(cluster.start(command, stdout=subprocess.PIPE, text=True))
            stack.callback(workers[-1].kill)
        read_all(workers, totals, show, progress_s)
        for worker in workers:
            if worker.wait() not in (0, 1):
                totals.failures.append("a process ended with status %d" % worker.returncode)
    return totals


@contextlib.contextmanager
def new_clusters(count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Cluster(number)) for number in range(count)]


def simulate(first, seeds, processes, **more):
    """run_on() as many new clusters."""
    with new_clusters(min(processes, seeds)) as clusters:
        return run_on(clusters, first, seeds, **more)


PROGRESS_S = 15
SOAK_FILE = os.path.join(ROOT, "build", "simulation", "soak.json")
SOAK_CHUNK_S = 120
FIRST_SOAK_SEED = 1000000


def read_soak(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"next_seed": FIRST_SOAK_SEED, "seeds": 0, "broken": []}


def soak(processes, path, chunk_s):
    """A chunk after the other until somebody ends it; what was run is kept, and no seed is run twice."""
    state = read_soak(path)
    print("so far: %d seeds, %d broke a property" % (state["seeds"], len(state["broken"])), flush=True)
    while True:
        totals = simulate(state["next_seed"], 10 ** 9, processes, seconds=chunk_s, show=lambda line: print(line, end=""))
        state["next_seed"] += processes * (totals.seeds + 1)  # processes run at different speeds
        state["seeds"] += totals.seeds
        state["broken"] += totals.failures
        with open(path, "w", encoding="utf-8") as file:
            json.dump(state, file)
        print("so far: %d seeds, %d broke a property (this time %s)" % (state["seeds"], len(state["broken"]), totals), flush=True)


# What can be left out (lib/base/mutation.h), and within how many seeds that has to show.
MUTANTS = ["shadow", "gate", "fresh", "marker", "intent", "fence", "lease", "delta", "overlap", "settle", "overwrite",
           "latecomer", "history", "together", "scan", "night", "redelivery"]
NOTICED_WITHIN = 3000


def leave_out(names, processes, first=1, seeds=NOTICED_WITHIN):
    """Each part in turn, a process each. Yields its name and the totals, as they come."""
    free = queue.Queue()

    def run(name):
        cluster = free.get()
        try:
            return name, run_on([cluster], first, seeds, mutant=name, more=["--first"])
        finally:
            free.put(cluster)

    with new_clusters(processes) as clusters, concurrent.futures.ThreadPoolExecutor(processes) as pool:
        for cluster in clusters:
            free.put(cluster)
        for done in concurrent.futures.as_completed([pool.submit(run, name) for name in names]):
            yield done.result()


def mutants(names, processes, first):
    """Whether every part is missed when it is left out: the seed, and the property that broke."""
    noticed, start = 0, time.monotonic()
    print("%-10s %-14s %s" % ("left out", "noticed after", "by"), flush=True)
    for name, totals in leave_out(names, processes, first):
        after = "%d seeds" % totals.seeds if totals.failures else "not at all"
        print("%-10s %-14s %s" % (name, after, (totals.failures or ["%d seeds kept every property" % totals.seeds])[0]),
              flush=True)
        noticed += bool(totals.failures)
    print("%d of %d noticed; %.0f s" % (noticed, len(names), time.monotonic() - start))
    return 0 if noticed == len(names) else 1


def main():
    parser = argparse.ArgumentParser(description="Runs seeds of the simulation.")
    parser.add_argument("--seed", type=int, default=None, help="the first seed (1); alone: run just this one")
    parser.add_argument("--seeds", type=int, default=None, help="how many (1000; with --seconds as many as fit)")
    parser.add_argument("--seconds", type=int, default=0, help="stop after so long")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--mutant", help="take a protective part out: the simulation has to notice")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="leave each part out in turn")
    parser.add_argument("--soak", action="store_true", help="run on, from where the last one stopped; tells how far each --seconds (%d)"
                        % SOAK_CHUNK_S)
    parser.add_argument("--soak-file", default=SOAK_FILE, help="where that stands")
    parser.add_argument("--counts", action="store_true", help="print what the seeds met: faults, conflicts, retries ...")
    parser.add_argument("--trace", action="store_true", help="print everything that happens")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    if options.soak:
        return soak(options.processes, options.soak_file, options.seconds or SOAK_CHUNK_S)
    if options.mutants is not None:
        return mutants(options.mutants or MUTANTS, options.processes, 1 if options.seed is None else options.seed)
    seeds = options.seeds or (10 ** 9 if options.seconds else 1 if options.seed is not None else 1000)
    first = 1 if options.seed is None else options.seed
    totals = simulate(first, seeds, min(options.processes, seeds), seconds=options.seconds, mutant=options.mutant,
                      show=lambda line: print(line, end="", flush=True),
                      more=["--trace"] * options.trace + ["--counts"] * options.counts, progress_s=PROGRESS_S)
    for name, count in totals.counts.items():
        print("%9.1f per 1,000 seeds  %s" % (1000.0 * count / totals.seeds, name))
    print("from seed %d: %s" % (first, totals), flush=True)
    return 1 if totals.wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(143))  # clusters are taken down on the way out
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
