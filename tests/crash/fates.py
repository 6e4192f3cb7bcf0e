"""Where each life of a process ends in a story of many deaths, and the book of the deaths that there were.

A life is given a countdown for some of the points that its program is known to pass, and dies at whichever runs out first.
A point takes at most `DEATHS_A_STORY` lives of one story, so that every story gets to its end. Points that few have died at
come first.
"""

import collections
import json
import os
import threading

DEATHS_A_STORY = 3
LOW, HIGH = 0.05, 0.9  # how likely a point is to be in a life's plan: one that had its deaths, one that had not


class Book:
    """Stories that were told, a line of JSON each, so that a run can be stopped and taken up again."""

    def __init__(self, path, kills, each):
        self.path, self.kills, self.each = path, kills, each
        self.killed = collections.Counter()  # by (program, point); the program is "" where it is the same in all tales
        self.passed = {}                     # {(program, point): how often an undisturbed story passes it, 0 when unknown}
        self.of_tale = {}                    # {tale: the same of its own}
        self.stories, self.failed, self.seconds = 0, [], 0.0
        self._lock = threading.Lock()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    self._count(json.loads(line))

    def _count(self, story):
        self.stories += 1
        self.seconds += story["seconds"]
        for program, point, number in story["killed"]:
            self.killed[program, point] += number
        for program, point in story["met"]:
            self.passed.setdefault((program, point), 0)
        if story["problems"]:
            self.failed.append("%s seed %d" % (story["tale"], story["seed"]))

    def add(self, story):
        with self._lock:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(story) + "\n")
            self._count(story)

    def meet(self, tale, points):
        """Points that an undisturbed story passed, and how often."""
        self.of_tale[tale] = points
        for point, number in points.items():
            self.passed[point] = max(number, self.passed.get(point, 0))

    def needed(self, point):
        return max(0, self.each - self.killed[point])

    def chance(self, point):
        """How likely a point is in a life's plan; once there were enough deaths, only those count that still lack some."""
        if self.needed(point):
            return HIGH
        return LOW if self.total < self.kills else 0

    @property
    def total(self):
        return sum(self.killed.values())

    def short(self):
        """What has not had its deaths yet, of what an undisturbed story comes to: where deaths alone lead, nobody can aim."""
        return sorted(point for point, number in self.passed.items() if number and self.needed(point))

    def lacking(self):
        """Tales that pass such a point."""
        short = set(self.short())
        return {tale for tale, points in self.of_tale.items() if short & points.keys()}


def key_of(program, point):
    """Adapters are different programs; the others are the same in every tale."""
    return (program if point.startswith("adapter.") else "", point)


class Fates:
    """The lives of one story."""

    def __init__(self, tale, book, random, folder):
        self.tale, self.book, self.random = tale, book, random
        self.file = os.path.join(folder, "killed")
        self.logs = {role: os.path.join(folder, role + ".points") for role in tale.roles}
        self._lock = threading.Lock()

    def killed(self):
        """{(program, point): how often this story died there so far}"""
        return collections.Counter(key_of(self.tale.program, point) for point in lines_of(self.file))

    def met(self):
        return {key_of(self.tale.program, point) for path in self.logs.values() for point in lines_of(path)}

    def of_life(self, role):
        """The environment of a process that is about to be started."""
        with self._lock:
            deaths = ",".join("%s:%d" % death for death in self._draw(role))
        return {"TANDEM_FAULT_KILL": deaths, "TANDEM_FAULT_KILLED": self.file, "TANDEM_FAULT_LOG": self.logs[role]}

    def _draw(self, role):
        killed, own = self.killed(), self.book.of_tale[self.tale.name]
        for program, point in sorted(self.book.passed):
            if program not in ("", self.tale.program) or self.tale.role_of(point) != role:
                continue
            if killed[program, point] >= DEATHS_A_STORY:
                continue
            if self.random.random() < self.book.chance((program, point)):
                yield point, self.random.randint(1, max(1, own.get((program, point), 0) // 2))


def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.endswith("\n")]
