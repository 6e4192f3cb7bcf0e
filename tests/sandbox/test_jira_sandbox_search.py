#!/usr/bin/python3
"""The stand-in of Jira Cloud: JQL, the token-paged search, its lag and its limits."""

import datetime
import os
import sys
import unittest
import urllib.parse
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import Jira, basic  # noqa: E402
from stand_in import wait_until  # noqa: E402


def setUpModule():
    global jira
    jira = Jira("--issues", "150", "--no-limits", "--project", "ROCKET", "--project", "FUEL", "--token",
                "sandbox-token",
                "--token", "tokyo-token=hiro:read", "--token", "fuel-token=fueler:admin@FUEL")


def tearDownModule():
    jira.stop()


def moment(text):
    return datetime.datetime.fromisoformat(text[:-2] + ":" + text[-2:])


def epoch_ms(text):
    return int(moment(text).timestamp()) * 1000 + int(text[20:23])


class Jql(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key = jira.create("The jql needle", labels=["needle"], type="Bug", duedate="2030-05-01",
                              customfield_10016=8)
        cls.fields = jira.fields(cls.key)

    def found(self, jql):
        return jira.keys("project = ROCKET AND (%s)" % jql)

    def refused(self, jql):
        """What Jira says to a bad query."""
        answer = jira.search(jql)
        self.assertEqual(answer.status, 400, jql)
        return answer.json["errorMessages"][0]

    def test_jql_finds_the_needle_by_each_field(self):
        account = self.fields["creator"]["accountId"]
        for jql in ("key = %s" % self.key, "key in (%s, ROCKET-1)" % self.key, "issuekey >= %s" % self.key,
                    "labels = needle", "labels in (needle, other)", "summary ~ \"jql needle\"", "text ~ needle",
                    "creator = currentUser()", "creator = \"%s\"" % account, "reporter in (currentUser())",
                    "status = Open", "statusCategory = \"To Do\"", "issuetype = Bug AND creator = currentUser()",
                    "priority = Medium", "due > 2030-04-30", "due <= '2030/05/01'", "created >= -1h",
                    "created > startOfDay(-1)",
                    "cf[10016] = 8", "\"Story Points\" >= 8", "resolution is EMPTY", "fixVersion IS EMPTY",
                    "not labels is empty",
                    "id = %s" % jira.get("/issue/" + self.key).json["id"], "assignee = null"):
            self.assertIn(self.key, self.found(jql), jql)

    def test_jql_leaves_out_what_does_not_match(self):
        for jql in ("labels = other", "labels != needle", "labels not in (needle)", "status = Done", "summary ~ straw",
                    "creator != currentUser()", "due < 2030-05-01", "created < -1h", "key < %s" % self.key,
                    "fixVersion = 1.0",
                    "fixVersion != 1.0", "resolution is not empty", "cf[10016] > 8", "NOT status = Open",
                    "created > now()"):
            self.assertNotIn(self.key, self.found(jql), jql)

    def test_jql_joins_and_nests(self):
        self.assertEqual(set(self.found("key = ROCKET-1 OR key = ROCKET-2 AND key = ROCKET-3")), {"ROCKET-1"})
        self.assertEqual(self.found("(key = ROCKET-1 OR key = ROCKET-2) AND NOT (key = ROCKET-1)"), ["ROCKET-2"])
        self.assertEqual(self.found("! key != ROCKET-1"), ["ROCKET-1"])

    def test_jql_finds_children(self):
        epic = jira.create("e", type="Epic")
        story = jira.create("s", type="Story", parent={"key": epic})
        self.assertEqual(jira.keys("parent = %s" % epic), [story])
        self.assertEqual(jira.keys("parent in (%s, ROCKET-1) AND key = %s" % (epic, story)), [story])

    def test_jql_compares_times_in_milliseconds(self):
        updated = epoch_ms(self.fields["updated"])
        self.assertIn(self.key, self.found("updated >= %d" % updated))
        self.assertNotIn(self.key, self.found("updated > %d" % updated))
        self.assertNotIn(self.key, self.found("updated < %d" % updated))

    def test_jql_reads_times_in_the_zone_of_the_account(self):
        issue = jira.fields("ROCKET-30")
        start = moment(issue["created"]).replace(second=0, microsecond=0)
        end = start + datetime.timedelta(minutes=1)
        here, later = start.strftime("%Y-%m-%d %H:%M"), end.strftime("%Y-%m-%d %H:%M")
        jql = "key = ROCKET-30 AND created >= \"%s\" AND created < \"%s\""
        self.assertEqual(jira.keys(jql % (here, later)), ["ROCKET-30"])
        tokyo = {"Authorization": basic("hiro@example.com", "tokyo-token")}
        answer = jira.post("/search/jql", {"jql": jql % (here, later), "fields": ["created"]}, headers=tokyo)
        self.assertEqual(answer.json["issues"], [])
        there = [one.astimezone(zoneinfo.ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M")
                 for one in (start, end)]
        found, = jira.post("/search/jql", {"jql": jql % tuple(there), "fields": ["created"]},
                           headers=tokyo).json["issues"]
        self.assertTrue(found["fields"]["created"].endswith("+0900"))
        self.assertEqual(epoch_ms(found["fields"]["created"]), epoch_ms(issue["created"]))

    def test_jql_refuses_what_it_cannot_do(self):
        for jql, word in (("", "Unbounded"), ("ORDER BY updated", "Unbounded"), ("project = NOPE", "NOPE"),
                          ("project", "operator"), ("project = ", "value"), ("project = ROCKET AND", "field name"),
                          ("project = ROCKET updated > 1", "'OR' or 'AND'"), ("nonsense = 1", "nonsense"),
                          ("project = ROCKET AND (key = ROCKET-1", "')'"), ("project > ROCKET", "operator"),
                          ("updated > \"yesterday\"", "Date value"), ("updated > \"1700000000000\"", "Date value"),
                          ("status was Open", "was"), ("key = nokey", "issue key"),
                          ("key = ROCKET-99999", "does not exist"),
                          ("creator = nobody", "nobody"), ("reporter = nofunction()", "nofunction"),
                          ("project = ROCKET ORDER BY nonsense", "nonsense"), ("project = {x}", "reserved"),
                          ("(" * 80 + "key = ROCKET-1" + ")" * 80, "nested")):
            self.assertIn(word, self.refused(jql), jql)

    def test_jql_orders(self):
        keys = jira.keys("project = ROCKET ORDER BY key DESC")
        numbers = [int(key.partition("-")[2]) for key in keys]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        page = jira.search("project = ROCKET ORDER BY updated ASC, key ASC", fields=["updated"],
                           maxResults=100).json["issues"]
        times = [epoch_ms(one["fields"]["updated"]) for one in page]
        self.assertEqual(times, sorted(times))
        by_priority = jira.search("project = ROCKET ORDER BY priority, updated DESC", fields=["priority"],
                                  maxResults=100).json["issues"]
        ids = [one["fields"]["priority"]["id"] for one in by_priority]
        self.assertEqual(ids, sorted(ids))


class Pages(unittest.TestCase):
    JQL = "project = FUEL ORDER BY updated, key"

    def tearDown(self):
        jira.control("pages", {"shorten": 0})
        jira.control("lag", {"ms": 0})

    def test_page_shows_only_ids_by_default(self):
        answer = jira.search(self.JQL).json
        self.assertEqual((len(answer["issues"]), answer["isLast"]), (50, False))
        self.assertEqual(set(answer["issues"][0]), {"id"})
        self.assertNotIn("total", answer)
        self.assertEqual(len(jira.search(self.JQL, maxResults=5000).json["issues"]), 150)
        self.assertEqual(len(jira.search(self.JQL, maxResults=5000, fields=["summary"]).json["issues"]), 100)

    def test_pages_lead_to_every_issue_once(self):
        keys = jira.keys(self.JQL, maxResults=40)
        self.assertEqual((len(keys), len(set(keys))), (150, 150))
        last = jira.search(self.JQL, maxResults=5000).json
        self.assertTrue(last["isLast"] and "nextPageToken" not in last)

    def test_pages_may_be_short(self):
        jira.control("pages", {"shorten": 1})
        sizes, token = [], None
        while True:
            answer = jira.search(self.JQL, maxResults=40, **({"nextPageToken": token} if token else {})).json
            sizes.append(len(answer["issues"]))
            token = answer.get("nextPageToken")
            if token is None:
                break
        self.assertEqual(sum(sizes), 150)
        self.assertLess(min(sizes[:-1]), 40)

    def test_pages_by_get(self):
        query = urllib.parse.urlencode({"jql": self.JQL, "fields": "summary,updated", "maxResults": 3,
                                        "properties": "p"})
        jira.put("/issue/10150/properties/p", 5)
        answer = jira.get("/search/jql?" + query).json
        self.assertEqual(set(answer["issues"][0]["fields"]), {"summary", "updated"})
        more = jira.get("/search/jql?%s&nextPageToken=%s" % (query, answer["nextPageToken"])).json
        self.assertNotEqual(more["issues"][0]["id"], answer["issues"][0]["id"])
        repeated = jira.get("/search/jql?jql=key=FUEL-1&fields=summary&fields=status").json["issues"][0]
        self.assertEqual(set(repeated["fields"]), {"summary", "status"})

    def test_page_token_belongs_to_its_query_for_a_week(self):
        token = jira.search(self.JQL).json["nextPageToken"]
        self.assertEqual(jira.search("project = ROCKET", nextPageToken=token).status, 400)
        self.assertEqual(jira.search(self.JQL, nextPageToken="rubbish").status, 400)
        jira.control("clock", {"advance_s": 6 * 86400})
        self.assertEqual(jira.search(self.JQL, nextPageToken=token).status, 200)
        jira.control("clock", {"advance_s": 2 * 86400})
        self.assertEqual(jira.search(self.JQL, nextPageToken=token).status, 400)

    def test_page_behind_an_edit_shows_the_edited_issue_again(self):
        first = jira.search(self.JQL, maxResults=10, fields=["key"]).json
        key = first["issues"][0]["key"]
        jira.act("alice", "label", key, labels=["shifted"])
        rest = jira.keys(self.JQL, nextPageToken=first["nextPageToken"])
        again = [one["key"] for one in jira.search(self.JQL, maxResults=5000, fields=["key"]).json["issues"]]
        self.assertEqual(again[-1], key)
        self.assertEqual((len(rest), rest[-1]), (141, key))

    def test_count_is_for_bounded_queries(self):
        self.assertEqual(jira.post("/search/approximate-count", {"jql": "project = FUEL"}).json, {"count": 150})
        self.assertEqual(jira.post("/search/approximate-count", {"jql": ""}).status, 400)

    def test_search_of_old_is_gone(self):
        answer = jira.get("/search?jql=project=FUEL")
        self.assertEqual(answer.status, 410)
        self.assertIn("/rest/api/3/search/jql", answer.json["errorMessages"][0])

    def test_search_shows_only_visible_projects(self):
        fueler = {"Authorization": basic("fueler@example.com", "fuel-token")}
        issues = jira.post("/search/jql", {"jql": "created > 0000-01-01 OR key is not empty", "fields": ["key"]},
                           headers=fueler)
        self.assertEqual(issues.status, 400)
        answer = jira.post("/search/jql", {"jql": "key is not empty", "fields": ["key"], "maxResults": 5000},
                           headers=fueler)
        self.assertEqual({one["key"].partition("-")[0] for one in answer.json["issues"]}, {"FUEL"})

    def test_search_lags_but_for_reconciled_issues(self):
        jira.control("lag", {"ms": 60_000})
        made = jira.post("/issue", {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Task"},
                                               "summary": "lagging"}}).json
        jql = "project = ROCKET AND summary ~ lagging"
        self.assertEqual(jira.keys(jql), [])
        self.assertEqual(jira.get("/issue/" + made["key"]).status, 200)
        self.assertEqual(jira.keys(jql, reconcileIssues=[int(made["id"])]), [made["key"]])
        self.assertEqual(jira.search(jql, reconcileIssues=list(range(51))).status, 400)
        jira.control("lag", {"ms": 0})
        self.assertEqual(jira.keys(jql), [made["key"]])

    def test_search_lag_ends(self):
        jira.control("lag", {"ms": 50})
        key = jira.create("soon")
        wait_until(lambda: jira.keys("project = ROCKET AND summary ~ soon") == [key], "the index shows the issue")


if __name__ == "__main__":
    tap.main(__name__)
