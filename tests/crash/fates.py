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
LOW, HIGH = 0.15, 0.5  # how likely a point is to be in a life's plan: one that had its deaths, one that had not


class Book:
    """Stories that were told, a line of JSON each, so that a run can be stopped and taken up again."""

    def __init__(self, path, kills, each):
        self.path, self.kills, self.each = path, kills, each
        self.killed = collections.Counter()  # by (tale, point); the tale is "" where the program is the same in all
        self.passed = {}                     # {(tale, point): how often an undisturbed story passes it, 0 when unknown}
        self.stories, self.failed, self.seconds = 0, [], 0.0
        self._lock = threading.Lock()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    self._count(json.loads(line))

    def _count(self, story):
        self.stories += 1
        self.seconds += story["seconds"]
        for tale, point, number in story["killed"]:
            self.killed[tale, point] += number
        for tale, point in story["met"]:
            self.passed.setdefault((tale, point), 0)
        if story["problems"]:
            self.failed.append("%s seed %d" % (story["tale"], story["seed"]))

    def add(self, story):
        with self._lock:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(story) + "\n")
            self._count(story)

    def meet(self, points):
        """Points that an undisturbed story passed, and how often."""
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


def key_of(tale, point):
    """Adapters are different programs; the others are the same in every tale."""
    return (tale if point.startswith("adapter.") else "", point)


class Fates:
    """The lives of one story."""

    def __init__(self, tale, book, random, folder):
        self.tale, self.book, self.random = tale, book, random
        self.file = os.path.join(folder, "killed")
        self.logs = {role: os.path.join(folder, role + ".points") for role in tale.roles}
        self._lock = threading.Lock()

    def killed(self):
        """{(tale, point): how often this story died there so far}"""
        return collections.Counter(key_of(self.tale.name, point) for point in lines_of(self.file))

    def met(self):
        return {key_of(self.tale.name, point) for path in self.logs.values() for point in lines_of(path)}

    def of_life(self, role):
        """The environment of a process that is about to be started."""
        with self._lock:
            deaths = ",".join("%s:%d" % death for death in self._draw(role))
        return {"TANDEM_FAULT_KILL": deaths, "TANDEM_FAULT_KILLED": self.file, "TANDEM_FAULT_LOG": self.logs[role]}

    def _draw(self, role):
        killed = self.killed()
        for (tale, point), passed in sorted(self.book.passed.items()):
            if tale not in ("", self.tale.name) or self.tale.role_of(point) != role:
                continue
            if killed[tale, point] >= DEATHS_A_STORY:
                continue
            if self.random.random() < self.book.chance((tale, point)):
                yield point, self.random.randint(1, max(1, passed // 2))


def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.endswith("\n")]
