#!/usr/bin/python3
"""The GitHub connector against the stand-in: what any connector must pass, and what it sees."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from driver import Pulled  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402


class Contract(ConnectorContract, GitHubCase):
    pass


class Reading(GitHubCase):
    def test_pull_drops_pull_requests_and_their_comments(self):
        pulled = Pulled(self.driver)
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        pulls = {str(one["number"]) for one in issues if "pull_request" in one}
        comments = self.github.all_pages(REPO + "/issues/comments?per_page=100")
        wanted = {str(one["id"]) for one in comments if "/pull/" not in one["html_url"]}
        self.assertTrue(pulls)
        self.assertFalse(pulls & set(pulled.tickets))
        self.assertEqual(set(pulled.comments), wanted)
        self.assertLess(len(wanted), len(comments))

    def test_pull_asks_without_since_the_first_time(self):
        Pulled(self.driver)
        first = [one["path"] for one in self.requests()["log"] if "/issues?" in one["path"]][0]
        self.assertNotIn("since", first)
        self.assertIn("state=all", first)

    def test_pull_of_nothing_new_is_one_conditional_call(self):
        """After an import there may be one poll that reads the overlap; from then on each is a 304."""
        pulled = Pulled(self.driver)
        cursor = Pulled(self.driver, pulled.cursor).cursor
        for _ in range(3):
            self.driver.reopen()
            self.github.control("requests", method="DELETE")
            again = Pulled(self.driver, cursor)
            self.assertTrue(again.unchanged)
            self.assertEqual(again.calls, 1)
            self.assertEqual(self.requests()["statuses"], {"304": 1})
            self.assertEqual(again.cursor, cursor)

    def test_pull_of_one_change_is_one_call_and_then_304(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        number = self.add_ticket("without comments")
        later = Pulled(self.driver, cursor)
        self.assertIn(number, later.tickets)
        self.assertEqual(later.calls, 1)
        self.assertTrue(Pulled(self.driver, later.cursor).unchanged)

    def test_pull_reads_comments_when_an_issue_has_new_ones(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        number = self.add_ticket("talked about")
        made = self.github.act("petra", "comment", int(number), body="what I think")["comment"]
        later = Pulled(self.driver, cursor)
        self.assertEqual(later.comments[str(made["id"])]["fields"], {"body": "what I think"})
        self.assertEqual(later.comments[str(made["id"])]["parent_external_id"], number)
        self.assertEqual(later.comments[str(made["id"])]["external_key"], "#%s (comment %d)" % (number, made["id"]))

    def test_pull_of_a_full_page_in_one_second_goes_by_link(self):
        """250 issues of one second: `since` cannot part them."""
        repo = "acme/ties"
        self.github.control("seed", {"repo": repo, "issues": 0})
        moment = self.github.control("clock")["now"]
        wanted = set()
        for i in range(250):
            self.github.control("clock", {"set": moment})
            wanted.add(str(self.github.act("petra", "create", repo=repo, title="tie %d" % i)["issue"]["number"]))
        self.open(remote=repo)
        pulled = Pulled(self.driver)
        self.assertEqual(set(pulled.tickets), wanted)
        self.assertLessEqual(pulled.calls, 6)

    def test_pull_of_ties_that_shift_is_made_good_by_the_next_one(self):
        """An edit between two pages of one second shifts the rest; what is skipped comes with the next pull."""
        repo = "acme/shifting"
        self.github.control("seed", {"repo": repo, "issues": 0})
        moment = self.github.control("clock")["now"]
        for i in range(320):
            self.github.control("clock", {"set": moment})
            self.github.act("petra", "create", repo=repo, title="tie %d" % i)
        self.open(remote=repo)

        def edit(page):
            self.github.control("clock", {"advance_s": 600})
            self.github.act("petra", "edit", page, repo=repo, title="moved %d" % page)
        pulled = Pulled(self.driver, between=edit)
        again = Pulled(self.driver, pulled.cursor)
        titles = {**pulled.tickets, **again.tickets}
        self.assertEqual(len(titles), 320)
        wanted = {str(one["number"]): one["title"] for one in
                  self.github.all_pages("/repos/%s/issues?state=all&per_page=100" % repo)}
        self.assertEqual({k: v["fields"]["title"] for k, v in titles.items()}, wanted)

    def test_pull_under_concurrent_edits_loses_nothing(self):
        edits = iter(range(1, 1000))

        def edit(page):
            for _ in range(7):
                number = next(edits)
                self.github.control("clock", {"advance_s": 1})
                self.github.act("petra", "edit", number, title="edited meanwhile %d" % number)
        pulled = Pulled(self.driver, mode="full", between=edit)
        again = Pulled(self.driver, pulled.cursor)
        seen = {**pulled.tickets, **again.tickets}
        self.assertEqual({k: v["fields"]["title"] for k, v in seen.items()}, self.world_tickets())

    def test_pull_with_lagging_lists_sees_late_what_is_within_the_overlap(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        self.github.control("lag", {"ms": 60000})
        number = self.add_ticket("seen late")
        first = Pulled(self.driver, cursor)
        self.assertNotIn(number, first.tickets)
        self.github.control("clock", {"advance_s": 61})
        self.github.control("lag", {"ms": 0})
        self.assertIn(number, Pulled(self.driver, first.cursor).tickets)

    def test_fields_are_translated(self):
        number = self.add_ticket("all fields", body="text", labels=["bug", "help wanted"], assignees=["alice"],
                                 milestone="Backlog")
        fields = self.driver.fetch("ticket", number).observation["fields"]
        self.assertEqual(fields["body"], "text")
        self.assertEqual(sorted(fields["labels"]), ["bug", "help wanted"])
        self.assertEqual(fields["assignees"], ["alice"])
        self.assertEqual(fields["milestone"], "Backlog")
        self.assertEqual(fields["status"], "open")

    def test_fields_that_are_empty_are_still_there(self):
        number = self.add_ticket("bare")
        seen = self.driver.fetch("ticket", number).observation
        self.assertEqual(seen["fields"], {"title": "bare", "body": "", "status": "open", "labels": [],
                                          "assignees": [], "milestone": ""})
        self.assertEqual(seen["external_key"], "#" + number)
        self.assertFalse(seen["author_is_self"])

    def test_status_words_of_closed_issues(self):
        number = self.add_ticket("to close")
        for reason in ("completed", "not_planned", "duplicate"):
            self.github.act("petra", "close", int(number), state_reason=reason)
            self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["status"], "closed:" + reason)
            self.github.act("petra", "reopen", int(number))
            self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["status"], "open")

    def test_extra_shows_reactions_and_locked(self):
        number = self.add_ticket("liked")
        for who in ("petra", "alice"):
            self.github.act(who, "react", int(number), content="+1")
        self.github.act("petra", "lock", int(number))
        extra = self.driver.fetch("ticket", number).observation["extra"]
        self.assertEqual(extra, {"+1": "2", "locked": "true", "comments": "0"})

    def test_fetch_of_a_pull_request_is_rejected(self):
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        number = next(one["number"] for one in issues if "pull_request" in one)
        self.assertEqual(self.driver.fetch("ticket", number).code, "rejected")

    def test_fetch_of_a_transferred_issue_says_where_it_went(self):
        number = self.add_ticket("moves out")
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        seen = self.driver.fetch("ticket", number).observation
        self.assertEqual(seen["gone"], "transferred")
        self.assertRegex(seen["moved_to"], r"/repositories/\d+/issues/\d+$")

    def test_fetch_of_what_cannot_be_read_is_unreadable_while_the_project_answers(self):
        self.assertEqual(self.driver.fetch("ticket", 99999).observation["gone"], "unreadable")

    def test_fetch_in_a_project_out_of_reach_is_auth_and_never_gone(self):
        self.open(token="narrow-token")
        self.assertEqual(self.driver.fetch("ticket", 1).code, "auth")
        self.assertEqual(self.driver.pull().code, "auth")

    def test_fetch_of_a_deleted_comment_is_deleted(self):
        number = self.add_ticket("with a comment")
        made = self.github.act("petra", "comment", int(number), body="short-lived")["comment"]
        ref = ("comment", made["id"], number)
        self.assertEqual(self.driver.fetch(*ref).observation["fields"], {"body": "short-lived"})
        self.github.act("petra", "delete_comment", int(number), comment_id=made["id"])
        self.assertEqual(self.driver.fetch(*ref).observation["gone"], "deleted")

    def test_describe_tells_what_the_credential_may_do(self):
        found = self.driver.describe()
        self.assertEqual((found.account, found.remote, found.can_write), ("tandem-bot", "acme/rocket", True))
        self.assertEqual(found.estimated_tickets, len(self.world_tickets()))
        self.assertIn("bug", self.driver.words("labels"))
        self.assertIn("Backlog", self.driver.words("milestone"))
        self.assertIn("closed:not_planned", self.driver.words("status"))
        self.open(token="reader-token")
        self.assertFalse(self.driver.describe().can_write)

    def test_describe_without_a_repository_tests_the_account(self):
        self.open(remote="")
        found = self.driver.describe()
        self.assertEqual((found.account, found.remote), ("tandem-bot", ""))


class Renamed(GitHubCase):
    """A renamed repository is found by its redirects; reads and writes go on."""

    def test_renamed_repository_is_followed_and_told(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        self.github.act("petra", "rename_repo", name="starship")
        try:
            self.check_renamed(cursor)
        finally:
            self.github.act("petra", "rename_repo", repo="acme/starship", name="rocket")

    def check_renamed(self, cursor):
        made = self.create(title="made under the old name")
        self.assertIn("starship", made["url"])
        self.assertEqual(self.driver.fetch("ticket", made["external_id"]).observation["fields"]["title"],
                         "made under the old name")
        self.driver.reopen()
        pulled = Pulled(self.driver, cursor)
        self.assertIn(made["external_id"], pulled.tickets)
        self.assertEqual(len(pulled.notes), 1)
        self.assertIn("acme/starship", pulled.notes[0])
        self.driver.reopen()
        again = Pulled(self.driver, pulled.cursor)
        self.assertEqual(again.calls, 1, "the cursor knows the way")
        self.driver.reopen()
        self.assertEqual(self.driver.fetch("ticket", made["external_id"]).observation["external_id"],
                         made["external_id"])
        self.assertEqual(self.driver.describe().remote, "acme/starship")

    def test_repository_is_known_by_its_id_when_its_name_went_to_another(self):
        options = self.driver.describe().options
        self.assertEqual(set(json.loads(options)), {"repository_id"})
        self.open(options=options)
        cursor = Pulled(self.driver).cursor
        self.github.act("petra", "rename_repo", name="starship")
        self.github.act("petra", "rename_repo", repo="acme/engine", name="rocket")
        try:
            self.open(options=options)
            made = self.create(title="made when the old name was another's")
            self.assertIn("starship", made["url"])
            pulled = Pulled(self.driver, cursor)
            self.assertIn(made["external_id"], pulled.tickets)
            self.assertEqual(pulled.notes, [])
            self.assertEqual(self.driver.describe().remote, "acme/starship")
            event = {"action": "opened", "issue": self.github.get("/repos/acme/starship/issues/" + made["external_id"]).json}
            for name, seen in (("starship", 1), ("rocket", 0)):
                event["repository"] = self.github.get("/repos/acme/" + name).json
                told = self.driver.call("translate", event="issues", body=json.dumps(event), remote="acme/rocket", options=options)
                self.assertEqual(len(told.observations), seen, name)
        finally:
            self.github.act("petra", "rename_repo", repo="acme/rocket", name="engine")
            self.github.act("petra", "rename_repo", repo="acme/starship", name="rocket")
        for wrong in ("{", '{"repository_id": "7"}', '{"repository_id": -1}'):
            self.assertEqual(self.driver.reopen(options=wrong).code, "rejected", wrong)

    def test_transferred_is_told_from_renamed(self):
        number = self.add_ticket("both")
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        self.github.act("petra", "rename_repo", name="starship")
        try:
            self.assertEqual(self.driver.fetch("ticket", number).observation["gone"], "transferred")
        finally:
            self.github.act("petra", "rename_repo", repo="acme/starship", name="rocket")


if __name__ == "__main__":
    tap.main(__name__)
