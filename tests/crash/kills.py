#!/usr/bin/python3
"""The full crash run: the stories told again and again while every process is killed at one named point after the other, in
all of its lives; each ends as the undisturbed one did.

    tests/crash/kills.py [--kills 5000] [--each 20] [--seconds N] [--jobs N] [--tale NAME] [--fresh]

It ends when that many kills were done and every point had `--each` of them, or after N seconds, and at once when there is a
point that no undisturbed story comes to. The book of kills is kept in build/crash/kills.jsonl: stopped at any time, a run goes
on where it was. A story that went wrong leaves what its processes said in build/crash/. Last lines: kills per point, and the
total. Exit status: 0 all is well, 1 a story went wrong, 2 stopped before the end.
"""

import argparse
import concurrent.futures
import contextlib
import os
import random
import shutil
import signal
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["TANDEM_TEST_PATIENCE"] = "10"  # each death costs time: a lease that has to run out, a retry that waits
from deaths import end_of, told_undisturbed  # noqa: E402
from fates import Book, Fates, key_of  # noqa: E402
from points import forgotten  # noqa: E402
from story import differences  # noqa: E402
from tales import MORTAL  # noqa: E402
from world import ROOT, Cluster, wait_for  # noqa: E402

FOLDER = os.path.join(ROOT, "build", "crash")


class Living:
    """The worlds that are there, for the one who has to leave at once."""

    def __init__(self):
        self.worlds = set()

    @contextlib.contextmanager
    def keep(self, world):
        self.worlds.add(world)
        yield
        self.worlds.discard(world)

    def end(self, *_):
        """On SIGINT or SIGTERM: their stories are not in the book, and will be told by the next run."""
        for world in list(self.worlds):
            if world.keeper:
                world.keeper.stop()
            for process in [*world.processes.values(), world.sandbox.process]:
                process.popen.kill()
            shutil.rmtree(world.folder, ignore_errors=True)
        Cluster.shared().close()
        print("stopped; the next run goes on from here", flush=True)
        os._exit(2)


LIVING = Living()


class Reference:
    """A tale, and what its undisturbed story came to."""

    def __init__(self, tale, book):
        self.tale = tale
        self.expected, problems, self.points = told_undisturbed(tale)
        if problems:
            raise SystemExit("the undisturbed story of %s: %s" % (tale.name, problems))
        book.meet(tale.name, {key_of(tale.program, point): number for point, number in self.points.items()})


def told(reference, book, seed):
    """One story with many deaths, as a line of the book."""
    tale, started = reference.tale, time.monotonic()
    with tale.make_world() as world, LIVING.keep(world):
        fates = Fates(tale, book, random.Random(seed), world.folder)
        world.of_life = lambda role: fates.of_life(role) if role in tale.roles else {}
        problems = told_to_the_end(tale, world, reference.expected)
        if problems:
            keep_logs(world, "%s-%d" % (tale.name, seed), problems)
        return {"tale": tale.name, "seed": seed, "seconds": round(time.monotonic() - started, 1), "problems": problems,
                "killed": [[*key, number] for key, number in sorted(fates.killed().items())], "met": sorted(fates.met())}


def told_to_the_end(tale, world, expected):
    try:
        world.start_all()
        keeper = world.keep_alive()
        wait_for(world.answers, "the store")
        tale.tell(world)
        put_back(world)
        world.sandbox.control("POST", "webhooks", {"pause": True})  # what failed a minute ago comes again while we look
        world.settle()
        state, problems = end_of(tale, world)
        return problems + differences(expected, state) + keeper.ended
    except Exception:  # what a story trips over is a finding, and the other stories go on
        return [traceback.format_exc()]


def put_back(world):
    """What a delivery was given up for, five deaths with it in hand, is no fault of its own here: as `tandem status` says, it is
    tried again."""
    for delivery, reason in world.sql("select id, reason from delivery where state = 'poison'"):
        assert reason.startswith("it was tried five times"), reason
        world.call("work.retry", id="D-%s" % delivery, actor="user:ann")


def keep_logs(world, name, problems):
    folder = os.path.join(FOLDER, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "problems"), "w", encoding="utf-8") as file:
        file.write("\n".join(problems) + "\n")
    for entry in os.scandir(world.folder):
        if entry.name.endswith((".log", ".points")) or entry.name == "killed":
            shutil.copy(entry.path, folder)


class Run:
    def __init__(self, options, book, references):
        self.options, self.book, self.references = options, book, references
        self.until = time.monotonic() + options.seconds if options.seconds else None
        self.started = book.stories

    def is_over(self):
        if self.until and time.monotonic() > self.until:
            return True
        return self.book.total >= self.options.kills and not self.book.short()

    def next_tale(self, number):
        """The tales in turn, those first that still have points to die at."""
        lacking = self.book.lacking()
        wanted = [one for one in self.references if one.tale.name in lacking] or self.references
        return wanted[number % len(wanted)]

    def tell_on(self, worker):
        number = worker
        while not self.is_over():
            story = told(self.next_tale(number), self.book, random.randrange(1 << 31))
            self.book.add(story)
            print("%s seed %d: %d kills, %.0f s%s; %d of %d" % (
                story["tale"], story["seed"], sum(row[-1] for row in story["killed"]), story["seconds"],
                ", WENT WRONG: " + story["problems"][0] if story["problems"] else "", self.book.total,
                self.options.kills), flush=True)
            number += 1

    def all(self):
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for future in [pool.submit(self.tell_on, worker) for worker in range(self.options.jobs)]:
                future.result()


def all_forgotten(references):
    """Named points that none of the tales comes to. What all have in common may be in any of them."""
    everywhere = {point for one in references for point in one.points if not point.startswith("adapter.")}
    passed = {}
    for one in references:
        passed.setdefault(one.tale.program, set(everywhere)).update(one.points)
    return [line for program, points in passed.items() for line in forgotten(program, points)]


def report(book, options):
    for program, point in sorted(book.passed):
        print("%6d  %s%s" % (book.killed[program, point], program + ": " if program else "", point))
    short = book.short()
    print("%d kills at %d points in %d stories (%.0f s of stories); %d points with fewer than %d; %d stories went wrong" % (
        book.total, len(book.passed), book.stories, book.seconds, len(short), options.each, len(book.failed)))
    for name in book.failed:
        print("went wrong: " + name)
    return 1 if book.failed else 2 if short or book.total < options.kills else 0


def main():
    parser = argparse.ArgumentParser(description="Kills every process at every point, again and again.")
    parser.add_argument("--kills", type=int, default=5000)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--jobs", type=int, default=10, help="how many worlds live at a time")
    parser.add_argument("--tale", choices=[tale.name for tale in MORTAL], action="append")
    parser.add_argument("--fresh", action="store_true", help="forget the kills of earlier runs")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    Cluster.shared()
    signal.signal(signal.SIGINT, LIVING.end)
    signal.signal(signal.SIGTERM, LIVING.end)
    book = Book(os.path.join(FOLDER, "kills.jsonl"), options.kills, options.each)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        tales = [tale for tale in MORTAL if not options.tale or tale.name in options.tale]
        references = list(pool.map(lambda tale: Reference(tale, book), tales))
    lines = [] if options.tale else all_forgotten(references)
    if lines:
        raise SystemExit("\n".join(lines))
    Run(options, book, references).all()
    sys.exit(report(book, options))


if __name__ == "__main__":
    main()
