#!/usr/bin/python3
"""Waiting for work, and renewing a credential: what processes agree on through the store alone."""

import os
import sys
import threading
import time
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from verbs import Refused, Verbs  # noqa: E402
from world import World, wait_for  # noqa: E402

PLAN = ["plan"]


class Store(unittest.TestCase):
    """A store without any other service: nobody else rings or waits."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "0", "--no-limits"), start=False)
        cls.world.start("store")
        wait_for(cls.world.answers, "the store")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def another(self):
        return Verbs("tcp://127.0.0.1:%d" % self.world.store_port)

    def ring(self):
        """A new ticket is to be planned."""
        return self.world.call("ticket.new", fields={"title": "rings"}, actor="test")


class Waiting(Store):
    def position(self, bells=None):
        return self.world.call("wait", bells=bells or PLAN)["position"]

    def test_wait_without_a_position_is_answered_at_once(self):
        answer = self.world.call("wait", bells=PLAN)
        self.assertTrue(answer["rung"])
        self.assertGreater(answer["position"], 0)

    def test_wait_hears_what_rang_since_the_last_answer(self):
        position = self.position()
        self.ring()
        answer = self.world.call("wait", bells=PLAN, after=position)
        self.assertTrue(answer["rung"])
        self.assertGreater(answer["position"], position)

    def test_wait_is_answered_by_the_next_ring(self):
        answers, position = [], self.position()
        waiting = threading.Thread(target=lambda: answers.append(self.another().call("wait", bells=PLAN, after=position)))
        waiting.start()
        while not answers:  # whether it waits already or comes to wait later, it is answered
            self.ring()
        waiting.join()
        self.assertTrue(answers[0]["rung"])

    def test_wait_for_another_bell_is_not_answered(self):
        position = self.position()
        self.ring()
        started_s = time.monotonic()
        answer = self.world.call("wait", bells=["session"], after=position, most_ms=300)
        self.assertFalse(answer.get("rung"))
        self.assertGreater(time.monotonic() - started_s, 0.1)  # it was kept waiting, by whichever clock
        self.assertGreater(answer["position"], position)

    def test_wait_for_work_of_another_system_is_not_answered(self):
        position = self.position()
        self.world.connect(name="bells")
        self.assertFalse(self.world.call("wait", bells=["work"], system="jira", after=position, most_ms=50).get("rung"))
        self.assertTrue(self.world.call("wait", bells=["work"], system="github", after=position).get("rung"))

    def test_wait_of_a_crowd_refuses_the_last_ones_and_answers_the_others(self):
        position, answers = self.position(), []

        def wait(client):
            try:
                answers.append(client.call("wait", bells=PLAN, after=position))
            except Refused as refused:
                answers.append(refused)
        crowd = [threading.Thread(target=wait, args=(self.another(),)) for _ in range(200)]
        for one in crowd:
            one.start()
        wait_for(lambda: len(answers) >= 8, "those that found no place")
        self.assertTrue(self.world.call("hello")["installation"])
        self.ring()
        for one in crowd:
            one.join()
        refused = [one for one in answers if isinstance(one, Refused)]
        self.assertEqual({one.code for one in refused}, {"retry"})
        self.assertEqual(len(answers), 200)
        self.assertGreaterEqual(len(answers) - len(refused), 192)


class Renewing(Store):
    def setUp(self):
        self.world.call("credential.put", name="oauth", kind="oauth", secret='{"n":0}', actor="test")

    def stored(self):
        return self.world.call("credential.get", name="oauth")

    def renew(self, worker, generation):
        return self.world.call("credential.renew", name="oauth", worker=worker, generation=generation)

    def test_renew_lets_one_process_at_a_time(self):
        generation = self.stored()["generation"]
        held = self.renew("a", generation)
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("credential.renew", name="oauth", worker="b", generation=generation)
        self.assertEqual(refused.exception.code, "retry")
        self.world.call("credential.renewed", lease=held["lease"], secret='{"n":1}')
        self.assertEqual(self.stored()["secret"], '{"n":1}')

    def test_renew_tells_the_late_one_that_it_is_done(self):
        generation = self.stored()["generation"]
        held = self.renew("a", generation)
        self.world.call("credential.renewed", lease=held["lease"], secret='{"n":2}')
        late = self.renew("b", generation)
        self.assertTrue(late["done"])
        self.assertEqual((late["secret"], late["generation"]), ('{"n":2}', generation + 1))
        again = self.renew("b", late["generation"])
        self.assertFalse(again.get("done"))
        self.world.call("credential.renewed", lease=again["lease"], secret='{"n":3}')

    def test_renewed_under_a_lost_lease_changes_nothing(self):
        held = self.renew("a", self.stored()["generation"])
        self.world.sql("update lease set until = now() - interval '1 second' where resource = 'credential:oauth'")
        taken = self.renew("b", self.stored()["generation"])
        with self.assertRaises(Refused) as refused:
            self.world.call("credential.renewed", lease=held["lease"], secret='{"n":"late"}')
        self.assertEqual(refused.exception.code, "stale")
        self.world.call("credential.renewed", lease=taken["lease"], secret='{"n":4}')
        self.assertEqual(self.stored()["secret"], '{"n":4}')

    def test_renewed_takes_no_other_lease(self):
        self.assertRaises(Refused, self.world.call, "credential.renewed", secret="x",
                          lease={"resource": "pull:1", "fence": 1, "until_ms": 0})


if __name__ == "__main__":
    tap.main(__name__)
