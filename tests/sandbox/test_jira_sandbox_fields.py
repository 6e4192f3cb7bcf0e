#!/usr/bin/python3
"""The stand-in of Jira Cloud: each kind of field, rich text, createmeta, people, sprints and versions."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import Jira, doc  # noqa: E402


def setUpModule():
    global jira
    jira = Jira("--issues", "60", "--no-limits", "--project", "ROCKET", "--project", "FUEL")


def tearDownModule():
    jira.stop()


def options(value):
    return [one["value"] for one in value]


class Kinds(unittest.TestCase):
    def setUp(self):
        self.key = jira.create(type="Bug")

    def check(self, name, sent, shown, edit=lambda value: value):
        """Sets the field, compares what is shown, and empties it again."""
        self.assertEqual(jira.edit(self.key, **{name: sent}).status, 204, name)
        self.assertEqual(edit(jira.fields(self.key)[name]), shown, name)
        self.assertEqual(jira.edit(self.key, **{name: None}).status, 204, name)
        self.assertIn(jira.fields(self.key)[name], (None, []), name)

    def test_field_of_each_kind_is_set_shown_and_emptied(self):
        alice, bob = jira.account_id("alice"), jira.account_id("bob")
        self.check("customfield_10016", 2.5, 2.5)
        self.check("customfield_10031", {"value": "Major"}, "Major", lambda value: value["value"])
        self.check("customfield_10032", [{"id": "10111"}, {"value": "iOS"}], ["Linux", "iOS"], options)
        self.check("customfield_10033", {"accountId": alice}, alice, lambda value: value["accountId"])
        self.check("customfield_10034", [{"accountId": alice}, {"id": bob}], [alice, bob],
                   lambda value: [one["accountId"] for one in value])
        self.check("customfield_10035", "CUST-1", "CUST-1")
        self.check("customfield_10036", doc("criteria"), doc("criteria"))
        self.check("customfield_10037", "2030-02-28", "2030-02-28")
        self.check("customfield_10039", ["b", "a", "b"], ["a", "b"])
        self.check("customfield_10040", {"value": "Ground", "child": {"value": "Weather"}}, ["Ground", "Weather"],
                   lambda value: [value["value"], value["child"]["value"]])
        self.check("customfield_10041", "https://example.com/x", "https://example.com/x")
        self.check("customfield_10042", [{"value": "Mail"}], ["Mail"], options)
        self.check("customfield_10043", {"value": "Yes"}, "Yes", lambda value: value["value"])
        self.check("versions", [{"name": "1.0"}, {"name": "1.1"}], ["1.0", "1.1"],
                   lambda value: [one["name"] for one in value])
        self.check("environment", doc("Debian"), doc("Debian"))
        self.check("duedate", "2030-01-01", "2030-01-01")
        self.check("assignee", {"accountId": bob}, bob, lambda value: value["accountId"])

    def test_field_of_date_and_time_is_shown_in_the_zone(self):
        key = jira.create(type="Story", customfield_10038="2026-07-01T12:00:00.123+0000")
        self.assertEqual(jira.fields(key)["customfield_10038"], "2026-07-01T14:00:00.123+0200")

    def test_field_refuses_values_of_another_kind(self):
        for name, value in (
                ("customfield_10016", "2"), ("customfield_10016", True), ("customfield_10031", {"value": "No such"}),
                ("customfield_10031", "Major"), ("customfield_10032", {"value": "iOS"}), ("customfield_10033", "alice"),
                ("customfield_10033", {"accountId": "nobody"}), ("customfield_10035", doc("x")),
                ("customfield_10035", "x" * 256),
                ("customfield_10036", "text"), ("customfield_10037", "tomorrow"), ("customfield_10039", "a"),
                ("customfield_10039", ["a b"]), ("customfield_10040", {"value": "Flight", "child": {"value": "Fuel"}}),
                ("customfield_10041", "no url"), ("customfield_10020", "first"), ("customfield_10020", 1),
                ("versions", [{"name": "0.0"}]), ("components", ["Fuel"]), ("priority", {"name": "Huge"}),
                ("labels", "a"),
                ("summary", None), ("summary", "a\nb"), ("summary", "x" * 256), ("reporter", None),
                ("duedate", "2030-02-31"),
                ("assignee", {"accountId": "-2"}), ("created", "2030-01-01"), ("customfield_99999", 1)):
            answer = jira.edit(self.key, **{name: value})
            self.assertEqual((answer.status, list(answer.json["errors"])), (400, [name]), (name, value))

    def test_field_must_be_on_the_screen_of_the_type(self):
        task = jira.create(type="Task")
        refused = jira.edit(task, customfield_10031={"value": "Major"})
        self.assertIn("not on the appropriate screen", refused.json["errors"]["customfield_10031"])
        self.assertNotIn("customfield_10031", jira.fields(task))

    def test_field_changes_are_told_in_the_changelog(self):
        alice = jira.account_id("alice")
        jira.edit(self.key, labels=["b", "a"], assignee={"accountId": alice},
                  versions=[{"name": "1.0"}, {"name": "1.1"}],
                  customfield_10031={"value": "Minor"}, description=doc("new"))
        items = jira.get("/issue/%s/changelog" % self.key).json["values"][-1]["items"]
        told = [(one["field"], one["from"], one["fromString"], one["to"], one["toString"]) for one in items]
        self.assertIn(("labels", None, "", None, "a b"), told)
        self.assertIn(("assignee", None, None, alice, "Alice Ångström"), told)
        self.assertIn(("Severity", None, None, "10103", "Minor"), told)
        self.assertIn(("description", None, None, None, "new"), told)
        self.assertEqual([one[4] for one in told if one[0] == "Version"], ["1.0", "1.1"])

    def test_assignee_by_its_own_path(self):
        alice = jira.account_id("alice")
        self.assertEqual(jira.put("/issue/%s/assignee" % self.key, {"accountId": alice}).status, 204)
        self.assertEqual(jira.fields(self.key)["assignee"]["accountId"], alice)
        self.assertEqual(jira.put("/issue/%s/assignee" % self.key, {"accountId": None}).status, 204)
        self.assertIsNone(jira.fields(self.key)["assignee"])

    def test_assignee_must_be_active(self):
        former = jira.act("zoe", "comment", self.key, body="bye")["comment"]["author"]
        self.assertFalse(former["active"])
        self.assertEqual(jira.edit(self.key, assignee={"accountId": former["accountId"]}).status, 400)
        self.assertEqual(jira.get("/user/search?query=zoe@").json, [])


class Hierarchy(unittest.TestCase):
    def test_parent_is_one_level_above(self):
        epic, story = jira.create(type="Epic"), jira.create(type="Story")
        self.assertEqual(jira.edit(story, parent={"key": epic}).status, 204)
        self.assertEqual(jira.fields(story)["parent"]["key"], epic)
        self.assertEqual(jira.fields(story)["parent"]["fields"]["issuetype"]["name"], "Epic")
        for child, parent in ((story, jira.create(type="Task")), (epic, jira.create(type="Epic")), (story, "NO-1")):
            self.assertEqual(jira.edit(child, parent={"key": parent}).status, 400)
        self.assertEqual(jira.put("/issue/" + story, {"update": {"parent": [{"set": {"none": True}}]}}).status, 204)
        self.assertNotIn("parent", jira.fields(story))

    def test_subtask_needs_a_parent_of_its_project(self):
        body = {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Sub-task"}, "summary": "x"}}
        self.assertEqual(list(jira.post("/issue", body).json["errors"]), ["parent"])
        body["fields"]["parent"] = {"key": jira.create(project="FUEL")}
        self.assertEqual(list(jira.post("/issue", body).json["errors"]), ["parent"])

    def test_sprint_is_set_by_number(self):
        key = jira.create(type="Story")
        self.assertEqual(jira.edit(key, customfield_10020=3).status, 204)
        sprint, = jira.fields(key)["customfield_10020"]
        self.assertEqual((sprint["id"], sprint["state"]), (3, "active"))
        self.assertEqual(jira.post("//rest/agile/1.0/sprint/4/issue", {"issues": [key]}).status, 204)
        self.assertEqual(jira.fields(key)["customfield_10020"][0]["name"], "Sprint 4")
        states = [one["state"]
                  for one in jira.get("//rest/agile/1.0/board/1/sprint?state=active,future").json["values"]]
        self.assertEqual(states, ["active", "future"])


class Documents(unittest.TestCase):
    """Which rich text is taken and which is refused."""

    def answer(self, *blocks, **root):
        body = dict({"type": "doc", "version": 1, "content": list(blocks)}, **root)
        return jira.edit("ROCKET-1", description=body)

    def test_document_of_every_node_is_kept(self):
        def text(value, *marks):
            return dict({"type": "text", "text": value}, **({"marks": list(marks)} if marks else {}))

        def paragraph(*nodes):
            return {"type": "paragraph", "content": list(nodes)}
        link = {"type": "link", "attrs": {"href": "https://example.com"}}
        item = {"type": "listItem", "content": [paragraph(text("i"))]}
        cell = {"type": "tableCell", "attrs": {}, "content": [paragraph(text("c"))]}
        blocks = [
            paragraph(text("a", {"type": "strong"}, link), {"type": "hardBreak"}, text("b", {"type": "code"}),
                      {"type": "mention", "attrs": {"id": "x", "text": "@x"}},
                      {"type": "emoji", "attrs": {"shortName": ":+1:"}},
                      {"type": "date", "attrs": {"timestamp": "1700000000000"}},
                      {"type": "status", "attrs": {"text": "OK", "color": "green"}},
                      {"type": "inlineCard", "attrs": {"url": "https://example.com"}},
                      text("c", {"type": "subsup", "attrs": {"type": "sub"}},
                           {"type": "textColor", "attrs": {"color": "#ff0000"}})),
            {"type": "heading", "attrs": {"level": 6}, "content": [text("h")]}, {"type": "rule"},
            {"type": "bulletList", "content": [item]},
            {"type": "orderedList", "attrs": {"order": 3}, "content": [item]},
            {"type": "codeBlock", "attrs": {"language": "c"}, "content": [text("int x;")]},
            {"type": "blockquote", "content": [paragraph(text("q"))]},
            {"type": "panel", "attrs": {"panelType": "note"}, "content": [paragraph(text("p"))]},
            {"type": "table", "content": [{"type": "tableRow", "content": [cell, cell]}]},
            {"type": "taskList", "attrs": {"localId": "l"}, "content": [
                {"type": "taskItem", "attrs": {"localId": "i", "state": "DONE"}, "content": [text("t")]}]},
            {"type": "expand", "attrs": {"title": "t"}, "content": [paragraph()]},
            {"type": "mediaSingle",
             "content": [{"type": "media", "attrs": {"type": "external", "url": "https://example.com/x.png"}}]}]
        self.assertEqual(self.answer(*blocks).status, 204)
        self.assertEqual(jira.fields("ROCKET-1")["description"]["content"], blocks)

    def test_document_is_refused(self):
        text = {"type": "text", "text": "x"}

        def marked(*marks):
            return {"type": "paragraph", "content": [dict(text, marks=list(marks))]}
        deep = {"type": "paragraph", "content": [text]}
        for _ in range(40):
            deep = {"type": "bulletList", "content": [{"type": "listItem", "content": [deep]}]}
        for block in (
                {"type": "nonsense"}, text, "x", {"type": "paragraph", "content": [{"type": "text", "text": ""}]},
                {"type": "heading", "content": [text]}, {"type": "heading", "attrs": {"level": 7}, "content": [text]},
                {"type": "bulletList", "content": []}, {"type": "bulletList", "content": [text]},
                {"type": "panel", "attrs": {"panelType": "shouting"}, "content": [{"type": "paragraph"}]},
                {"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "panel"}]},
                {"type": "codeBlock", "content": [dict(text, marks=[{"type": "strong"}])]},
                {"type": "codeBlock", "content": [{"type": "hardBreak"}]}, {"type": "rule", "content": [text]},
                {"type": "paragraph", "content": [{"type": "mention", "attrs": {"text": "@x"}}]},
                {"type": "taskList", "attrs": {}, "content": []}, {"type": "paragraph", "content": "x"},
                marked({"type": "blink"}), marked({"type": "link"}), marked({"type": "code"}, {"type": "strong"}),
                marked({"type": "em"}, {"type": "em"}), marked("strong"),
                marked({"type": "textColor", "attrs": {"color": "red"}}),
                deep):
            answer = self.answer(block)
            self.assertEqual((answer.status, answer.json["errorMessages"]), (400, ["INVALID_INPUT"]), str(block)[:100])
        self.assertEqual(self.answer(version=2).json["errorMessages"], ["INVALID_INPUT"])

    def test_document_has_a_limit_and_an_empty_one_is_none(self):
        self.assertEqual(jira.edit("ROCKET-1", description=doc("x" * 32_768)).status, 400)
        self.assertEqual(jira.edit("ROCKET-1", description=doc("x" * 32_767)).status, 204)
        self.assertEqual(self.answer({"type": "paragraph", "content": []}).status, 204)
        self.assertIsNone(jira.fields("ROCKET-1")["description"])


class Metadata(unittest.TestCase):
    def test_createmeta_lists_what_creating_takes(self):
        types = jira.get("/issue/createmeta/ROCKET/issuetypes").json
        self.assertEqual((types["total"], types["issueTypes"][0]["name"]), (5, "Epic"))
        bug = next(one["id"] for one in types["issueTypes"] if one["name"] == "Bug")
        fields = {one["fieldId"]: one for one in jira.get("/issue/createmeta/ROCKET/issuetypes/" + bug).json["fields"]}
        self.assertEqual({name for name, one in fields.items() if one["required"]}, {"summary", "issuetype", "project"})
        self.assertEqual(options(fields["customfield_10031"]["allowedValues"]),
                         ["Critical", "Major", "Minor", "Cosmetic"])
        self.assertEqual(fields["customfield_10040"]["schema"]["type"], "option-with-child")
        self.assertEqual(fields["customfield_10032"]["operations"], ["add", "set", "remove"])
        page = jira.get("/issue/createmeta/ROCKET/issuetypes/%s?startAt=2&maxResults=3" % bug).json
        self.assertEqual((len(page["fields"]), page["startAt"], page["total"]), (3, 2, len(fields)))
        self.assertEqual(jira.get("/issue/createmeta/NO/issuetypes").status, 404)

    def test_statuses_are_those_of_each_workflow(self):
        statuses = {one["name"]: [status["name"] for status in one["statuses"]]
                    for one in jira.get("/project/ROCKET/statuses").json}
        self.assertEqual(statuses["Task"], ["To Do", "In Progress", "In Review", "Blocked", "Done"])
        self.assertEqual(statuses["Bug"], ["Open", "In Progress", "In Review", "Resolved", "Closed", "Reopened"])

    def test_labels_and_people_are_found(self):
        jira.create(labels=["zz-new"])
        self.assertEqual(jira.get("/label").json["values"][-1], "🚀launch")
        self.assertIn("zz-new", jira.get("/label").json["values"])
        self.assertEqual(jira.get("/user/search").status, 400)
        names = [one["displayName"] for one in jira.get("/user/assignable/search?project=ROCKET&query=a").json]
        self.assertIn("Alice Ångström", names)
        self.assertNotIn("Automation for Jira", names)
        alice = jira.account_id("alice")
        self.assertEqual(jira.get("/user?accountId=" + alice).json["timeZone"], "Europe/Stockholm")
        found = jira.get("/user/bulk?accountId=%s&accountId=%s" % (alice, jira.account_id("bob"))).json
        self.assertEqual(found["total"], 2)
        private, = jira.get("/user/search?query=Erin").json
        self.assertNotIn("emailAddress", private)
        self.assertEqual(jira.get("/user/search?query=erin@").json, [])


if __name__ == "__main__":
    tap.main(__name__)
