#!/usr/bin/python3
"""The stand-in of Jira as Data Center: version 2 of the API, wiki markup, login names, offset paging, epic links."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import Jira, basic  # noqa: E402
from receiver import Receiver  # noqa: E402

EPIC_NAME, EPIC_LINK = "customfield_10011", "customfield_10014"


def setUpModule():
    global jira
    jira = Jira("--issues", "120", "--no-limits", data_center=True)


def tearDownModule():
    jira.stop()


class DataCenter(unittest.TestCase):
    def test_data_center_takes_tokens_and_names(self):
        self.assertEqual(jira.get("/myself").json["name"], "tandem-bot")
        self.assertEqual(jira.get("/myself", headers={"Authorization": basic("tandem-bot")}).status, 200)
        self.assertEqual(jira.get("/myself", headers={"Authorization": "Bearer wrong"}).status, 401)
        info = jira.get("/serverInfo").json
        self.assertEqual((info["deploymentType"], info["versionNumbers"][0]), ("Server", 9))

    def test_data_center_has_only_its_own_paths(self):
        for path in ("//rest/api/3/myself", "/search/jql?jql=project=ROCKET", "/label", "/webhook",
                     "//oauth/token/accessible-resources",
                     "/issue/ROCKET-1/changelog"):
            self.assertEqual(jira.get(path).status, 404, path)
        self.assertEqual(jira.get("//rest/api/latest/myself").status, 200)

    def test_data_center_makes_several_issues_in_one_call(self):
        one = {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Task"}, "summary": "one of two", "description": "h2. x"}}
        answer = jira.post("/issue/bulk", {"issueUpdates": [one, {"fields": dict(one["fields"], description={})}, one]})
        self.assertEqual((answer.status, len(answer.json["issues"])), (201, 2))
        self.assertEqual([one["failedElementNumber"] for one in answer.json["errors"]], [1])

    def test_data_center_names_people(self):
        key = jira.create(assignee={"name": "alice"})
        user = jira.fields(key)["assignee"]
        self.assertEqual((user["name"], user["displayName"]), ("alice", "Alice Ångström"))
        self.assertNotIn("accountId", user)
        self.assertIn("username=alice", user["self"])
        for other in ({"accountId": "x"}, {"name": "nobody"}):
            self.assertEqual(jira.edit(key, assignee=other).status, 400)
        self.assertEqual(jira.edit(key, assignee={"name": None}).status, 204)
        self.assertEqual(jira.get("/user?username=alice").json["key"], user["key"])
        self.assertEqual(jira.get("/user/search?username=ali").json[0]["name"], "alice")
        self.assertEqual(jira.get("/user/assignable/search?project=ROCKET&username=bob").json[0]["name"], "bob")

    def test_data_center_text_is_wiki_markup(self):
        text = "h2. Title\n\n* one\n* two with {{code}} and [a link|https://example.com]"
        key = jira.create(description=text)
        self.assertEqual(jira.fields(key)["description"], text)
        self.assertEqual(jira.edit(key, description={"type": "doc"}).status, 400)
        comment = jira.post("/issue/%s/comment" % key, {"body": "*bold*"})
        self.assertEqual((comment.status, comment.json["body"]), (201, "*bold*"))
        self.assertEqual(jira.post("/issue/%s/comment" % key, {"body": " "}).status, 400)
        self.assertEqual(jira.edit(key, description="x" * 32_768).status, 400)

    def test_data_center_seed_is_wiki_markup(self):
        texts = [issue["fields"]["description"]
                 for issue in jira.get("/search?jql=project=ROCKET&maxResults=120").json["issues"]]
        self.assertTrue(all(text is None or isinstance(text, str) for text in texts))
        everything = "\n".join(text for text in texts if text)
        for mark in ("{code:", "h2. ", "||What||", "{info}", "[~"):
            self.assertIn(mark, everything)

    def test_data_center_search_pages_by_offset(self):
        found, total = [], 1
        while len(found) < total:
            page = jira.post("/search",
                             {"jql": "project = ROCKET AND key <= ROCKET-120 ORDER BY key", "startAt": len(found),
                                         "maxResults": 50, "fields": ["summary"]}).json
            total = page["total"]
            found += [issue["key"] for issue in page["issues"]]
        self.assertEqual(found, ["ROCKET-%d" % number for number in range(1, 121)])
        by_default = jira.get("/search?jql=").json
        self.assertEqual((by_default["maxResults"], len(by_default["issues"])), (50, 50))
        self.assertNotIn("comment", by_default["issues"][0]["fields"])

    def test_data_center_epics_have_names_and_links(self):
        refused = jira.post("/issue",
                            {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Epic"}, "summary": "e"}})
        self.assertEqual(list(refused.json["errors"]), [EPIC_NAME])
        epic = jira.create(type="Epic", **{EPIC_NAME: "e"})
        story = jira.create(type="Story", **{EPIC_LINK: epic})
        fields = jira.fields(story)
        self.assertEqual(fields[EPIC_LINK], epic)
        self.assertNotIn("parent", fields)
        found = jira.post("/search", {"jql": "\"Epic Link\" = %s" % epic}).json["issues"]
        self.assertEqual([one["key"] for one in found], [story])
        self.assertEqual(jira.edit(story, **{EPIC_LINK: "ROCKET-99999"}).status, 400)
        self.assertEqual(jira.edit(story, **{EPIC_LINK: None}).status, 204)

    def test_data_center_createmeta_and_changelog(self):
        types = jira.get("/issue/createmeta/ROCKET/issuetypes").json
        self.assertEqual((types["isLast"], len(types["values"])), (True, 5))
        fields = jira.get("/issue/createmeta/ROCKET/issuetypes/10000").json["values"]
        self.assertIn(EPIC_NAME, [one["fieldId"] for one in fields if one["required"]])
        key = jira.create(summary="a")
        jira.edit(key, summary="b")
        jira.edit(key, summary="c")
        histories = jira.get("/issue/%s?expand=changelog" % key).json["changelog"]["histories"]
        self.assertEqual([one["items"][0]["toString"] for one in histories], ["b", "c"])

    def test_data_center_sprint_is_printed_text(self):
        key = jira.create(type="Story", customfield_10020=3)
        text, = jira.fields(key)["customfield_10020"]
        self.assertRegex(text, r"^com\.atlassian\.greenhopper.*\[id=3,.*state=ACTIVE,name=Sprint 3,")

    def test_data_center_tells_of_comments_twice(self):
        receiver = Receiver()
        made = jira.post("//rest/webhooks/1.0/webhook", {"name": "t", "url": receiver.url,
                                                         "events": ["jira:issue_updated", "comment_created"]})
        jira.post("/issue/ROCKET-1/comment", {"body": "told"})
        posts = receiver.wait_for(2)
        self.assertEqual(sorted(post.json["webhookEvent"] for post in posts), ["comment_created", "jira:issue_updated"])
        self.assertEqual({post.json["comment"]["body"] for post in posts}, {"told"})
        jira.delete("//rest/webhooks/1.0/webhook/" + made.json["self"].rpartition("/")[2])
        receiver.stop()


if __name__ == "__main__":
    tap.main(__name__)
