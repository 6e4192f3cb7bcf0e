#!/usr/bin/env python3
"""Runs every test program and adds up what they say in TAP (https://testanything.org).

    tests/run.py [-v] [WORD...]      only programs whose name contains one of the words

C programs are build/dev/tests/unit-* (or those of the build folder in TANDEM_BUILD), Python programs are tests/**/test_*.py
and start whole systems. Four run at a time; the crash runs, the simulation and the fresh machine, which start many processes
themselves, count as two. Those that take minutes begin first, so that nobody waits for one of them alone. One line a program,
failures with their output, and last of all `N passed, N failed, N skipped`. Exit status: 0 all passed, 1 something failed, 2 nothing was run.
"""

import argparse
import concurrent.futures
import os
import queue
import re
import resource
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JOBS = 4  # most of them wait more than they compute; tests/harness/world.py has ports for so many
UNIT_TIMEOUT_S = 600
SYSTEM_TIMEOUT_S = 900
WIDE_TIMEOUT_S = 1800
FOLDER_ORDER = ["unit", "harness", "sandbox", "contract", "scenario", "crash", "simulation", "e2e"]
NOT_TESTS = {"bench", "fuzz"}
WIDE = ("tests/crash/test_crash", "tests/crash/test_database.py", "tests/simulation/", "tests/deploy/test_fresh_machine.py")
LONG = ("tests/deploy/test_compose.py", "tests/scenario/test_hybrid.py", "tests/crash/test_memory.py", "tests/scenario/test_each_call.py",
        "unit-sync-test_properties_plan", "tests/scenario/test_replicas.py", "tests/docs/test_documents_run.py")
LINE = re.compile(r"^(not )?ok\b\s*(\d+)?\s*-?\s*(.*?)(?:\s+#\s*(SKIP|TODO)\S*\s*(.*))?$", re.IGNORECASE)
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*SKIP\s*(.*))?", re.IGNORECASE)
SHOWN_LINES = 60
# Settings of a tandem of yours do not reach tests; these are the tests' own.
KEPT_VARIABLES = {"TANDEM_BIN", "TANDEM_BUILD", "TANDEM_CONTRACTS", "TANDEM_TEST_GENTLE", "TANDEM_FAULT_KINDS",
                  "TANDEM_BUS_CUT_S", "TANDEM_CRASH_JOBS", "TANDEM_SCARCITY_STORIES", "TANDEM_SCARCITY_SEED",
                  "TANDEM_CLIENT_KILLS", "TANDEM_NATS_CLUSTER", "TANDEM_NATS_DEATHS"}
OVERRIDABLE = ("SAN_OPTIONS", "TANDEM_BIN", "TANDEM_BUILD")


class Report:
    """What one program's output says."""

    def __init__(self, name, output, status, seconds, timed_out):
        self.name, self.output, self.seconds = name, output, seconds
        self.passed, self.failed, self.skipped = [], [], []
        self._planned = None
        for line in output.splitlines():
            self._read(line)
        self._check_end(status, timed_out)

    def _read(self, line):
        plan, test = PLAN.match(line), LINE.match(line)
        if plan:
            self._planned = (self._planned or 0) + int(plan.group(1))
            if plan.group(2) is not None:
                self.skipped.append((self.name, plan.group(2)))
        elif test:
            self._count(bool(test.group(1)), test.group(3), (test.group(4) or "").upper(), test.group(5))

    def _count(self, is_bad, name, directive, reason):
        if directive == "SKIP":
            self.skipped.append((name, reason or "no reason given"))
        elif is_bad and directive != "TODO":
            self.failed.append(name)
        else:
            self.passed.append(name)

    def _check_end(self, status, timed_out):
        """A program that ends early or badly has failed, whatever its lines say."""
        seen = len(self.passed) + len(self.failed) + len(self.skipped)
        if timed_out:
            self.failed.append("ends within %d s" % timed_out)
        elif status < 0:
            self.failed.append("ends by itself (signal %d)" % -status)
        elif status != 0 and not self.failed:
            self.failed.append("ends with status 0, not %d" % status)
        elif self._planned is None:
            self.failed.append("prints a TAP plan")
        elif seen < self._planned:
            self.failed.append("runs all of its %d tests, not %d" % (self._planned, seen))


def environment():
    """Sanitizers end the program at the first finding; leaks count."""
    added = {
        "CMOCKA_MESSAGE_OUTPUT": "TAP",
        "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:strict_string_checks=1:check_initialization_order=1",
        "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
        "TSAN_OPTIONS": "halt_on_error=1",
        "TANDEM_BIN": os.path.join(ROOT, "build", "dev", "bin"),
        "TANDEM_BUILD": os.path.join(ROOT, "build", "dev"),
        "TANDEM_TEST_PATIENCE": "2",  # deadlines of tests/harness/world.py, for a slow or busy machine
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
    }
    mine = {name: value for name, value in os.environ.items()
            if not name.startswith("TANDEM_") or name in KEPT_VARIABLES}
    added = {name: value for name, value in added.items() if name not in mine or not name.endswith(OVERRIDABLE)}
    return {**mine, **added}


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Running:
    """The programs that run at the moment, so that whoever interrupts the run does not wait for them."""

    def __init__(self):
        self._lock, self._processes, self._is_over = threading.Lock(), set(), False

    def add(self, process):
        with self._lock:
            self._processes.add(process)
            is_over = self._is_over
        if is_over:
            end_group(process)

    def remove(self, process):
        with self._lock:
            self._processes.discard(process)

    def end(self):
        with self._lock:
            self._is_over = True
            processes = list(self._processes)
        for process in processes:
            end_group(process)


class Slots:
    """A program that runs has some of them; no other one has the same."""

    def __init__(self, count):
        self._free, self._taking = queue.SimpleQueue(), threading.Lock()
        self.give(range(count))

    def take(self, count):
        with self._taking:  # one after the other, or two would wait for each other's
            return [self._free.get() for _ in range(count)]

    def give(self, slots):
        for slot in slots:
            self._free.put(slot)


_running = Running()
_slots = Slots(JOBS)


def run_program(name, command, timeout_s):
    slots = _slots.take(2 if name.startswith(WIDE) else 1)
    try:
        return run_in_slot(slots[0], name, command, timeout_s)
    finally:
        _slots.give(slots)


def run_in_slot(slot, name, command, timeout_s):
    """The program in a process group of its own, so that a timeout ends its children too. Programs that run at the same time
    have different slots, and so different ports."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment(), TANDEM_TEST_SLOT=str(slot)), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    timed_out = 0
    _running.add(process)
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        timed_out = timeout_s
        end_group(process)
        output, _ = process.communicate()
    except BaseException:
        end_group(process)
        raise
    finally:
        _running.remove(process)
    text = output.decode("utf-8", "replace")
    return Report(name, text, process.returncode, time.monotonic() - start, timed_out)


def find_units():
    folder = os.path.join(environment()["TANDEM_BUILD"], "tests")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    paths = [os.path.join(folder, name) for name in names if name.startswith("unit-")]
    return [(os.path.basename(path), [path]) for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)]


def folder_rank(name):
    top = name.split(os.sep)[1]
    return (FOLDER_ORDER.index(top) if top in FOLDER_ORDER else len(FOLDER_ORDER), name)


def find_systems():
    found = []
    for folder, below, names in os.walk(os.path.join(ROOT, "tests")):
        below[:] = [name for name in below if name not in NOT_TESTS]
        for name in names:
            if name.startswith("test_") and name.endswith(".py"):
                found.append(os.path.relpath(os.path.join(folder, name), ROOT))
    return [(name, [sys.executable, name]) for name in sorted(found, key=folder_rank)]


def chosen(programs, words):
    return [program for program in programs if not words or any(word in program[0] for word in words)]


def show(report, verbose):
    failed = bool(report.failed)
    counts = "%d passed" % len(report.passed)
    counts += ", %d failed" % len(report.failed) if failed else ""
    counts += ", %d skipped" % len(report.skipped) if report.skipped else ""
    print("%-6s %-52s %6.1f s  %s" % ("FAILED" if failed else "ok", report.name, report.seconds, counts), flush=True)
    if failed or verbose:
        lines = report.output.rstrip().splitlines()
        if not verbose:
            lines = failure_lines(lines)
        for line in lines:
            print("    " + line, flush=True)


def failure_lines(lines):
    """Without the lines of tests that passed; the last ones when there are many."""
    kept = [line for line in lines if not (LINE.match(line) and line.startswith("ok"))]
    return kept if len(kept) <= SHOWN_LINES else ["(%d lines left out)" % (len(kept) - SHOWN_LINES)] + kept[-SHOWN_LINES:]


def turn(name):
    """What takes minutes first, what takes two slots last."""
    return LONG.index(name) if name in LONG else len(LONG) + name.startswith(WIDE)


def run_all(units, systems, verbose):
    programs = [(name, command, UNIT_TIMEOUT_S) for name, command in units]
    programs += [(name, command, WIDE_TIMEOUT_S if name.startswith(WIDE) else SYSTEM_TIMEOUT_S) for name, command in systems]
    programs.sort(key=lambda program: turn(program[0]))
    reports = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        try:
            for future in concurrent.futures.as_completed([pool.submit(run_program, *program) for program in programs]):
                reports.append(future.result())
                show(reports[-1], verbose)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _running.end()
            raise
    return reports


def sum_up(reports):
    passed = sum(len(report.passed) for report in reports)
    failed = [(report.name, test) for report in reports for test in report.failed]
    skipped = [(report.name, test, reason) for report in reports for test, reason in report.skipped]
    print()
    for name, test, reason in skipped:
        print("skipped: %s: %s: %s" % (name, test, reason))
    for name, test in failed:
        print("failed: %s: %s" % (name, test))
    print("%d passed, %d failed, %d skipped" % (passed, len(failed), len(skipped)), flush=True)
    if not passed and not failed:
        return 2
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="Runs every test program.")
    parser.add_argument("-v", "--verbose", action="store_true", help="show all output")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only programs whose name contains it")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    units, systems = chosen(find_units(), options.words), chosen(find_systems(), options.words)
    try:
        sys.exit(sum_up(run_all(units, systems, options.verbose)))
    except KeyboardInterrupt:
        sys.exit("interrupted")


if __name__ == "__main__":
    main()
