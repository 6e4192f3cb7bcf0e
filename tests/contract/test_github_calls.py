#!/usr/bin/python3
"""How many calls the GitHub connector needs: an import, nothing new, a hundred changes."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from driver import Pulled  # noqa: E402
from github_case import GitHubCase  # noqa: E402


class Calls(GitHubCase):
    options = ("--issues", "10000", "--no-limits", "--repo", "acme/rocket", "--token", "sandbox-token=tandem-bot")

    def note(self, text):
        print("# " + text, flush=True)

    def test_calls_of_an_import_then_of_nothing_then_of_a_hundred_changes(self):
        imported = Pulled(self.driver)
        counts = self.requests()["counts"]
        issues = counts["GET /repos/{owner}/{repo}/issues"]
        self.assertEqual(len(imported.tickets), len(self.world_tickets()))
        self.note("import of 10000: %d calls for issues, %d for comments, %d in all"
                  % (issues, imported.calls - issues - 1, imported.calls))
        self.assertLessEqual(issues, 105)
        again = Pulled(self.driver, imported.cursor)
        self.note("nothing new: %d call, unchanged %s" % (again.calls, again.unchanged))
        self.assertEqual(again.calls, 1)
        for _ in range(3):
            self.driver.reopen()
            again = Pulled(self.driver, again.cursor)
            self.assertEqual((again.calls, again.unchanged), (1, True))
        self.hundred(again.cursor)

    def hundred(self, cursor):
        for number, title in list(self.world_tickets().items())[:100]:
            self.edit_title(number, title + "!")
        self.driver.reopen()
        later = Pulled(self.driver, cursor)
        self.note("a hundred changed: %d calls, %d tickets seen" % (later.calls, len(later.tickets)))
        self.assertEqual(sum(one["fields"]["title"].endswith("!") for one in later.tickets.values()), 100)
        self.assertLessEqual(later.calls, 3)

    def test_calls_of_an_import_without_comments(self):
        repo = "acme/silent"
        self.github.control("seed", {"repo": repo, "issues": 0, "pull_requests": False})
        for i in range(1000):
            self.github.control("clock", {"advance_s": 2})
            self.github.act("petra", "create", repo=repo, title="silent %d" % i)
        self.open(remote=repo)
        imported = Pulled(self.driver)
        self.note("import of 1000 without comments: %d calls" % imported.calls)
        self.assertEqual(len(imported.tickets), 1000)
        self.assertLessEqual(imported.calls, 13)


if __name__ == "__main__":
    tap.main(__name__)
