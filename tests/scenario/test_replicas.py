#!/usr/bin/python3
"""Two (five with TANDEM_CRASH_FULL=1) and three of every process; leaders that die, freeze and come back: the story ends
as with one of each."""

import itertools
import os
import signal
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "crash"))
from story import Story, broken_promises, differences, final_state, make_world, quiet_rounds, written  # noqa: E402
import tap  # noqa: E402
from world import freeze, wait_for  # noqa: E402

SEVERAL = 5 if os.environ.get("TANDEM_CRASH_FULL") else 2


class Disturbed(Story):
    """The story, with something happening while a chapter's effects are on their way."""

    def __init__(self, world, disturb):
        super().__init__(world)
        self.disturb, self.chapter = disturb, None

    def tell(self, before=None):
        def chapter(name):
            self.chapter = name
        super().tell(chapter)

    def sync(self, mode="incremental"):
        if self.chapter and mode == "incremental":
            self.world.call("session.start", project="rocket", mode=mode, trigger="person", actor="user:test")
            self.disturb(self.chapter)
            self.chapter = None
        super().sync(mode)


class Replicas(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with make_world() as world:
            Story(world).tell()
            cls.expected = final_state(world)
            assert not broken_promises(world), broken_promises(world)

    def world_of(self, replicas):
        world = make_world(replicas=replicas)
        self.addCleanup(world.close)
        return world

    def check(self, world):
        state = final_state(world)
        problems = broken_promises(world) + quiet_rounds(world) + differences(self.expected, state)
        ended = world.keeper.ended if world.keeper else []
        self.assertEqual(problems + ended, [], "\n".join(problems + [world.logs()] if problems else ended))

    def leader(self, world):
        """The name of the store that leads: the one that holds the verbs' port."""
        def leads(process):
            last = [line for line in process.output().splitlines() if "event=leading" in line or "waiting_to_lead" in line]
            return process.alive and last and "event=leading" in last[-1]
        return wait_for(lambda: next((name for name, process in world.processes.items()
                                      if name.startswith("store") and leads(process)), None), "a leader")

    # several of each

    def test_replicas_several_of_each_tell_the_same_story(self):
        world = self.world_of(SEVERAL)
        Story(world).tell()
        self.check(world)

    def test_replicas_three_of_each_tell_the_same_story(self):
        world = self.world_of(3)
        Story(world).tell()
        self.check(world)

    def test_replicas_standby_takes_over_when_the_leader_dies(self):
        """A leader dies in every chapter and stays dead for a while: another one leads before it is started again."""
        world = self.world_of(2)
        dead = []

        def die(chapter):
            name = self.leader(world)
            world.processes.pop(name).kill()
            other = wait_for(lambda: next((n for n in world.processes if n.startswith("store")), None), "the standby")
            wait_for(lambda: self.leader(world) == other, "the standby to lead")
            wait_for(world.answers, "an answer of the new leader")
            dead.append(name)
            world.start("store", int(name.partition("-")[2] or 0))

        Disturbed(world, die).tell()
        self.assertEqual(len(dead), len(Story.CHAPTERS) - 1)  # the last one looks at everything, undisturbed
        self.assertEqual(set(dead), {"store", "store-1"})
        self.check(world)

    def test_replicas_any_process_may_die_in_turn(self):
        world = self.world_of(2)
        world.keep_alive()
        order = itertools.cycle(["adapter-github", "conflict", "adapter-github-1", "scheduler", "conflict-1", "scheduler-1"])
        Disturbed(world, lambda chapter: os.kill(world.processes[next(order)].popen.pid, signal.SIGKILL)).tell()
        self.check(world)

    # sleepers

    def freeze(self, world, name):
        process = world.processes[name].popen
        freeze(process.pid)
        return process.pid

    def sleeps_across_its_lease(self, replicas, role):
        """The process stops in mid-work, its lease runs out, the others go on; then it wakes up and goes on as well."""
        world = self.world_of(replicas)
        asleep = []

        def sleep(chapter):
            if chapter in ("local_work", "outside_work", "conflicts", "both"):
                pid = self.freeze(world, role)
                asleep.append(pid)
                wait_for(lambda: world.sql("select 1 where not exists (select from lease where owner like '%%-%d' and "
                                           "until > now())" % pid), "the lease to run out")
                if replicas > 1:  # its webhooks wait for it
                    wait_for(lambda: world.is_quiet(webhooks_too=False), "the others to do the work", 60)
                os.kill(pid, signal.SIGCONT)

        Disturbed(world, sleep).tell()
        self.assertEqual(len(asleep), 4)
        self.check(world)

    def test_replicas_adapter_sleeps_across_its_lease(self):
        self.sleeps_across_its_lease(SEVERAL, "adapter-github")

    def test_replicas_the_only_adapter_sleeps_across_its_lease(self):
        self.sleeps_across_its_lease(1, "adapter-github")

    def test_replicas_conflict_sleeps_across_its_claim(self):
        self.sleeps_across_its_lease(SEVERAL, "conflict")

    def test_replicas_adapter_sleeps_in_the_middle_of_a_write(self):
        """It was told to send, and slept until another one had done so: what comes of it later is thrown away."""
        world = self.world_of(1)
        world.connect()
        world.sync()
        world.settle()
        before = len(written(world))
        world.sandbox.control("POST", "faults", {"match": {"method": "POST", "path": "/issues$"},
                                                 "fault": "hang_after_commit", "delay_ms": 400})
        key = world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "Made once"})["key"]
        wait_for(lambda: len(written(world)) > before, "the creation")
        pid = self.freeze(world, "adapter-github")
        world.start("adapter-github", 1)
        wait_for(lambda: next((m for m in world.call("ticket.get", key=key)["mappings"] if m["state"] == "linked"), None),
                 "the other adapter to find it", 60)
        os.kill(pid, signal.SIGCONT)
        world.settle()
        self.assertEqual(len(written(world)), before + 1)
        self.assertEqual(broken_promises(world) + quiet_rounds(world), [])

    def test_replicas_store_sleeps_and_wakes(self):
        """Nothing can be done meanwhile, and nothing is done twice afterwards."""
        world = self.world_of(1)

        def sleep(chapter):
            pid = self.freeze(world, "store")
            wait_for(lambda: world.sql("select 1 where not exists (select from lease where until > now())"), "the leases")
            os.kill(pid, signal.SIGCONT)

        Disturbed(world, sleep).tell()
        self.check(world)


if __name__ == "__main__":
    tap.main(__name__)
