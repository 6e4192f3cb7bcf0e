#!/usr/bin/python3
"""Every call of every adapter fails, in every way that a tracker or a network has: nothing is lost, nothing is done twice, and
`status` tells what waits for a person.

One world a tracker, a round for each way to fail. In a round each kind of call is struck once, whichever it is; which calls
there are stands in CALLS, and a call that does not stand there fails the test. What stops for a person is looked up in
`status`, and put back as the person would.
"""

import concurrent.futures
import contextlib
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from failures import KINDS, each_call  # noqa: E402
from trackers import GitHub, Jira, JsonTracker, Linear, OneTracker  # noqa: E402
from verbs import Refused  # noqa: E402
from world import Cluster, wait_for  # noqa: E402

ROUND_S = 120

# TANDEM_FAULT_KINDS, names with blanks between, chooses some.
CHOSEN = [name for name in KINDS if name in os.environ.get("TANDEM_FAULT_KINDS", " ".join(KINDS)).split()]

# Every call of each adapter, and how it is recognised: one that is not here is new, and has not been thought about.
CALLS = {
    "github": """
        GET /user, GET /repos/acme/rocket, GET /repos/acme/rocket/issues, GET /repos/acme/rocket/issues/comments,
        GET /repos/acme/rocket/issues/*, GET /repos/acme/rocket/issues/comments/*, GET /repos/acme/rocket/issues/*/comments,
        POST /repos/acme/rocket/issues, PATCH /repos/acme/rocket/issues/*, POST /repos/acme/rocket/issues/*/labels,
        POST /repos/acme/rocket/issues/*/assignees,
        POST /repos/acme/rocket/issues/*/comments, PATCH /repos/acme/rocket/issues/comments/*,
        DELETE /repos/acme/rocket/issues/*/labels/here, DELETE /repos/acme/rocket/issues/comments/*""",
    "jira": """
        GET /rest/api/*/myself, GET /rest/api/*/project/ROCKET, GET /rest/api/*/field, POST /rest/api/*/search/jql,
        POST /rest/api/*/issue/bulkfetch, GET /rest/api/*/issue/*, GET /rest/api/*/issue/*/comment,
        GET /rest/api/*/issue/*/comment/*, GET /rest/api/*/issue/*/transitions, GET /rest/api/*/user/assignable/search, POST /rest/api/*/issue,
        POST /rest/api/*/issue/bulk, PUT /rest/api/*/issue/*, POST /rest/api/*/issue/*/transitions,
        POST /rest/api/*/issue/*/comment, PUT /rest/api/*/issue/*/comment/*, DELETE /rest/api/*/issue/*/comment/*""",
    "linear": """
        POST /graphql?Team, POST /graphql?Changes, POST /graphql?Issue, POST /graphql?IssuesById, POST /graphql?Comment,
        POST /graphql?States, POST /graphql?Labels, POST /graphql?Users, POST /graphql?Issues, POST /graphql?Comments,
        POST /graphql?CreateIssue, POST /graphql?CreateIssues,
        POST /graphql?UpdateIssue, POST /graphql?CreateLabel, POST /graphql?CreateComment, POST /graphql?UpdateComment,
        POST /graphql?DeleteComment""",
    "webhook": """
        GET /projects/rocket/tickets, GET /projects/rocket/comments, GET /projects/rocket/tickets/*,
        GET /projects/rocket/comments/*, POST /projects/rocket/tickets, PATCH /projects/rocket/tickets/*,
        POST /projects/rocket/tickets/*/comments, PATCH /projects/rocket/comments/*, DELETE /projects/rocket/comments/*""",
}
# Asked for only after some failures, to look for what was made or what is refused; or several at once only where they meet.
NOT_ALWAYS = """
    GET /repos/acme/rocket, GET /repos/acme/rocket/issues/*/comments, GET /repos/acme/rocket/issues/comments/*,
    GET /rest/api/*/project/ROCKET, GET /rest/api/*/issue/*/comment, GET /rest/api/*/issue/*, POST /rest/api/*/issue,
    POST /graphql?Comment, POST /graphql?CreateIssue, POST /graphql?Issue,
    POST /graphql?CreateIssues, POST /rest/api/*/issue/bulk"""
# Only where an update whose answer was lost meets another change of the same ticket, or, in GitHub, of the same seconds.
SELDOM = "GET /repos/acme/rocket/issues/*/events, POST /graphql?History"
WORLDS = 2  # a tracker's rounds are shared by so many, one after the other: what is in a world grows with each round


class Player:
    """One world, and what people have done in it so far."""

    def __init__(self, kind):
        self.world = OneTracker(kind, environment={"TANDEM_LEASE_MS": "4000"})
        self.tracker = self.world.tracker
        self.role = "adapter-" + kind.system
        self.expected = {}  # {title: {"comments": [...], ...}} of what must be on both sides
        self.told = []      # what `status` said of what waits
        self.calls = {}     # {kind of failure: the calls that it struck}
        self.mode = "incremental"
        self.world.connect()

    def close(self):
        self.world.close()

    # what people do

    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)

    def set_state(self, state):
        self.world.call("project.set_state", name="rocket", state=state, actor="user:test")

    def comment(self, key, body):
        self.world.call("ticket.comment", key=key, body=body, actor="user:carol")

    def make(self, title, **fields):
        """A ticket here."""
        self.expected[title] = {"body": "Text.", "comments": [], **fields}
        return self.world.call("ticket.new", project="rocket", actor="user:carol",
                               fields={"title": title, "body": "Text.", **fields})["key"]

    def find(self, title):
        """The key here of a ticket, or None."""
        rows = self.world.sql("select number from item where kind = 'ticket' and fields ->> 'title' = '%s'" % title)
        return rows and "T-" + rows[0][0]

    def play(self, name):
        """Uses every call: what is new on both sides, alone and together, then changes, comments, and what is taken back."""
        old = self.quietly_there("Old %s" % name, 4)
        self.spoil(name)
        self.set_state("paused")
        for number in range(3):
            self.make("Together %d of %s" % (number, name), status="done" if number == 1 else "open")
        self.set_state("active")
        key = self.make("Alone of " + name, labels=["new-" + name])
        self.comment(key, "Said on its way")
        self.expected["Alone of " + name]["comments"].append("Said on its way")
        for title in old[:2]:
            self.edit(self.find(title), set={"status": "in_progress"}, add={"labels": ["here"]})
            self.expected[title].update(labels=["here"])
        self.edit(self.find(old[2]), set={"body": "Changed here."})
        self.expected[old[2]]["body"] = "Changed here."
        self.tracker.edit("bob", self.there[old[3]], body="Changed there.")
        self.expected[old[3]]["body"] = "Changed there."
        made = self.tracker.create("alice", title="There of " + name, body="Text.")
        self.tracker.comment("bob", made, "Said there")
        self.expected["There of " + name] = {"body": "Text.", "comments": ["Said there"]}
        self.mend()
        self.talk(name, old)
        self.mend("full")

    def talk(self, name, old):
        """Changes and deletes comments that have arrived."""
        first, second = (self.find(title) for title in old[:2])
        for key, body in ((first, "Thought again"), (second, None)):
            comment = next(one for one in self.world.call("ticket.get", key=key)["comments"] if not one.get("deleted"))
            if body:
                self.edit(comment["key"], set={"body": body})
            else:
                self.world.call("comment.delete", key=comment["key"], actor="user:carol")
        self.edit(first, add={"assignees": ["alice"]}, remove={"labels": ["here"]})
        self.expected[old[0]].update(comments=["Thought again"], labels=[], assignees=["alice"])
        self.expected[old[1]]["comments"] = []

    def quietly_there(self, title, count):
        """Tickets that are on both sides before anything fails, each with a comment of ours."""
        titles = ["%s %d" % (title, number) for number in range(count)]
        self.there = {one: self.tracker.create("alice", title=one, body="Text.") for one in titles}
        wait_for(lambda: self.world.sync() and all(map(self.find, titles)), "the tickets", ROUND_S)
        self.world.settle()
        for one in titles:
            self.comment(self.find(one), "First thought")
            self.expected[one] = {"body": "Text.", "comments": ["First thought"]}
        self.world.settle()
        return titles

    def spoil(self, name):
        """As if time had passed since the last round, for those who pace writes. From now on each call fails once; a new process has asked for nothing yet."""
        self.world.sql("update rate_bucket set tokens = capacity, updated_at = now()")
        self.world.processes[self.role].stop()
        self.world.sandbox.control("POST", "faults", each_call(self.tracker.system, name))
        self.world.start(self.role)

    # what a person does about what does not go on by itself

    def project(self):
        return self.world.call("status")["projects"][0]

    def mend(self, mode="incremental"):
        """Until everything is done: resumes, retries and decides, always by what `status` says."""
        self.mode = mode
        self.look()
        wait_for(self.is_mended, "all to be done", ROUND_S, pause_s=0.04)

    def look(self):
        """As somebody who asks for it; a project that has stopped says so."""
        try:
            self.world.call("session.start", project="rocket", mode=self.mode, trigger="person", actor="user:test")
        except Refused as refused:
            assert "has stopped" in refused.message, refused.message

    def is_mended(self):
        told = self.world.call("status")
        project = told["projects"][0]
        if project["project"]["state"] != "active":
            self.resume(project)
        elif told.get("parked"):
            self.retry(told["parked"])
        elif project.get("open_conflicts"):
            self.decide()
        else:
            return self.world.is_quiet() and self.is_settled()
        return False

    def is_settled(self):
        told = self.world.call("status")
        project = told["projects"][0]
        return project["project"]["state"] == "active" and not told.get("parked") and not project.get("open_conflicts")

    def resume(self, project):
        assert project["project"].get("state_reason") and project.get("next_step"), project
        self.told.append(project["project"]["state_reason"])
        self.set_state("active")
        self.look()

    def retry(self, parked):
        for one in parked:
            assert one.get("reason") and one.get("id"), one
            self.told.append(one["reason"])
        self.world.call("work.retry", all=True, actor="user:carol")

    def decide(self):
        for conflict in self.world.call("conflict.list", state="open").get("conflicts", []):
            self.told.append("%s of %s" % (conflict["kind"], conflict["field"]))
            with contextlib.suppress(Refused):  # what was in the way is gone meanwhile
                self.world.call("conflict.resolve", id=conflict["id"], choice="local", actor="user:carol")

    # what must hold

    def round(self, name):
        """What is wrong after a round."""
        self.told = []
        self.play(name)
        rule = self.world.sandbox.control("GET", "faults")["faults"][0]
        self.calls[name] = set(rule["calls"])
        self.world.sandbox.control("DELETE", "faults")
        self.world.sync(mode="full")
        self.world.settle()
        before = len(self.tracker.writes())
        self.world.sync(mode="full")
        self.world.settle()
        problems = ["written in a further round: %r" % one for one in self.tracker.writes()[before:]]
        return problems + self.differences(name) + self.refused_receipts()

    def refused_receipts(self):
        """What became of a write is always taken; a lease that has run out is another code."""
        lines = self.world.processes["store"].output().splitlines()
        return [line for line in lines if "event=verb_failed" in line and "verb=push.receipt code=rejected" in line]

    def differences(self, name):
        titles = sorted(self.tracker.titles())
        here = sorted(row[0] for row in self.world.sql("select fields ->> 'title' from item where kind = 'ticket'"))
        problems = [] if titles == here == sorted(self.expected) else [
            "titles: there %s, here %s, expected %s" % (titles, here, sorted(self.expected))]
        for title, expected in self.expected.items():
            if name in title:
                problems += self.compare(title, expected)
        return problems

    def compare(self, title, expected):
        rows = self.world.sql("select e.external_key from external_item e where kind = 'ticket' and fields ->> 'title' = '%s'"
                              % title)
        if len(rows) != 1:
            return ["%s: known there as %s" % (title, rows)]
        there, here = self.tracker.look(rows[0][0]), self.world.call("ticket.get", key=self.find(title))
        mine = dict(here["fields"], comments=[one["body"] for one in here.get("comments", []) if not one.get("deleted")])
        people = getattr(self.tracker, "people", {})
        mine["assignees"] = [people.get(one, one) for one in mine.get("assignees", [])]
        expected = dict(expected, assignees=[people.get(one, one) for one in expected.get("assignees", [])])
        return ["%s: %s is %r there and %r here, expected %r" % (title, name, there[name], mine.get(name), value)
                for name, value in expected.items() if not there[name] == mine.get(name) == value]


class Tale:
    """All rounds of one tracker, played as soon as somebody asks."""

    def __init__(self, kind):
        self.kind, self.problems, self.calls = kind, {}, {}

    def play(self):
        for number in range(WORLDS):
            self.play_rounds(CHOSEN[number::WORLDS])
        return self

    def play_rounds(self, names):
        """All in one world, unless something goes wrong in it."""
        player = Player(self.kind)
        try:
            for name in names:
                self.play_round(player, name)
                if self.problems[name]:
                    self.problems[name].append(player.world.logs())
                    player.close()
                    player = Player(self.kind)
        finally:
            player.close()

    def play_round(self, player, name):
        started = time.monotonic()
        try:
            self.problems[name] = player.round(name)
        except Exception as problem:  # the other rounds go on
            waits = player.world.sql("select id, change, kind, state, reason from intent where state not in ('done', 'stale')")
            self.problems[name] = ["%s: %s; told: %s; writes: %s" % (type(problem).__name__, problem, player.told[-5:], waits)]
        self.calls[name] = player.calls.get(name, set())
        print("# %s, %s: %d calls struck, %.1f s%s; told: %s" % (
            self.kind.system, name, len(self.calls[name]), time.monotonic() - started,
            ", WENT WRONG" if self.problems[name] else "", [one[:70] for one in sorted(set(player.told))]), flush=True)


class EachCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Cluster.shared()
        pool = concurrent.futures.ThreadPoolExecutor(4)
        cls.tales = {kind.system: pool.submit(Tale(kind).play) for kind in (GitHub, Jira, Linear, JsonTracker)}


def words(text):
    return {one.strip() for one in text.split(",")}


def check_of(system, kind):
    def check(self):
        problems = self.tales[system].result().problems[kind]
        self.assertEqual(problems, [], "\n".join(problems))
    return check


def calls_of(system):
    def check(self):
        """CALLS is what the adapter asks for: no more, no less. Each was struck in most ways (what meets what decides whether
        several are asked for at once), but for those asked for at times."""
        tale = self.tales[system].result()
        met = set().union(*tale.calls.values())
        self.assertEqual(met - words(CALLS[system]) - words(SELDOM), set(), "new")
        if CHOSEN == list(KINDS):
            self.assertEqual(words(CALLS[system]) - met, set(), "never met")
        for call in words(CALLS[system]) - words(NOT_ALWAYS):
            struck = sum(call in calls for calls in tale.calls.values())
            self.assertGreaterEqual(struck * 4, len(tale.calls) * 3, "struck in %d ways: %s" % (struck, call))
    return check


for _system in CALLS:
    for _kind in CHOSEN:
        setattr(EachCall, "test_each_call_of_%s_fails_as_%s" % (_system, _kind), check_of(_system, _kind))
    setattr(EachCall, "test_each_call_of_%s_is_known" % _system, calls_of(_system))


if __name__ == "__main__":
    tap.main(__name__)
