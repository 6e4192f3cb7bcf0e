#!/usr/bin/python3
"""The connector of JSON trackers against the stand-in: the generic contract, what it reads, and what it costs."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from driver import Pulled  # noqa: E402
from webhook_case import WebhookCase  # noqa: E402
from webhook_tracker import SECRET, mapping  # noqa: E402


class Generic(WebhookCase, ConnectorContract):
    def test_contract_translate_of_garbage_is_rejected_or_nothing(self):
        """With the mapping, which is what can read anything at all."""
        for body in ("", "{", "[]", "null", '{"type":7}', "\x00", '{"type":"ticket.created","data":[]}',
                     '{"type":"ticket.created","data":{"ticket":{"id":{}}}}', '{"type":"ticket.updated","data":{"ticket":[1]}}'):
            answer = self.driver.call("translate", event="delivery", body=body, remote="rocket", options=json.dumps(mapping()))
            self.assertTrue(answer.code == "rejected" or answer.observations == [], (body, answer))


class Reading(WebhookCase):
    def test_pull_gives_every_field(self):
        parent = self.add_ticket("the parent")
        made = self.add_ticket("everything", description="a *body*", labels=[{"name": "bug"}, {"name": "safety"}],
                               assignees=[{"name": "bob"}], priority="high", points=2.5, parent=parent, due="2026-01-31",
                               state="doing")
        seen = Pulled(self.driver).tickets[made]
        self.assertEqual(seen["fields"], {
            "title": "everything", "body": "a *body*", "status": "doing", "labels": ["bug", "safety"],
            "assignees": ["bob"], "priority": "high", "estimate": "2.5", "parent": parent, "due_date": "2026-01-31"})
        self.assertEqual((seen["author"], seen["author_is_self"], seen["external_key"]), ("alice", False, made[1:]))

    def test_pull_gives_all_fields_when_they_are_empty(self):
        made = self.add_ticket("bare")
        self.assertEqual(Pulled(self.driver).tickets[made]["fields"], {
            "title": "bare", "body": "", "status": "open", "labels": [], "assignees": [], "priority": "", "estimate": "",
            "parent": "", "due_date": ""})

    def test_pull_gives_comments_after_their_tickets(self):
        pulled = Pulled(self.driver)
        kinds = [seen["kind"] for seen in pulled.observations]
        self.assertEqual(kinds, sorted(kinds, reverse=True))
        self.assertGreater(len(pulled.comments), 20)
        self.assertLessEqual({seen["parent_external_id"] for seen in pulled.comments.values()}, set(pulled.tickets))

    def test_pull_later_costs_one_page_of_each_list(self):
        pulled = Pulled(self.driver)
        self.tracker.control("clock", {"advance_s": 600})
        made = self.add_ticket("news")
        later = Pulled(self.driver, Pulled(self.driver, pulled.cursor).cursor)
        self.assertEqual((set(later.tickets), later.calls), ({made}, 2))

    def test_pull_misses_nothing_that_changes_between_pages(self):
        names = iter(range(1000))

        def meanwhile(page):
            for identifier in list(self.world_tickets())[:7]:
                self.edit_title(identifier, "edited %d" % next(names))
        self.tracker.control("settings", {"page_items": 20})
        first = Pulled(self.driver, between=meanwhile)
        later = Pulled(self.driver, first.cursor)
        seen = {**first.tickets, **later.tickets}
        titles = {key: one["fields"]["title"] for key, one in seen.items() if not one.get("gone")}
        self.assertEqual(titles, self.world_tickets())
        self.assertGreater(first.pages, 5)

    def test_pull_later_tells_what_was_deleted(self):
        made = self.add_ticket("short lived")
        pulled = Pulled(self.driver)
        self.gone(made)
        self.assertEqual(Pulled(self.driver, pulled.cursor).tickets[made]["gone"], "deleted")
        self.assertNotIn(made, Pulled(self.driver, mode="full").tickets)

    def test_pull_follows_links_to_its_own_host_only(self):
        changed = dict(mapping()["poll"], tickets={"url": "/projects/rocket/tickets", "list": "/items", "next": "/next"})
        self.open(options=mapping(poll=changed))
        self.fault("status", "tickets", status=200, body='{"items":[],"next":"%s/projects/rocket/tickets"}' % self.tracker.base)
        page = self.driver.pull()
        self.assertEqual((page.code, page.done), ("ok", False))
        self.assertGreater(len(self.driver.pull(page.cursor).observations), 40)
        for url in ("http://127.0.0.1:1/x", "https://evil.example/x", self.tracker.base + ".evil.example/x"):
            self.fault("status", "tickets", status=200, body='{"items":[],"next":"%s"}' % url)
            with self.subTest(url=url):
                self.assertEqual(self.driver.pull(self.driver.pull().cursor).code, "retry")

    def test_fetch_of_a_comment_and_of_what_is_gone(self):
        made = self.add_ticket("talk")
        comment = self.tracker.act("alice", "comment", made, body="hello")["comment"]["id"]
        seen = self.driver.fetch("comment", comment, parent=made).observation
        self.assertEqual((seen["fields"], seen["author"], seen["parent_external_id"]), ({"body": "hello"}, "alice", made))
        self.tracker.act("alice", "delete_comment", comment)
        self.assertEqual(self.driver.fetch("comment", comment, parent=made).observation["gone"], "deleted")
        self.assertEqual(self.driver.fetch("ticket", "t99999").observation["gone"], "deleted")

    def test_fetch_never_leaves_its_place(self):
        for identifier in ("..", ".", "t1/../../../_sandbox/world", "t1?x=1", "t1#x"):
            answer = self.driver.fetch("ticket", identifier)
            with self.subTest(identifier=identifier):
                self.assertTrue(answer.code == "rejected" or answer.observation["gone"] == "deleted", answer)
        self.assertEqual([one["path"] for one in self.tracker.control("requests")["log"] if "/../" in one["path"]], [])

    def test_describe_tells_what_the_mapping_says(self):
        found = self.driver.describe()
        self.assertEqual((found.account, found.remote, found.can_write), ("tandem-bot", "rocket", True))
        words = {word["name"]: word.get("category") for word in found.fields["status"]["words"]}
        self.assertEqual(words, {"open": "open", "doing": "in_progress", "done": "done", "dropped": "cancelled"})
        self.assertEqual(self.driver.words("priority"), ["low", "high", "urgent"])
        kinds = {name: field["kind"] for name, field in found.fields.items()}
        self.assertEqual(kinds, {"title": "line", "body": "text", "status": "choice", "labels": "set", "assignees": "users",
                                 "priority": "choice", "estimate": "number", "due_date": "date", "parent": "ticket"})
        self.assertEqual(set(found.fields), set(Pulled(self.driver).observations[0]["fields"]))
        self.assertTrue(all(field["writable"] for field in found.fields.values()))

    def test_describe_tries_address_and_credential(self):
        self.open(credential={"secret": SECRET, "token": "wrong"})
        self.assertEqual(self.driver.describe().code, "auth")
        self.open(remote="nowhere")
        self.assertEqual(self.driver.describe().code, "gone")

    def test_open_refuses_a_wrong_credential_or_address(self):
        for more in ({"credential": {}}, {"credential": {"token": "a b"}}, {"credential": {"secret": "whsec_***"}},
                     {"credential": {"secret": ""}}, {"base_url": "ftp://x"}, {"base_url": ""}, {"options": ""},
                     {"options": "{"}, {"options": "[]"}):
            with self.subTest(**more):
                self.assertIn(self.try_open(**more).code, ("rejected", "auth"))


if __name__ == "__main__":
    tap.main(__name__)
