#!/usr/bin/python3
"""The GitHub connector's own webhook: registered, found again, repaired, removed; what GitHub could not deliver; the count
of issues. As a person's token and as an App."""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import wait_until  # noqa: E402

HOOKS = REPO + "/hooks"
QUIET = {"pause": False, "drop_next": 0, "lose_next": 0, "duplicate": False, "delay_ms": 0, "reorder": False}


class Case(GitHubCase):
    def setUp(self):
        super().setUp()
        self.github.control("webhooks", QUIET)
        self.receiver = Receiver()

    def tearDown(self):
        for hook in self.hooks():
            self.github.delete("%s/%d" % (HOOKS, hook["id"]))
        self.receiver.stop()

    def hooks(self):
        return self.github.get(HOOKS).json

    def register(self, secret="hush", **more):
        return self.driver.call("register_hook", url=self.receiver.url, secret=secret, **more)

    def failures(self, hook, newest=""):
        return self.driver.call("hook_failures", id=hook, newest=newest)

    def wait_idle(self):
        wait_until(lambda: not (lambda one: one["waiting"] + one["sending"])(self.github.control("webhooks")), "all deliveries")


class Hooks(Case):
    def test_register_makes_one_hook_and_finds_it_again(self):
        first = self.register()
        again, known = self.register(), self.register(id=first.id)
        self.assertEqual([(one.code, one.id, one.repaired) for one in (first, again, known)],
                         [("ok", first.id, False)] * 3)
        (hook,) = self.hooks()
        self.assertEqual((str(hook["id"]), hook["active"], hook["config"]["content_type"]), (first.id, True, "json"))
        self.assertEqual(set(hook["events"]), {"issues", "issue_comment"})
        self.add_ticket("told")
        post = self.receiver.wait_for(2)[1]
        self.assertTrue(self.driver.call("verify", signature=post.headers["x-hub-signature-256"], body=post.body.decode(),
                                         secret="hush").genuine)

    def test_register_costs_one_call_where_the_id_is_known(self):
        made = self.register()
        self.github.control("requests", method="DELETE")
        self.register(id=made.id)
        self.assertEqual(sum(self.requests()["counts"].values()), 1)

    def test_register_repairs_what_somebody_changed(self):
        changes = ({"active": False}, {"events": ["push"]}, {"config": {"url": self.receiver.url, "content_type": "form"}},
                   {"config": {"url": self.receiver.url, "content_type": "json", "insecure_ssl": "1"}})
        made = self.register()
        for change in changes:
            self.github.patch("%s/%s" % (HOOKS, made.id), change)
            self.assertTrue(self.register(id=made.id).repaired, change)
            self.assertFalse(self.register(id=made.id).repaired, change)
        (hook,) = self.hooks()
        self.assertEqual((hook["active"], hook["config"]["insecure_ssl"]), (True, "0"))

    def test_register_with_another_address_leaves_the_others_alone(self):
        self.github.post(HOOKS, {"name": "web", "config": {"url": "http://127.0.0.1:9/other"}})
        made = self.register()
        self.driver.call("remove_hook", url=self.receiver.url, id=made.id)
        self.assertEqual([one["config"]["url"] for one in self.hooks()], ["http://127.0.0.1:9/other"])

    def test_register_again_gives_a_new_secret(self):
        self.register()
        self.register(secret="another", repair=True)
        self.add_ticket("signed anew")
        post = self.receiver.wait_for(2)[-1]
        call = {"signature": post.headers["x-hub-signature-256"], "body": post.body.decode()}
        self.assertEqual([self.driver.call("verify", secret=secret, **call).genuine for secret in ("another", "hush")],
                         [True, False])

    def test_register_whose_answer_was_lost_makes_no_second_one(self):
        for fault in ("reset_after_commit", "truncate", "garbage"):
            with self.subTest(fault=fault):
                self.fault(fault, "POST", "/hooks$")
                self.assertEqual(self.register().code, "retry")
                self.assertEqual(self.register().code, "ok")
                self.assertEqual(len(self.hooks()), 1)
                self.driver.call("remove_hook", url=self.receiver.url)

    def test_register_without_the_right_says_what_to_do(self):
        self.open(token="reader-token")
        answer = self.register()
        self.assertEqual(answer.code, "rejected")
        self.assertIn("admin:repo_hook", answer.message)
        self.assertIn(self.receiver.url, answer.message)

    def test_register_with_a_bad_credential_is_no_matter_of_the_hook(self):
        self.fault("status", "GET", status=401, times=None)
        self.assertEqual(self.register().code, "auth")
        self.github.control("faults", method="DELETE")

    def test_removed_hook_is_gone_once_and_for_all(self):
        made = self.register()
        self.assertEqual([self.driver.call("remove_hook", url=self.receiver.url, id=made.id).code for _ in range(2)],
                         ["ok", "ok"])
        self.assertEqual(self.hooks(), [])

    # deliveries

    def test_failed_delivery_is_told_once_and_comes_when_asked_for(self):
        made = self.register()
        self.receiver.wait_for(1)
        self.github.control("webhooks", {"drop_next": 1})
        number = self.add_ticket("not delivered")
        self.wait_idle()
        found = self.failures(made.id)
        (failed,) = found.failed
        self.assertEqual((failed["event"], failed["status"]), ("issues", 0))
        self.assertLess(abs(failed["failed_at_ms"] - self.now_ms()), 60000)
        self.assertEqual(self.failures(made.id, found.newest).failed, [])
        self.assertEqual(self.driver.call("redeliver", id=made.id, attempt=failed["attempt_id"]).code, "ok")
        post = self.receiver.wait_for(2)[1]
        self.assertEqual((post.headers["x-github-delivery"], post.json["issue"]["number"]),
                         (failed["delivery_id"], int(number)))
        self.wait_idle()
        self.assertEqual(self.failures(made.id).failed, [], "it has arrived")

    def test_failed_pings_are_of_no_interest(self):
        self.github.control("webhooks", {"drop_next": 1})
        made = self.register()
        self.wait_idle()
        self.assertEqual(self.failures(made.id).failed, [])

    def test_failures_are_read_page_by_page_and_only_as_far_as_they_are_new(self):
        made = self.register()
        self.receiver.wait_for(1)
        self.github.control("webhooks", {"drop_next": 230})
        number = int(self.add_ticket("changed often"))
        for _ in range(229):
            self.github.act("petra", "comment", number, body="once more")
        found = self.failures(made.id)
        self.assertEqual(len({one["delivery_id"] for one in found.failed}), 230)
        self.github.control("requests", method="DELETE")
        self.assertEqual(self.failures(made.id, found.newest).failed, [])
        self.assertEqual(sum(self.requests()["counts"].values()), 1)

    def test_failures_of_three_days_ago_are_let_be(self):
        made = self.register()
        self.receiver.wait_for(1)
        self.github.control("webhooks", {"drop_next": 1})
        self.add_ticket("long ago")
        self.github.control("clock", {"advance_s": 3 * 86400 + 60})
        self.driver.fetch("ticket", 1)
        self.assertEqual(self.failures(made.id).failed, [])
        self.github.control("clock", {"advance_s": -3 * 86400 - 60})

    def test_ids_that_are_none_are_refused_before_anything_is_sent(self):
        self.github.control("requests", method="DELETE")
        for hook, attempt in (("1/../../x", "1"), ("1", "../1"), ("", "1"), ("1", "")):
            self.assertEqual(self.driver.call("redeliver", id=hook, attempt=attempt).code, "rejected", (hook, attempt))
        self.assertEqual(sum(self.requests()["counts"].values()), 0)

    def test_broken_list_of_deliveries_is_tried_again(self):
        made = self.register()
        for fault in ("garbage", "truncate"):
            self.fault(fault, "GET", "/deliveries")
            self.assertEqual(self.failures(made.id).code, "retry", fault)

    # the count

    def test_scan_counts_issues_without_pull_requests(self):
        before = self.driver.call("scan").count
        self.gone(self.add_ticket("comes and goes"))
        self.add_ticket("stays")
        self.assertEqual(self.driver.call("scan").count, before + 1)

    def test_describe_tells_the_same_number(self):
        for _ in range(2):
            self.add_ticket("counted")
        self.assertEqual(self.driver.call("describe").description["estimated_tickets"], self.driver.call("scan").count)

    def test_count_that_is_refused_is_no_harm_to_the_project(self):
        forbidden = {"data": {"node": None}, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by personal access token"}]}
        for status, body in ((200, forbidden), (403, {"message": "Resource not accessible by personal access token"}), (404, {"message": "Not Found"})):
            self.fault("status", "POST", "/graphql", status=status, body=json.dumps(body))
            answer = self.driver.call("scan")
            self.assertEqual(answer.code, "rejected", answer)
            self.assertIn("GraphQL", answer.message)
            self.fault("status", "POST", "/graphql", status=status, body=json.dumps(body))
            self.assertEqual(self.driver.call("describe").code, "ok")
        self.fault("status", "GET", "/repos", status=401, body='{"message":"Bad credentials"}')
        self.assertEqual(self.driver.call("scan").code, "auth")

    def test_count_for_which_there_are_no_points_left_is_asked_for_later(self):
        spent = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
        self.fault("status", "POST", "/graphql", status=200, body=json.dumps(spent))
        self.assertEqual(self.driver.call("scan").code, "retry")
        self.fault("reset_after_commit", "POST", "/graphql")
        self.assertEqual(self.driver.call("scan").code, "retry")


class App(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        private, public = os.path.join(cls.folder.name, "key.pem"), os.path.join(cls.folder.name, "public.pem")
        subprocess.run(["openssl", "genrsa", "-out", private, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
        with open(private, encoding="ascii") as source:
            cls.key = source.read()
        cls.options = ("--issues", "5", "--no-limits", "--app", "4711:%s" % public, "--repo", "acme/rocket")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def open(self, **more):
        super().open(credential_kind="app", credential={"app_id": 4711, "private_key": self.key})

    def set_url(self, url):
        """What a person does in the App's settings: asked through the connector's own signed token."""
        self.github.control("app_hook", {"url": url, "content_type": "form", "secret": "theirs"})

    def test_app_without_the_permission_says_what_to_do(self):
        self.set_url("http://127.0.0.1:9/other")
        answer = self.register()
        self.assertEqual(answer.code, "rejected")
        self.assertIn("Webhooks", answer.message)
        self.assertIn(self.receiver.url, answer.message)

    def test_app_uses_its_own_hook_where_that_has_our_address(self):
        self.set_url(self.receiver.url)
        made = self.register()
        self.assertEqual((made.code, made.id, made.repaired), ("ok", "app", True))
        self.assertFalse(self.register(id="app").repaired)
        self.github.control("webhooks", {"drop_next": 1})
        number = self.add_ticket("by the App's hook")
        self.wait_idle()
        (failed,) = self.failures("app").failed
        self.assertEqual(self.driver.call("redeliver", id="app", attempt=failed["attempt_id"]).code, "ok")
        post = self.receiver.wait_for(1)[0]
        self.assertEqual(post.json["issue"]["number"], int(number))
        self.assertTrue(self.driver.call("verify", signature=post.headers["x-hub-signature-256"], body=post.body.decode(),
                                         secret="hush").genuine)
        self.set_url("")


if __name__ == "__main__":
    tap.main(__name__)
