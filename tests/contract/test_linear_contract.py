#!/usr/bin/python3
"""The Linear connector against the stand-in: the generic contract, what it reads, its documents and its costs."""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from driver import ROOT, Pulled, program  # noqa: E402
from graphql import parse, validate  # noqa: E402
from graphql_schema import read  # noqa: E402
from linear_case import LinearCase  # noqa: E402

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(ROOT, "..", "shared", "contracts"))
CONTRACT = os.path.join(CONTRACTS, "linear.graphql")


def documents():
    lines = subprocess.run([program("linear"), "--queries"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


class Generic(LinearCase, ConnectorContract):
    pass


class Documents(unittest.TestCase):
    def check(self, path):
        schema = read(path)
        found = documents()
        self.assertGreater(len(found), 15)
        for one in found:
            with self.subTest(document=one["name"]):
                self.assertEqual([str(problem) for problem in validate(schema, parse(one["text"]))], [])
                operation = parse(one["text"]).definitions[0]
                self.assertEqual((operation.name.value, operation.operation),
                                 (one["name"], "mutation" if one["is_write"] else "query"))

    @unittest.skipUnless(os.path.exists(CONTRACT), "no linear.graphql in TANDEM_CONTRACTS")
    def test_documents_fit_the_published_schema(self):
        self.check(CONTRACT)

    def test_documents_fit_the_schema_of_the_stand_in(self):
        self.check(os.path.join(ROOT, "sandbox", "linear", "schema.graphql"))


class Reading(LinearCase):
    def test_pull_gives_every_field(self):
        parent = self.add_ticket("the parent")
        made = self.add_ticket("everything", description="a body", labels=["Bug", "customer"], assignee="bob", priority=2,
                               estimate=5, parent=parent, dueDate="2026-01-31", project="Launch pad", cycle=3,
                               state="In Review")
        self.linear.act("alice", "attach", made, title="a design", url="https://x.example/design")
        seen = Pulled(self.driver).tickets[made]
        labels = seen["fields"].pop("labels")
        self.assertEqual(sorted(labels), ["Bug", "customer"])
        self.assertEqual(seen["fields"], {
            "title": "everything", "body": "a body", "status": "In Review", "assignees": ["bob"], "priority": "High",
            "estimate": "5", "parent": parent, "due_date": "2026-01-31", "project": "Launch pad", "sprint": "Cycle 3"})
        self.assertEqual(seen["extra"], {"attachments": ["a design https://x.example/design"]})
        self.assertEqual((seen["author"], seen["author_is_self"]), ("alice", False))
        self.assertRegex(seen["external_key"], r"^ENG-\d+$")

    def test_pull_gives_all_fields_when_they_are_empty(self):
        made = self.add_ticket("bare")
        self.assertEqual(Pulled(self.driver).tickets[made]["fields"], {
            "title": "bare", "body": "", "status": "Backlog", "labels": [], "assignees": [], "priority": "",
            "estimate": "", "parent": "", "due_date": "", "project": "", "sprint": ""})

    def test_named_cycle_goes_by_its_name(self):
        made = self.add_ticket("named", cycle=1)
        self.assertEqual(self.driver.fetch("ticket", made).observation["fields"]["sprint"], "Kick-off")

    def test_pull_gives_comments_after_their_issues(self):
        pulled = Pulled(self.driver)
        kinds = [seen["kind"] for seen in pulled.observations]
        self.assertEqual(kinds, sorted(kinds, reverse=True))
        self.assertGreater(len(pulled.comments), 100)
        self.assertLessEqual({seen["parent_external_id"] for seen in pulled.comments.values()}, set(pulled.tickets))

    def test_pull_is_of_one_team(self):
        other = self.linear.act("alice", "create", team="OPS", title="not ours")["issue"]
        comment = self.linear.act("alice", "comment", other["id"], body="nor this")["comment"]
        pulled = Pulled(self.driver)
        self.assertNotIn(other["id"], pulled.tickets)
        self.assertNotIn(comment["id"], pulled.comments)

    def test_pull_gives_the_oldest_first(self):
        moments = [seen["created_at_ms"] for seen in Pulled(self.driver).observations if seen["kind"] == "ticket"]
        self.assertEqual(moments, sorted(moments))

    def test_pull_later_sees_edits_of_issues_and_comments_only(self):
        pulled = self.settle(Pulled(self.driver))
        issue = next(iter(pulled.tickets))
        comment = self.linear.act("alice", "comment", issue, body="new")["comment"]["id"]
        self.edit_title(issue, "changed")
        later = Pulled(self.driver, pulled.cursor)
        self.assertEqual((set(later.tickets), set(later.comments)), ({issue, self.read_again}, {comment}))
        self.linear.control("clock", {"advance_s": 600})
        self.linear.act("alice", "edit_comment", issue, comment_id=comment, body="newer")
        again = Pulled(self.driver, later.cursor)
        self.assertEqual(again.comments[comment]["fields"], {"body": "newer"})

    def test_pull_misses_nothing_that_changes_between_pages(self):
        """Issues are edited while the pull is under way; what the pull has passed comes with the next one."""
        names = iter(range(1000))

        def meanwhile(page):
            for issue in list(self.world_tickets())[:7]:
                self.edit_title(issue, "edited %d" % next(names))
        self.linear.control("limits", {"query_complexity": 900})
        first = Pulled(self.driver, between=meanwhile)
        self.linear.control("limits", {"query_complexity": 10_000})
        later = Pulled(self.driver, first.cursor)
        seen = {**self.titles(first), **self.titles(later)}
        self.assertEqual(seen, self.world_tickets())
        self.assertGreater(first.pages, 10)

    def titles(self, pulled):
        return {identifier: seen["fields"]["title"] for identifier, seen in pulled.tickets.items()}

    def test_pull_includes_the_archive_and_not_the_trash(self):
        archived, trashed = self.add_ticket("archived"), self.add_ticket("trashed")
        pulled = Pulled(self.driver)
        self.linear.act("alice", "archive", archived)
        self.linear.act("alice", "trash", trashed)
        later = Pulled(self.driver, pulled.cursor)
        self.assertIn("archived", later.tickets[archived]["extra"])
        self.assertEqual(later.tickets[trashed]["gone"], "deleted")
        full = Pulled(self.driver, mode="full")
        self.assertIn(archived, full.tickets)
        self.assertNotIn(trashed, full.tickets)

    def test_issue_with_more_labels_than_a_page_shows_is_whole(self):
        names = ["many-%02d" % number for number in range(30)]
        for name in names:
            self.linear.act("alice", "create_label", team="ENG", name=name)
        made = self.add_ticket("many labels", labels=names)
        self.assertEqual(sorted(Pulled(self.driver).tickets[made]["fields"]["labels"]), names)

    def test_fetch_of_a_comment_and_of_what_is_gone(self):
        issue = self.add_ticket("talk")
        comment = self.linear.act("alice", "comment", issue, body="hello")["comment"]["id"]
        seen = self.driver.fetch("comment", comment, parent=issue).observation
        self.assertEqual((seen["fields"], seen["author"], seen["parent_external_id"]),
                         ({"body": "hello"}, "alice", issue))
        self.linear.act("alice", "delete_comment", issue, comment_id=comment)
        self.assertEqual(self.driver.fetch("comment", comment, parent=issue).observation["gone"], "deleted")
        self.linear.act("alice", "delete", issue)
        self.assertEqual(self.driver.fetch("ticket", issue).observation["gone"], "deleted")

    def test_fetch_of_an_issue_of_another_team_says_where_it_went(self):
        issue = self.add_ticket("moving")
        moved = self.linear.act("alice", "move", issue, to="OPS")["issue"]["identifier"]
        seen = self.driver.fetch("ticket", issue).observation
        self.assertEqual(seen["gone"], "transferred")
        self.assertIn(moved, seen["moved_to"])

    def test_fetch_when_the_team_is_out_of_reach_stops_the_project(self):
        self.open(remote="NONE")
        self.assertEqual(self.driver.fetch("ticket", "11111111-2222-4333-8444-555555555555").code, "auth")
        self.assertEqual(self.driver.pull().code, "auth")

    def test_describe_tells_what_a_team_has(self):
        found = self.driver.describe()
        self.assertEqual((found.account, found.remote, found.can_write), ("tandem-bot", "ENG", True))
        self.assertEqual(found.estimated_tickets, self.linear.control("health")["teams"]["ENG"])
        words = {word["name"]: word.get("category") for word in found.fields["status"]["words"]}
        self.assertEqual(list(words.items()), [
            ("Backlog", "open"), ("Todo", "open"), ("In Progress", "in_progress"), ("In Review", "in_progress"),
            ("Done", "done"), ("Canceled", "cancelled"), ("Duplicate", "duplicate"), ("Triage", "open")])
        self.assertEqual(self.driver.words("priority"), ["Urgent", "High", "Medium", "Low"])
        self.assertIn("alice", self.driver.words("assignees"))
        self.assertIn("eng-internal", self.driver.words("labels"))
        self.assertNotIn("Area", self.driver.words("labels"))
        self.assertNotIn("ops-internal", self.driver.words("labels"))
        self.assertIn("Cycle 3", self.driver.words("sprint"))
        self.assertEqual(set(found.fields), set(Pulled(self.driver).observations[0]["fields"]))

    def test_described_options_survive_a_new_key(self):
        options = self.driver.describe().options
        self.assertEqual(set(json.loads(options)), {"team_id"})
        self.open(remote="RENAMED", options=options)
        self.assertEqual(self.driver.describe().remote, "ENG")
        self.assertEqual(set(Pulled(self.driver).tickets), set(self.world_tickets()))

    def test_key_of_a_team_goes_without_case(self):
        self.open(remote="eng")
        self.assertEqual(self.driver.describe().remote, "ENG")
        self.assertEqual(set(Pulled(self.driver).tickets), set(self.world_tickets()))

    def test_describe_without_a_team_tests_the_account(self):
        self.open(remote="")
        found = self.driver.describe()
        self.assertEqual((found.account, found.remote), ("tandem-bot", ""))

    def test_open_refuses_what_is_no_team_key_or_credential(self):
        for more in ({"remote": "ENG/1"}, {"options": "{"}, {"options": '{"team_id": "x"}'},
                     {"credential": {}}, {"credential": {"token": "a b"}},
                     {"credential_kind": "oauth", "credential": {"client_id": "x"}}):
            with self.subTest(**more):
                self.assertIn(self.try_open(**more).code, ("rejected", "auth"))


class Costs(LinearCase):
    options = ("--issues", "2000", "--token", "sandbox-token=tandem-bot", "--token", "observer-key=olga")

    def test_first_import_costs_pages_not_tickets(self):
        """2,000 issues and about 1,600 comments; 205 calls are allowed for 10,000."""
        pulled = Pulled(self.driver)
        self.assertEqual((len(pulled.tickets), len(pulled.comments) > 1000), (2000, True))
        self.assertLessEqual(pulled.calls, 205 * 2000 // 10000)
        self.assertEqual(sum(self.counts().values()), pulled.calls)

    def test_poll_without_news_is_one_call(self):
        pulled = self.settle(Pulled(self.driver))
        later = Pulled(self.driver, pulled.cursor)
        self.assertEqual((later.calls, later.pages, len(later.observations)), (1, 1, 1))

    def test_poll_with_a_hundred_changes_is_one_call(self):
        pulled = Pulled(self.driver)
        later = self.settle(pulled)
        for identifier in list(pulled.tickets)[:100]:
            self.edit_title(identifier, "changed")
        last = Pulled(self.driver, later.cursor)
        self.assertEqual((len(last.tickets), last.calls), (101, 1))


if __name__ == "__main__":
    tap.main(__name__)
