#!/usr/bin/python3
"""The stand-in of GitHub: its lists, issues, labels, comments, milestones, events and redirects."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from stand_in import Sandbox  # noqa: E402

REPO = "/repos/acme/rocket"
ISSUES = REPO + "/issues"


def setUpModule():
    global github
    github = Sandbox("--issues", "250", "--no-limits", "--repo", "acme/rocket", "--repo", "acme/engine",
                     "--token", "sandbox-token=tandem-bot", "--token", "reader=rita:read",
                     "--token", "narrow=nina:write@acme/rocket")


def tearDownModule():
    github.stop()


def new_issue(**fields):
    answer = github.post(ISSUES, dict({"title": "A new one"}, **fields))
    assert answer.status == 201, answer
    return answer.json


def issue_url(issue, tail=""):
    return "%s/%d%s" % (ISSUES, issue["number"], tail)


class Lists(unittest.TestCase):
    def test_list_pages_by_link_are_complete(self):
        items = github.all_pages(ISSUES + "?state=all&sort=updated&direction=asc&per_page=37")
        numbers = [item["number"] for item in items]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertGreaterEqual(set(numbers), set(range(1, 251)))
        keys = [(item["updated_at"], item["id"]) for item in items]
        self.assertEqual(keys, sorted(keys))

    def test_list_links_use_the_repository_id(self):
        answer = github.get(ISSUES + "?state=all&per_page=100&page=2")
        self.assertRegex(answer.link("next"), r"/repositories/\d+/issues\?.*page=3")
        self.assertRegex(answer.link("prev"), r"/repositories/\d+/issues\?.*page=1")

    def test_lists_of_issues_go_on_by_cursors_and_name_no_end(self):
        answer = github.get(ISSUES + "?state=all&per_page=100&page=2")
        self.assertIn("after=", answer.link("next"))
        self.assertEqual([answer.link("first"), answer.link("last")], [None, None])
        self.assertIsNotNone(github.get(ISSUES + "/events?per_page=1").link("last"))

    def test_graphql_counts_issues_without_pull_requests(self):
        repository = github.get("/repos/acme/rocket").json
        count = "query($id: ID!) { node(id: $id) { ... on Repository { issues { totalCount } } } }"
        answer = github.request("POST", "/graphql", {"query": count, "variables": {"id": repository["node_id"]}}).json
        listed = [one for one in github.all_pages(ISSUES + "?state=all&per_page=100") if "pull_request" not in one]
        self.assertEqual(answer["data"]["node"]["issues"]["totalCount"], len(listed))
        answer = github.request("POST", "/graphql", {"query": count, "variables": {"id": "R_x"}})
        self.assertEqual((answer.status, answer.json["errors"][0]["type"]), (200, "NOT_FOUND"))

    def test_list_shows_open_issues_newest_first_by_default(self):
        items = github.get(ISSUES).json
        self.assertEqual(len(items), 30)
        self.assertEqual({item["state"] for item in items}, {"open"})
        numbers = [item["number"] for item in items]
        self.assertEqual(numbers, sorted(numbers, reverse=True))

    def test_list_descending_is_the_reverse_of_ascending(self):
        for sort in ("created", "updated", "comments"):
            with self.subTest(sort=sort):
                path = ISSUES + "?state=all&per_page=100&sort=%s&direction=" % sort
                up = [item["id"] for item in github.all_pages(path + "asc")]
                down = [item["id"] for item in github.all_pages(path + "desc")]
                self.assertEqual(up, down[::-1])

    def test_list_since_is_inclusive(self):
        items = github.all_pages(ISSUES + "?state=all&sort=updated&direction=asc&per_page=100")
        middle = items[120]["updated_at"]
        found = github.all_pages(ISSUES + "?state=all&sort=updated&direction=asc&per_page=100&since=" + middle)
        expected = [item["number"] for item in items if item["updated_at"] >= middle]
        self.assertEqual([item["number"] for item in found], expected)

    def test_list_since_the_epoch_is_empty(self):
        answer = github.get(ISSUES + "?state=all&since=1970-01-01T00:00:00Z")
        self.assertEqual((answer.status, answer.json), (200, []))

    def test_list_filters_agree_with_the_items(self):
        items = github.all_pages(ISSUES + "?state=all&per_page=100")
        cases = (("labels=bug", lambda one: "bug" in [label["name"] for label in one["labels"]]),
                 ("creator=alice", lambda one: one["user"]["login"] == "alice"),
                 ("assignee=bob", lambda one: "bob" in [user["login"] for user in one["assignees"]]),
                 ("assignee=none", lambda one: not one["assignees"]),
                 ("milestone=2", lambda one: one["milestone"] and one["milestone"]["number"] == 2),
                 ("milestone=none", lambda one: one["milestone"] is None))
        for query, fits in cases:
            with self.subTest(query=query):
                found = github.all_pages(ISSUES + "?state=all&per_page=100&" + query)
                self.assertEqual([one["id"] for one in found], [one["id"] for one in items if fits(one)])
                self.assertTrue(found)

    def test_list_marks_pull_requests(self):
        items = github.all_pages(ISSUES + "?state=all&per_page=100")
        pulls = [item for item in items if "pull_request" in item]
        self.assertTrue(5 <= len(pulls) <= 60, len(pulls))

    def test_list_unknown_state_is_422(self):
        self.assertEqual(github.get(ISSUES + "?state=half").status, 422)

    def test_list_etag_gives_304_until_something_changes(self):
        path = ISSUES + "?state=all&sort=updated&direction=desc&per_page=5"
        tag = github.get(path).headers["etag"]
        self.assertEqual(github.get(path, headers={"If-None-Match": tag}).status, 304)
        new_issue()
        self.assertEqual(github.get(path, headers={"If-None-Match": tag}).status, 200)

    def test_enterprise_prefix_works_and_stays_in_links(self):
        answer = github.get("/api/v3" + ISSUES + "?per_page=10")
        self.assertEqual(answer.status, 200)
        self.assertIn("/api/v3/repositories/", answer.link("next"))
        self.assertEqual(github.get(answer.link("next")).status, 200)


class Issues(unittest.TestCase):
    def test_issue_create_gives_what_was_sent(self):
        issue = new_issue(title="  Größe 🚀 ", body="a\r\nb", labels=["bug", "brand new"],
                          assignees=["alice"], milestone=2)
        self.assertEqual((issue["title"], issue["body"], issue["state"]), ("Größe 🚀", "a\r\nb", "open"))
        self.assertEqual([label["name"] for label in issue["labels"]], ["bug", "brand new"])
        self.assertEqual([user["login"] for user in issue["assignees"]], ["alice"])
        self.assertEqual(issue["milestone"]["number"], 2)
        self.assertEqual(issue["user"]["login"], "tandem-bot")
        self.assertEqual(github.get(issue_url(issue)).json, issue)

    def test_issue_edit_changes_only_what_is_named(self):
        issue = new_issue(body="text", labels=["bug"])
        edited = github.patch(issue_url(issue), {"title": "Renamed"}).json
        self.assertEqual((edited["title"], edited["body"]), ("Renamed", "text"))
        self.assertEqual(edited["labels"], issue["labels"])

    def test_issue_close_and_reopen_keep_reason_and_dates(self):
        issue = new_issue()
        closed = github.patch(issue_url(issue), {"state": "closed", "state_reason": "not_planned"}).json
        self.assertEqual((closed["state"], closed["state_reason"]), ("closed", "not_planned"))
        self.assertIsNotNone(closed["closed_at"])
        self.assertEqual(closed["closed_by"]["login"], "tandem-bot")
        opened = github.patch(issue_url(issue), {"state": "open"}).json
        self.assertEqual((opened["state"], opened["state_reason"], opened["closed_at"]), ("open", "reopened", None))

    def test_issue_edit_without_difference_touches_nothing(self):
        issue = new_issue(body="same")
        github.control("clock", {"advance_s": 5})
        edited = github.patch(issue_url(issue), {"title": issue["title"], "body": "same"}).json
        self.assertEqual(edited["updated_at"], issue["updated_at"])

    def test_issue_validation_errors_have_githubs_form(self):
        cases = (({}, 422), ({"title": "  "}, 422), ({"title": "x" * 257}, 422), ({"title": ["x"]}, 422),
                 ({"title": "x", "body": 5}, 422), ({"title": "x", "milestone": 99}, 422),
                 ({"title": "x", "assignees": ["nobody"]}, 422), ({"title": "x", "body": "y" * 65537}, 422),
                 (b"{", 400), (b"[]", 400), (b"", 400))
        for body, status in cases:
            with self.subTest(body=body if len(str(body)) < 60 else str(body)[:60]):
                answer = github.post(ISSUES, body)
                self.assertEqual(answer.status, status)
                self.assertIn("message", answer.json)
                self.assertIn("documentation_url", answer.json)

    def test_issue_unknown_is_404(self):
        self.assertEqual(github.get(ISSUES + "/999999").status, 404)
        self.assertEqual(github.get("/repos/acme/nothing/issues").status, 404)
        self.assertEqual(github.get("/no/such/route").status, 404)

    def test_issue_labels_add_set_remove_clear(self):
        issue = new_issue()
        self.assertEqual(len(github.post(issue_url(issue, "/labels"), {"labels": ["bug", "BUG", "🚀 launch"]}).json), 2)
        self.assertEqual(len(github.get(issue_url(issue, "/labels")).json), 2)
        left = github.delete(issue_url(issue, "/labels/%F0%9F%9A%80%20launch")).json
        self.assertEqual([label["name"] for label in left], ["bug"])
        self.assertEqual(github.delete(issue_url(issue, "/labels/question")).status, 404)
        slashed = github.put(issue_url(issue, "/labels"), {"labels": ["área/ñ"]}).json
        self.assertEqual([label["name"] for label in slashed], ["área/ñ"])
        self.assertEqual(github.delete(issue_url(issue, "/labels/%C3%A1rea%2F%C3%B1")).json, [])
        github.post(issue_url(issue, "/labels"), ["bug"])
        self.assertEqual(github.delete(issue_url(issue, "/labels")).status, 204)
        self.assertEqual(github.get(issue_url(issue)).json["labels"], [])

    def test_issue_assignees_add_and_remove(self):
        issue = new_issue()
        added = github.post(issue_url(issue, "/assignees"), {"assignees": ["bob", "stranger"]})
        self.assertEqual((added.status, [user["login"] for user in added.json["assignees"]]), (201, ["bob"]))
        self.assertEqual(github.delete(issue_url(issue, "/assignees"), {"assignees": ["BOB"]}).json["assignees"], [])

    def test_issue_lock_refuses_comments_of_readers(self):
        issue = new_issue()
        self.assertEqual(github.put(issue_url(issue, "/lock"), {"lock_reason": "spam"}).status, 204)
        shown = github.get(issue_url(issue)).json
        self.assertEqual((shown["locked"], shown["active_lock_reason"]), (True, "spam"))
        self.assertEqual(github.post(issue_url(issue, "/comments"), {"body": "x"}, token="reader").status, 403)
        self.assertEqual(github.delete(issue_url(issue, "/lock")).status, 204)
        self.assertEqual(github.post(issue_url(issue, "/comments"), {"body": "x"}, token="reader").status, 201)

    def test_issue_reactions_count_once_a_user(self):
        issue = new_issue()
        self.assertEqual(github.post(issue_url(issue, "/reactions"), {"content": "heart"}).status, 201)
        again = github.post(issue_url(issue, "/reactions"), {"content": "heart"})
        self.assertEqual(again.status, 200)
        self.assertEqual(github.get(issue_url(issue)).json["reactions"]["heart"], 1)
        self.assertEqual(len(github.get(issue_url(issue, "/reactions")).json), 1)
        self.assertEqual(github.delete(issue_url(issue, "/reactions/%d" % again.json["id"])).status, 204)
        self.assertEqual(github.get(issue_url(issue)).json["reactions"]["total_count"], 0)

    def test_issue_events_and_timeline_tell_what_happened(self):
        issue = new_issue()
        github.patch(issue_url(issue), {"title": "Other", "labels": ["bug"], "assignees": ["erin"], "milestone": 3})
        github.post(issue_url(issue, "/comments"), {"body": "hello"})
        github.patch(issue_url(issue), {"state": "closed", "labels": [], "milestone": None})
        github.patch(issue_url(issue), {"state": "open"})
        kinds = [event["event"] for event in github.get(issue_url(issue, "/events")).json]
        self.assertEqual(kinds, ["renamed", "labeled", "assigned", "milestoned", "closed", "unlabeled",
                                 "demilestoned", "reopened"])
        kinds = [event["event"] for event in github.get(issue_url(issue, "/timeline")).json]
        self.assertIn("commented", kinds)
        newest = github.get(ISSUES + "/events?per_page=1").json[0]
        self.assertEqual((newest["event"], newest["issue"]["number"]), ("reopened", issue["number"]))
        self.assertEqual(github.get(ISSUES + "/events/%d" % newest["id"]).json["id"], newest["id"])


class Comments(unittest.TestCase):
    def test_comment_life_touches_the_issue(self):
        issue = new_issue()
        github.control("clock", {"advance_s": 2})
        answer = github.post(issue_url(issue, "/comments"), {"body": "one"})
        self.assertEqual(answer.status, 201)
        comment = "%s/comments/%d" % (ISSUES, answer.json["id"])
        shown = github.get(issue_url(issue)).json
        self.assertEqual(shown["comments"], 1)
        self.assertGreater(shown["updated_at"], issue["updated_at"])
        self.assertEqual(github.patch(comment, {"body": "two"}).json["body"], "two")
        self.assertEqual(github.get(comment).json["body"], "two")
        self.assertEqual([one["body"] for one in github.get(issue_url(issue, "/comments")).json], ["two"])
        self.assertEqual(github.delete(comment).status, 204)
        self.assertEqual(github.get(comment).status, 404)
        self.assertEqual(github.get(issue_url(issue)).json["comments"], 0)

    def test_comment_blank_or_missing_is_422(self):
        issue = new_issue()
        for body in ({}, {"body": " "}, {"body": 7}):
            self.assertEqual(github.post(issue_url(issue, "/comments"), body).status, 422)

    def test_comments_of_the_repository_page_and_since(self):
        path = ISSUES + "/comments?sort=updated&direction=asc&per_page=20"
        items = github.all_pages(path)
        keys = [(item["updated_at"], item["id"]) for item in items]
        self.assertEqual(keys, sorted(keys))
        self.assertGreater(len(items), 60)
        middle = items[len(items) // 2]["updated_at"]
        found = github.all_pages(path + "&since=" + middle)
        self.assertEqual(len(found), sum(1 for item in items if item["updated_at"] >= middle))

    def test_comment_reaction_shows_in_the_rollup(self):
        comment = github.post(issue_url(new_issue(), "/comments"), {"body": "x"}).json
        path = "%s/comments/%d" % (ISSUES, comment["id"])
        self.assertEqual(github.post(path + "/reactions", {"content": "eyes"}).status, 201)
        self.assertEqual(github.get(path).json["reactions"]["eyes"], 1)
        self.assertEqual(len(github.get(path + "/reactions").json), 1)


class RepositoryThings(unittest.TestCase):
    def test_user_repo_and_rate_limit_answer(self):
        self.assertEqual(github.get("/user").json["login"], "tandem-bot")
        repo = github.get(REPO).json
        self.assertTrue(repo["permissions"]["push"] and repo["has_issues"])
        self.assertEqual(github.get("/repositories/%d" % repo["id"]).json["full_name"], "acme/rocket")
        self.assertEqual(github.get("/rate_limit").json["resources"]["core"]["limit"], 5000)

    def test_label_life_and_rename_shows_on_issues(self):
        self.assertEqual(github.post(REPO + "/labels", {"name": "tmp/1", "color": "zz"}).status, 422)
        self.assertEqual(github.post(REPO + "/labels", {"name": "tmp/1", "color": "AABBCC"}).status, 201)
        self.assertEqual(github.post(REPO + "/labels", {"name": "TMP/1"}).status, 422)
        issue = new_issue(labels=["tmp/1"])
        self.assertEqual(github.patch(REPO + "/labels/tmp%2F1", {"new_name": "kept"}).json["name"], "kept")
        shown = github.get(issue_url(issue)).json
        self.assertEqual([label["name"] for label in shown["labels"]], ["kept"])
        self.assertEqual(shown["updated_at"], issue["updated_at"])
        self.assertEqual(github.delete(REPO + "/labels/kept").status, 204)
        self.assertEqual(github.get(issue_url(issue)).json["labels"], [])
        self.assertIn("bug", [label["name"] for label in github.all_pages(REPO + "/labels?per_page=5")])

    def test_milestone_life_and_counts(self):
        made = github.post(REPO + "/milestones", {"title": "M", "due_on": "2027-01-01T00:00:00Z"})
        self.assertEqual(made.status, 201)
        path = "%s/milestones/%d" % (REPO, made.json["number"])
        issue = new_issue(milestone=made.json["number"])
        self.assertEqual(github.get(path).json["open_issues"], 1)
        github.patch(issue_url(issue), {"state": "closed"})
        counts = github.get(path).json
        self.assertEqual((counts["open_issues"], counts["closed_issues"]), (0, 1))
        self.assertEqual(github.get(issue_url(issue)).json["milestone"]["closed_issues"], 1)
        self.assertEqual(github.patch(path, {"state": "closed"}).json["state"], "closed")
        self.assertEqual(github.delete(path).status, 204)
        self.assertIsNone(github.get(issue_url(issue)).json["milestone"])
        self.assertEqual(github.post(REPO + "/milestones", {"title": "Backlog"}).status, 422)

    def test_assignees_are_members(self):
        logins = [user["login"] for user in github.all_pages(REPO + "/assignees?per_page=3")]
        self.assertIn("alice", logins)
        self.assertNotIn("hiro", logins)
        self.assertEqual(github.get(REPO + "/assignees/alice").status, 204)
        self.assertEqual(github.get(REPO + "/assignees/hiro").status, 404)


class MovedThings(unittest.TestCase):
    def test_transferred_issue_redirects(self):
        issue = new_issue()
        github.post(issue_url(issue, "/comments"), {"body": "comes along"})
        github.act("alice", "transfer", issue["number"], to="acme/engine")
        answer = github.get(issue_url(issue))
        self.assertEqual(answer.status, 301)
        moved = github.get(answer.headers["location"])
        self.assertEqual((moved.status, moved.json["title"], moved.json["comments"]), (200, issue["title"], 1))
        self.assertEqual(github.get(issue_url(issue), token="narrow").status, 404)

    def test_deleted_issue_is_gone(self):
        issue = new_issue()
        github.act("alice", "delete", issue["number"])
        for method, path in (("GET", ""), ("PATCH", ""), ("GET", "/comments"), ("GET", "/labels")):
            self.assertEqual(github.request(method, issue_url(issue, path), {}).status, 410)

    def test_renamed_repository_redirects_by_id(self):
        github.control("seed", {"repo": "acme/old-name", "issues": 5, "seed": 3})
        github.act("alice", "rename_repo", repo="acme/old-name", name="new-name")
        answer = github.get("/repos/acme/old-name/issues?state=all")
        self.assertEqual(answer.status, 301)
        self.assertRegex(answer.headers["location"], r"/repositories/\d+/issues\?state=all$")
        self.assertEqual(len(github.get(answer.headers["location"]).json), 5)
        self.assertEqual(github.post("/repos/acme/old-name/issues", {"title": "x"}).status, 307)
        self.assertEqual(github.get("/repos/acme/new-name").status, 200)


class Manners(unittest.TestCase):
    def test_credentials_are_needed(self):
        self.assertEqual(github.get(ISSUES, token=None).status, 401)
        self.assertEqual(github.get(ISSUES, token="wrong").status, 401)
        self.assertEqual(github.get(ISSUES, headers={"Authorization": "token sandbox-token"}).status, 200)

    def test_user_agent_is_needed(self):
        self.assertEqual(github.get(ISSUES, headers={"User-Agent": ""}).status, 403)

    def test_accept_and_version_are_checked(self):
        self.assertEqual(github.get(ISSUES, headers={"Accept": "text/html"}).status, 415)
        self.assertEqual(github.get(ISSUES, headers={"Accept": "application/vnd.github+json"}).status, 200)
        self.assertEqual(github.get(ISSUES, headers={"X-GitHub-Api-Version": "1999-01-01"}).status, 400)

    def test_reader_fields_are_silently_dropped(self):
        made = github.post(ISSUES, {"title": "By a reader", "labels": ["bug"], "assignees": ["alice"],
                                    "milestone": 2}, token="reader")
        self.assertEqual(made.status, 201)
        self.assertEqual((made.json["labels"], made.json["assignees"], made.json["milestone"]), ([], [], None))
        edited = github.patch(issue_url(made.json), {"title": "Mine", "labels": ["bug"]}, token="reader").json
        self.assertEqual((edited["title"], edited["labels"]), ("Mine", []))

    def test_reader_may_not_edit_others_or_label(self):
        issue = new_issue()
        self.assertEqual(github.patch(issue_url(issue), {"title": "x"}, token="reader").status, 403)
        self.assertEqual(github.post(issue_url(issue, "/labels"), ["bug"], token="reader").status, 403)
        self.assertEqual(github.get(REPO + "/hooks", token="reader").status, 404)

    def test_token_sees_only_its_repositories(self):
        self.assertEqual(github.get("/repos/acme/rocket", token="narrow").status, 200)
        self.assertEqual(github.get("/repos/acme/engine", token="narrow").status, 404)

    def test_head_answers_without_body(self):
        answer = github.request("HEAD", ISSUES + "?per_page=1")
        self.assertEqual((answer.status, answer.body), (200, b""))


class Seed(unittest.TestCase):
    def test_seed_gives_the_same_data_twice(self):
        texts = []
        for _ in range(2):
            other = Sandbox("--issues", "60", "--seed", "7", "--no-limits")
            items = other.all_pages(ISSUES + "?state=all&per_page=100")
            texts.append(str(items).replace(str(other.port), "PORT"))
            other.stop()
        self.assertEqual(texts[0], texts[1])

    def test_seed_is_varied(self):
        items = github.all_pages("/repos/acme/engine/issues?state=all&per_page=100")
        bodies = [item["body"] for item in items]
        self.assertGreater(len({item["title"] for item in items}), len(items) * 0.9)
        self.assertIn(None, bodies)
        self.assertIn("", bodies)
        self.assertTrue(any("\r\n" in body for body in bodies if body))
        self.assertTrue(any("```" in body for body in bodies if body))
        closed = sum(1 for item in items if item["state"] == "closed")
        self.assertTrue(0.4 * len(items) < closed < 0.8 * len(items))


if __name__ == "__main__":
    tap.main(__name__)
