#!/usr/bin/python3
"""What befalls PostgreSQL in the middle of a session: it dies again and again, with all its processes or one at a time, it
freezes, and its disk fills up. Nothing is lost, nothing is done twice, and people are told.

TANDEM_CRASH_FULL=1 makes it 100 deaths. The disk is a small file system in memory, which takes root; else that test is skipped.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import story  # noqa: E402,F401: knows where the harness is
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import Cluster, World, wait_for  # noqa: E402

FULL = bool(os.environ.get("TANDEM_CRASH_FULL"))
DEATHS = 100 if FULL else 5
ISSUES = 40 * DEATHS + 400
EDITS = 5
PAGE_MS = 5000 if FULL else 1000  # so that the session lasts as long as the deaths do
DISK = "160m"


def backends(cluster):
    """The processes that serve connections."""
    found = subprocess.run(["ps", "--no-headers", "-o", "pid,args", "--ppid", str(postmaster(cluster))], capture_output=True,
                           text=True, check=False).stdout.splitlines()
    return [int(line.split()[0]) for line in found if "postgres: tandem" in line]


def postmaster(cluster):
    with open(cluster.folder + "/data/postmaster.pid", encoding="utf-8") as file:
        return int(file.readline())


class Deaths(unittest.TestCase):
    """With fsync on, as in production."""

    def setUp(self):
        os.environ["TANDEM_TEST_FSYNC"] = "on"
        self.addCleanup(os.environ.pop, "TANDEM_TEST_FSYNC")
        self.cluster = Cluster()
        self.addCleanup(self.cluster.close)
        self.world = World(("--issues", str(ISSUES), "--no-limits", "--no-pull-requests"), cluster=self.cluster,
                           environment={"TANDEM_LEASE_MS": "3000"})
        self.addCleanup(self.world.close)

    def known(self):
        """What there is to lose; only grows while the session makes progress."""
        rows = self.cluster.sql(self.world.database, "select (select count(*) from external_item) + (select coalesce(max("
                                "sequence), 0) from event_log)")
        return int(rows[0][0]) if rows else None

    def die(self, number):
        """The whole server, or one backend in the middle of its work: then the postmaster starts all others again."""
        one = backends(self.cluster)
        if number % 2 and one:
            os.kill(random.choice(one), signal.SIGKILL)
        else:
            self.cluster.kill()
            self.cluster.start()
        wait_for(lambda: self.known() is not None, "PostgreSQL")

    def state_of(self, session):
        return self.world.call("session.get", id=session)["state"]

    def test_database_dies_again_and_again_in_one_session(self):
        world = self.world
        world.connect()
        world.sandbox.control("POST", "latency", {"ms": PAGE_MS})
        session = world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")["id"]
        made, before = [], self.known()
        for number in range(DEATHS):
            self.die(number)
            now = self.known()
            self.assertGreaterEqual(now, before, "what was committed is gone")
            before = now
            if number % (DEATHS // EDITS) == 0:  # each while the server has just come back
                made.append("Made between deaths %d" % number)
                world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": made[-1]})
            self.assertEqual(self.state_of(session), "running", "the session is over before the deaths are")
        world.sandbox.control("POST", "latency", {"ms": 0})
        self.assertEqual(world.finish(session, 240)["state"], "completed")
        world.settle(240)
        self.check(made)

    def check(self, made):
        there = [one["title"] for page in range(1, ISSUES // 100 + 2) for one in self.world.sandbox.request(
            "GET", "/repos/%s/issues?state=all&per_page=100&page=%d" % (story.REPO, page), None, story.READ)]
        here = [row[0] for row in self.world.sql("select fields ->> 'title' from item where kind = 'ticket'")]
        self.assertEqual(sorted(here), sorted(there))
        self.assertEqual(len(there), ISSUES + len(made))
        self.assertEqual(sorted(title for title in there if title in made), sorted(made))
        # Titles of the stand-in's own issues repeat; what is created by us must not.
        self.assertEqual([one for one in story.broken_promises(self.world) if "created twice outside" not in one], [])


class Frozen(unittest.TestCase):
    """Connections stay open and say nothing: a machine that is paused, a disk that does not answer."""

    def test_database_freezes_and_wakes(self):
        cluster = Cluster()
        self.addCleanup(cluster.close)
        world = World(("--issues", "5", "--no-limits", "--no-pull-requests"), cluster=cluster,
                      environment={"TANDEM_LEASE_MS": "3000", "TANDEM_DATABASE_ANSWER_MS": "2000"})
        self.addCleanup(world.close)
        keeper = world.keep_alive()
        world.connect()
        world.sync()
        frozen = [int(row[0]) for row in world.sql("select pid from pg_stat_activity where usename = 'tandem_store'")]
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        request, body = world.verbs.next_request(), {"project": "rocket", "actor": "user:carol", "fields": {"title": "Meanwhile"}}
        with self.assertRaises((Refused, OSError)) as refused:
            world.verbs.send("ticket.new", request, body)
        if isinstance(refused.exception, Refused):
            self.assertEqual(refused.exception.code, "retry")
            self.assertIn("the database is not reachable", refused.exception.message)
        wait_for(lambda: "event=lead_lost" in world.processes["store"].output(), "the store to notice")
        for process in frozen:
            os.kill(process, signal.SIGCONT)
        wait_for(lambda: sent_again(world, request, body), "the same request to be taken")
        world.settle()
        there = [one["title"] for one in world.sandbox.request("GET", "/repos/%s/issues?state=all" % story.REPO, None, story.READ)]
        self.assertEqual(there.count("Meanwhile"), 1)
        self.assertEqual([end for end in keeper.ended if not end.startswith("store")], [])
        self.assertEqual(story.broken_promises(world) + story.quiet_rounds(world), [])


def sent_again(world, request, body):
    """Whether the store takes it now."""
    try:
        return world.verbs.send("ticket.new", request, body)
    except OSError:
        return None
    except Refused as refused:
        assert refused.code == "retry", refused.message
        return None


class FullDisk(unittest.TestCase):
    """The data lies on a file system of its own; ballast fills it to the last byte."""

    def setUp(self):
        self.disk = tempfile.mkdtemp(prefix="tandem-disk-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.disk, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", self.disk], capture_output=True,
                                 text=True, check=False)
        if mounted.returncode:
            self.skipTest("a file system of one's own cannot be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=False)
        os.chmod(self.disk, 0o777)
        self.cluster = Cluster(self.disk)
        self.addCleanup(self.cluster.close)
        self.world = World(("--issues", "5", "--no-limits", "--no-pull-requests"), cluster=self.cluster,
                           environment={"TANDEM_LEASE_MS": "3000"})
        self.addCleanup(self.world.close)

    def fill(self):
        """Whatever is still free, in pieces that end with one of a single byte."""
        with open(self.disk + "/ballast", "ab", buffering=0) as file:
            size = 1 << 20
            while size:
                try:
                    file.write(b"x" * size)
                except OSError:
                    size //= 2

    def write_until_refused(self):
        """Tickets of some size, until the store says no: what it took, the request that it did not, and its words."""
        taken = []
        while True:
            body = {"project": "rocket", "actor": "user:carol", "privacy": "local_only",
                    "fields": {"title": "Big %d" % len(taken), "body": os.urandom(20000).hex()}}
            request = self.world.verbs.next_request()
            try:
                self.world.verbs.send("ticket.new", request, body)
            except Refused as refused:
                return taken, (request, body), refused
            taken.append(body["fields"]["title"])

    def test_database_disk_is_full_and_back(self):
        world = self.world
        world.connect()
        world.sync()
        world.settle()
        self.fill()
        taken, (request, body), refused = self.write_until_refused()
        self.assertEqual(refused.code, "retry")
        self.assertRegex(refused.message, "disk is full: make room, nothing is lost|not reachable; tandem tries again by itself")
        self.assertTrue(world.processes["store"].alive)
        if "disk is full" in refused.message:  # else the server gave up, and cannot be asked
            self.assertIn("disk is full", world.call("status")["troubles"][0]["what"])
        os.unlink(self.disk + "/ballast")
        self.cluster.start()  # only if it had to give up
        wait_for(lambda: sent_again(world, request, body), "the same request to be taken")
        world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "There is room"})
        world.settle()
        here = [row[0] for row in world.sql("select fields ->> 'title' from item where fields ->> 'title' like 'Big %'")]
        self.assertEqual(sorted(here), sorted(taken + [body["fields"]["title"]]))
        there = [one["title"] for one in world.sandbox.request("GET", "/repos/%s/issues?state=all" % story.REPO, None, story.READ)]
        self.assertEqual(there.count("There is room"), 1)
        self.assertEqual(story.broken_promises(world) + story.quiet_rounds(world), [])


if __name__ == "__main__":
    tap.main(__name__)
