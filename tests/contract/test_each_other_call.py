#!/usr/bin/python3
"""Every call that brings no ticket to and fro fails, in every way that a tracker or a network has: those that see to webhooks,
have deliveries repeated, count what is there, and describe a project. Asked for again they come through, and nothing is there twice.

The calls that carry tickets are in tests/scenario/test_each_call.py.
"""

import contextlib
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from failures import KINDS, each_call  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402
from jira_case import JiraCase  # noqa: E402
from linear_case import LinearCase  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import wait_until  # noqa: E402

SECRET = "canary-hook-secret"
TRIES = 12  # more than one operation makes calls


class Calls:
    """`sandbox` and `hooks()`, those with the receiver's address, are the tracker's."""

    system, calls = None, set()

    def setUp(self):
        super().setUp()
        self.receiver = Receiver()

    def tearDown(self):
        self.sandbox.control("faults", method="DELETE")
        self.driver.call("remove_hook", url=self.receiver.url)
        self.receiver.stop()
        super().tearDown()

    def through(self, op, **arguments):
        """Asks until it is done, as the skeleton would."""
        for _ in range(TRIES):
            answer = self.driver.call(op, **arguments)
            if answer.code == "ok":
                return answer
            self.assertNotEqual(answer.code, "bug", answer)
            self.assertTrue(answer.message, answer)
            self.assertNotIn(SECRET, answer.message)
        return self.fail("%s never comes through: %r" % (op, answer))

    def scan_all(self):
        """How many tickets there are, by their ids or by their number."""
        cursor, count = None, 0
        while True:
            page = self.through("scan", **({"cursor": cursor} if cursor else {}))
            count += page.count if page.counted else len(page.ids)
            if page.done:
                return count
            cursor = page.cursor

    @contextlib.contextmanager
    def spoiled(self, kind):
        """Each call fails once in there."""
        self.sandbox.control("faults", each_call(self.system, kind))
        yield
        self.met |= set(self.sandbox.control("faults")["faults"][0]["calls"])
        self.sandbox.control("faults", method="DELETE")

    def check(self, kind):
        there = self.scan_all()
        with self.spoiled(kind):
            self.assertTrue(self.through("describe").description["fields"])
            self.assertEqual(self.scan_all(), there)
            made = self.through("register_hook", url=self.receiver.url, secret=SECRET)
        self.assertEqual(len(self.hooks()), 1)
        self.check_deliveries(kind, made)
        with self.spoiled(kind):
            made = self.through("register_hook", url=self.receiver.url, secret=SECRET, id=made.id, repair=True)
        self.assertEqual(len(self.hooks()), 1)
        with self.spoiled(kind):
            self.through("remove_hook", url=self.receiver.url, id=made.id)
        if kind == "gone":  # which is believed
            self.through("remove_hook", url=self.receiver.url, id=made.id)
        self.assertEqual(self.hooks(), [])

    def check_deliveries(self, kind, made):
        """Where the tracker does not repeat them by itself."""

    def test_each_other_call_fails_in_every_way(self):
        self.met = set()
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.check(kind)
        self.assertEqual(self.met, {one.strip() for one in self.calls.split(",")})


class OfGitHub(Calls, GitHubCase):
    system = "github"
    calls = """
        GET /user, GET /repos/acme/rocket, GET /repos/acme/rocket/labels, GET /repos/acme/rocket/milestones,
        GET /repos/acme/rocket/assignees, POST /graphql,
        GET /repos/acme/rocket/hooks, POST /repos/acme/rocket/hooks, GET /repos/acme/rocket/hooks/*,
        PATCH /repos/acme/rocket/hooks/*, DELETE /repos/acme/rocket/hooks/*, GET /repos/acme/rocket/hooks/*/deliveries,
        POST /repos/acme/rocket/hooks/*/deliveries/*/attempts"""

    @property
    def sandbox(self):
        return self.github

    def hooks(self):
        return [one for one in self.github.get(REPO + "/hooks").json if one["config"]["url"] == self.receiver.url]

    def check_deliveries(self, kind, made):
        """One fails, is found, and is sent again."""
        self.receiver.wait_for(1)  # the greeting
        self.github.control("webhooks", {"drop_next": 1})
        number = int(self.add_ticket("not delivered"))
        self.wait_idle()
        with self.spoiled(kind):
            (failed,) = self.through("hook_failures", id=made.id, newest="").failed
            while self.through("hook_failures", id=made.id, newest="").failed:  # whose answer is lost may not have been asked
                self.through("redeliver", id=made.id, attempt=failed["attempt_id"])
                self.wait_idle()
        self.assertIn(number, [post.json.get("issue", {}).get("number") for post in self.receiver.posts])

    def wait_idle(self):
        wait_until(lambda: not (lambda one: one["waiting"] + one["sending"])(self.github.control("webhooks")), "all deliveries")


class OfJira(Calls, JiraCase):
    system = "jira"
    calls = """
        GET /rest/api/*/myself, GET /rest/api/*/serverInfo, GET /rest/api/*/mypermissions, GET /rest/api/*/project/ROCKET,
        GET /rest/api/*/project/ROCKET/statuses, GET /rest/api/*/field, GET /rest/api/*/user/assignable/search,
        GET /rest/api/*/issue/createmeta/ROCKET/issuetypes, GET /rest/api/*/issue/createmeta/ROCKET/issuetypes/*,
        POST /rest/api/*/search/jql, POST /rest/api/*/search/approximate-count, GET /rest/webhooks/*/webhook,
        POST /rest/webhooks/*/webhook, PUT /rest/webhooks/*/webhook/*, DELETE /rest/webhooks/*/webhook/*"""

    @property
    def sandbox(self):
        return self.jira

    def hooks(self):
        return [one for one in self.jira.get("//rest/webhooks/1.0/webhook").json if one["url"].startswith(self.receiver.url)]


class OfLinear(Calls, LinearCase):
    system = "linear"
    calls = """
        POST /graphql?Team, POST /graphql?Viewer, POST /graphql?States, POST /graphql?Labels, POST /graphql?Users,
        POST /graphql?Projects, POST /graphql?Cycles, POST /graphql?IssueIds, POST /graphql?Webhooks,
        POST /graphql?CreateWebhook, POST /graphql?UpdateWebhook, POST /graphql?DeleteWebhook"""

    @property
    def sandbox(self):
        return self.linear

    def hooks(self):
        nodes = self.linear.ask("{ webhooks(first: 100) { nodes { id url } } }")["webhooks"]["nodes"]
        return [one for one in nodes if one["url"] == self.receiver.url]


if __name__ == "__main__":
    tap.main(__name__)
