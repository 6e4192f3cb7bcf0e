#!/usr/bin/python3
"""The stand-in of Jira Cloud: issues, transitions, comments, properties, links, the changelog."""

import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import Jira, basic, doc  # noqa: E402

REVIEWER = "customfield_10033"


def setUpModule():
    global jira
    jira = Jira("--issues", "60", "--no-limits", "--project", "ROCKET", "--project", "FUEL", "--token", "sandbox-token",
                "--token", "read-token=reader:read", "--token", "write-token=writer:write",
                "--token", "fuel-token=fueler:admin@FUEL")


def tearDownModule():
    jira.stop()


def as_user(login, token):
    return {"Authorization": basic(login + "@example.com", token)}


class Issues(unittest.TestCase):
    def test_issue_create_shows_what_was_sent(self):
        made = jira.post("/issue", {"fields": {
            "project": {"key": "ROCKET"}, "issuetype": {"name": "Story"}, "summary": "  A title  ",
            "description": doc("a", "b"),
            "labels": ["z", "a"], "components": [{"name": "Fuel"}], "fixVersions": [{"name": "1.0"}]}})
        self.assertEqual(made.status, 201)
        self.assertEqual(set(made.json), {"id", "key", "self"})
        fields = jira.fields(made.json["key"])
        self.assertEqual((fields["summary"], fields["labels"]), ("A title", ["a", "z"]))
        self.assertEqual(fields["description"], doc("a", "b"))
        self.assertEqual(fields["status"]["statusCategory"]["key"], "new")
        self.assertEqual(fields["priority"]["name"], "Medium")
        self.assertEqual((fields["components"][0]["name"], fields["fixVersions"][0]["name"]), ("Fuel", "1.0"))
        self.assertEqual(fields["reporter"], fields["creator"])
        self.assertEqual(fields["creator"]["emailAddress"], "tandem-bot@example.com")
        self.assertRegex(fields["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[12]00$")
        self.assertIsNone(fields["resolution"])

    def test_issue_create_with_properties(self):
        made = jira.post("/issue",
                         {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"id": "10002"}, "summary": "x"},
                                    "properties": [{"key": "tandem", "value": {"op": "1"}}]}).json
        found = jira.get("/issue/%s?fields=summary&properties=tandem,other" % made["key"]).json
        self.assertEqual(found["properties"], {"tandem": {"op": "1"}})
        self.assertEqual(list(found["fields"]), ["summary"])

    def test_issue_create_names_each_problem(self):
        answer = jira.post("/issue", {"fields": {
            "project": {"key": "ROCKET"}, "issuetype": {"name": "Task"}, "summary": "", "labels": ["a b"],
            "priority": {"id": "99"}, "nonsense": 1, "description": "text"}})
        self.assertEqual(answer.status, 400)
        self.assertEqual(set(answer.json["errors"]), {"summary", "labels", "priority", "nonsense", "description"})
        self.assertIn("Atlassian Document", answer.json["errors"]["description"])
        for fields, name in (({}, "project"), ({"project": {"key": "NO"}}, "project"),
                             ({"project": {"key": "ROCKET"}}, "issuetype")):
            self.assertEqual(list(jira.post("/issue", {"fields": fields}).json["errors"]), [name])

    def test_issue_bulk_makes_the_good_ones(self):
        def one(**fields):
            return {"fields": dict(fields, project={"key": "FUEL"}, issuetype={"name": "Task"})}
        answer = jira.post("/issue/bulk", {"issueUpdates": [one(summary="a"), one(), one(summary="c")]})
        self.assertEqual((answer.status, len(answer.json["issues"])), (201, 2))
        failed, = answer.json["errors"]
        self.assertEqual((failed["failedElementNumber"], failed["status"]), (1, 400))
        self.assertIn("summary", failed["elementErrors"]["errors"])
        self.assertEqual(jira.post("/issue/bulk", {"issueUpdates": [one()]}).status, 400)
        self.assertEqual(jira.post("/issue/bulk", {"issueUpdates": [one(summary="x")] * 51}).status, 400)

    def test_issue_bulk_gives_ids_in_the_order_asked_for(self):
        def one(summary, **more):
            return {"fields": {"project": {"key": "FUEL"}, "issuetype": {"name": "Task"}, "summary": summary},
                    "properties": [{"key": "told", "value": {"of": summary}}], **more}
        bad = one("b" * 256)
        wanted = [one("a"), bad, one("c"), {"fields": []}, one("e", properties="x"), one("f")]
        answer = jira.post("/issue/bulk", {"issueUpdates": wanted}).json
        self.assertEqual([one["failedElementNumber"] for one in answer["errors"]], [1, 3, 4])
        made = [jira.get("/issue/%s?properties=told" % one["id"]).json for one in answer["issues"]]
        self.assertEqual([(one["fields"]["summary"], one["properties"]["told"]) for one in made],
                         [(name, {"of": name}) for name in "acf"])

    def test_issue_bulk_that_is_no_list_or_empty_makes_nothing(self):
        before = jira.control("health")["history_seq"]
        for body in ({}, {"issueUpdates": []}, {"issueUpdates": {}}, {"issueUpdates": "x"}, []):
            answer = jira.post("/issue/bulk", body)
            self.assertEqual(answer.status, 400, body)
            self.assertTrue(answer.json["errorMessages"], body)
        self.assertEqual(jira.control("health")["history_seq"], before)

    def test_issue_bulkfetch_orders_by_id_and_leaves_out_the_missing(self):
        answer = jira.post("/issue/bulkfetch",
                           {"issueIdsOrKeys": ["rocket-9", "10003", "NO-1"], "fields": ["summary"]}).json
        self.assertEqual([one["key"] for one in answer["issues"]], ["ROCKET-4", "ROCKET-9"])
        self.assertEqual(answer["issueErrors"], [])
        self.assertEqual(jira.post("/issue/bulkfetch", {"issueIdsOrKeys": ["1"] * 101}).status, 400)

    def test_issue_bulkfetch_names_those_that_fail(self):
        jira.control("failing", {"issues": ["10003"]})
        answer = jira.post("/issue/bulkfetch", {"issueIdsOrKeys": ["10003", "ROCKET-9"], "fields": ["summary"]}).json
        jira.control("failing", {"issues": []})
        self.assertEqual([one["key"] for one in answer["issues"]], ["ROCKET-9"])
        self.assertEqual([one["id"] for one in answer["issueErrors"]], ["10003"])

    def test_issue_edit_sets_adds_and_removes(self):
        key = jira.create(labels=["a", "b"])
        answer = jira.put("/issue/" + key, {"fields": {"summary": "new"},
                                            "update": {"labels": [{"add": "c"}, {"remove": "a"}]}})
        self.assertEqual((answer.status, answer.body), (204, b""))
        fields = jira.fields(key)
        self.assertEqual((fields["summary"], fields["labels"]), ("new", ["b", "c"]))
        both = jira.put("/issue/" + key, {"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}})
        self.assertEqual(both.status, 400)
        self.assertEqual(jira.put("/issue/" + key, {}).status, 400)

    def test_issue_edit_never_changes_the_status(self):
        key = jira.create()
        refused = jira.edit(key, status={"name": "Done"})
        self.assertEqual((refused.status, list(refused.json["errors"])), (400, ["status"]))
        self.assertEqual(jira.put("/issue/" + key, {"fields": {"summary": "y"}, "transition": {"id": "41"}}).status,
                         204)
        self.assertEqual(jira.fields(key)["status"]["name"], "To Do")

    def test_issue_edit_without_a_difference_leaves_updated(self):
        key = jira.create(summary="same")
        before = jira.fields(key)["updated"]
        self.assertEqual(jira.edit(key, summary="same").status, 204)
        self.assertEqual(jira.fields(key)["updated"], before)
        jira.edit(key, summary="other")
        self.assertGreater(jira.fields(key)["updated"], before)

    def test_issue_edit_can_return_the_issue(self):
        answer = jira.put("/issue/%s?returnIssue=true&fields=summary" % jira.create(), {"fields": {"summary": "seen"}})
        self.assertEqual((answer.status, answer.json["fields"]["summary"]), (200, "seen"))

    def test_issue_delete_wants_its_subtasks_named(self):
        key = jira.create()
        child = jira.create(type="Sub-task", parent={"key": key})
        self.assertEqual(jira.fields(key)["subtasks"][0]["key"], child)
        self.assertEqual(jira.delete("/issue/" + key).status, 400)
        self.assertEqual(jira.delete("/issue/%s?deleteSubtasks=true" % key).status, 204)
        self.assertEqual([jira.get("/issue/" + one).status for one in (key, child)], [404, 404])

    def test_issue_moved_answers_under_its_new_key(self):
        key = jira.create(fixVersions=[{"name": "1.0"}])
        before = jira.get("/issue/" + key).json
        jira.act("alice", "move", key, to="FUEL")
        after = jira.get("/issue/" + key)
        self.assertEqual((after.status, after.json["id"]), (200, before["id"]))
        self.assertRegex(after.json["key"], r"^FUEL-\d+$")
        self.assertEqual(after.json["fields"]["project"]["key"], "FUEL")
        items = jira.get("/issue/%s/changelog" % key).json["values"][-1]["items"]
        self.assertIn(("Key", key, after.json["key"]),
                      [(one["field"], one["fromString"], one["toString"]) for one in items])

    def test_issue_fields_are_chosen(self):
        path = "/issue/ROCKET-1?fields="
        self.assertEqual(set(jira.get(path + "summary,status").json["fields"]), {"summary", "status"})
        self.assertNotIn("comment", jira.get(path + "*navigable").json["fields"])
        self.assertIn("comment", jira.get(path + "*all").json["fields"])
        without = jira.get(path + "-summary,-comment").json["fields"]
        self.assertIn("labels", without)
        self.assertNotIn("summary", without)


class Access(unittest.TestCase):
    def test_access_wants_address_and_token(self):
        for headers in ({"Authorization": None}, as_user("tandem-bot", "wrong"), as_user("alice", "sandbox-token"),
                        {"Authorization": "Bearer sandbox-token"}, {"Authorization": "Basic !!"}):
            answer = jira.get("/myself", headers=headers)
            self.assertEqual(answer.status, 401, headers)
        self.assertEqual(jira.get("/serverInfo", headers={"Authorization": None}).json["deploymentType"], "Cloud")

    def test_access_follows_the_permission(self):
        reader = as_user("reader", "read-token")
        self.assertEqual(jira.get("/issue/ROCKET-1", headers=reader).status, 200)
        self.assertEqual(jira.put("/issue/ROCKET-1", {"fields": {"summary": "x"}}, headers=reader).status, 403)
        writer = as_user("writer", "write-token")
        self.assertEqual(jira.delete("/issue/" + jira.create(), headers=writer).status, 403)
        fueler = as_user("fueler", "fuel-token")
        self.assertEqual(jira.get("/issue/ROCKET-1", headers=fueler).status, 404)
        self.assertEqual(jira.get("/project/ROCKET", headers=fueler).status, 404)
        self.assertEqual([one["key"] for one in jira.get("/project", headers=fueler).json], ["FUEL"])

    def test_access_to_an_archived_project_is_for_reading(self):
        jira.act("alice", "archive", project="FUEL")
        self.assertEqual(jira.get("/issue/FUEL-1").status, 200)
        self.assertEqual(jira.edit("FUEL-1", summary="x").status, 400)
        jira.act("alice", "archive", project="FUEL", archived=False)
        self.assertEqual(jira.edit("FUEL-1", summary="x").status, 204)

    def test_access_refuses_bodies_that_are_no_json(self):
        self.assertEqual(jira.post("/issue", b"{", headers={"Content-Type": "application/json"}).status, 400)
        self.assertEqual(jira.post("/issue", b"[]", headers={"Content-Type": "application/json"}).status, 400)
        self.assertEqual(jira.post("/issue", b"a=b", headers={"Content-Type": "text/plain"}).status, 415)


class Transitions(unittest.TestCase):
    def go(self, key, number, **more):
        return jira.post("/issue/%s/transitions" % key, dict(more, transition={"id": number}))

    def offered(self, key):
        return {one["id"]: one
                for one in jira.get("/issue/%s/transitions?expand=transitions.fields" % key).json["transitions"]}

    def test_transition_done_sets_the_resolution_and_back_clears_it(self):
        key = jira.create()
        self.assertEqual(self.go(key, "41").status, 204)
        done = jira.fields(key)
        self.assertEqual((done["status"]["name"], done["resolution"]["name"]), ("Done", "Done"))
        self.assertEqual(done["resolutiondate"], done["updated"])
        self.go(key, "11")
        back = jira.fields(key)
        self.assertEqual((back["status"]["name"], back["resolution"], back["resolutiondate"]), ("To Do", None, None))

    def test_transition_must_be_offered(self):
        key = jira.create()
        self.assertNotIn("31", self.offered(key))
        self.assertEqual(self.go(key, "31").status, 400)
        self.assertEqual(self.go(key, "9999").status, 400)
        self.assertEqual(jira.post("/issue/%s/transitions" % key, {}).status, 400)
        self.go(key, "21")
        self.assertEqual(self.go(key, "31").status, 204)

    def test_transition_screen_asks_for_required_fields(self):
        key = jira.create(type="Bug")
        self.assertEqual(set(self.offered(key)), {"4", "2"})
        self.go(key, "4")
        resolve = self.offered(key)["5"]
        self.assertTrue(resolve["hasScreen"] and resolve["fields"]["resolution"]["required"])
        self.assertEqual(self.go(key, "5").json["errors"], {"resolution": "Resolution is required."})
        self.assertEqual(self.go(key, "711").json["errors"], {REVIEWER: "Reviewer is required."})
        self.assertEqual(self.go(key, "5", fields={"summary": "no"}).status, 400)
        answer = self.go(key, "5", fields={"resolution": {"name": "Fixed"}},
                         update={"comment": [{"add": {"body": doc("ok")}}]})
        self.assertEqual(answer.status, 204)
        fields = jira.fields(key)
        self.assertEqual((fields["status"]["name"], fields["resolution"]["name"]), ("Resolved", "Fixed"))
        self.assertEqual(fields["comment"]["comments"][0]["body"], doc("ok"))

    def test_transition_is_in_the_changelog(self):
        key = jira.create()
        self.go(key, "21")
        entry = jira.get("/issue/%s/changelog" % key).json["values"][-1]
        self.assertEqual(entry["author"]["displayName"], "tandem-bot")
        item, = entry["items"]
        self.assertEqual((item["field"], item["from"], item["fromString"], item["to"], item["toString"]),
                         ("status", "10000", "To Do", "3", "In Progress"))


class Comments(unittest.TestCase):
    def setUp(self):
        self.key = jira.create()
        self.path = "/issue/%s/comment" % self.key

    def test_comment_life(self):
        updated = jira.fields(self.key)["updated"]
        made = jira.post(self.path, {"body": doc("one")})
        self.assertEqual((made.status, made.json["body"]), (201, doc("one")))
        self.assertGreater(jira.fields(self.key)["updated"], updated)
        path = "%s/%s" % (self.path, made.json["id"])
        edited = jira.put(path, {"body": doc("two")}).json
        self.assertGreater(edited["updated"], edited["created"])
        self.assertEqual(jira.get(path).json["body"], doc("two"))
        self.assertEqual(jira.delete(path).status, 204)
        self.assertEqual(jira.get(path).status, 404)

    def test_comment_must_be_a_document(self):
        bad = {"type": "doc", "version": 1, "content": [{"type": "bulletList", "content": []}]}
        for body in ("text", None, {"type": "doc"}, bad, doc()):
            self.assertEqual(jira.post(self.path, {"body": body}).status, 400, body)

    def test_comments_page_and_order(self):
        for number in range(5):
            jira.post(self.path, {"body": doc(str(number))})
        page = jira.get(self.path + "?startAt=1&maxResults=2").json
        self.assertEqual((page["total"], page["startAt"], page["maxResults"]), (5, 1, 2))
        texts = [one["body"]["content"][0]["content"][0]["text"] for one in page["comments"]]
        self.assertEqual(texts, ["1", "2"])
        newest = jira.get(self.path + "?orderBy=-created").json["comments"][0]
        self.assertEqual(newest["body"], doc("4"))

    def test_comment_restricted_is_hidden_from_others(self):
        made = jira.post(self.path,
                         {"body": doc("secret"), "visibility": {"type": "role", "value": "Administrators"}}).json
        self.assertEqual(made["visibility"]["value"], "Administrators")
        writer = as_user("writer", "write-token")
        self.assertEqual(jira.get("%s/%s" % (self.path, made["id"]), headers=writer).status, 404)
        self.assertEqual(jira.get(self.path, headers=writer).json["total"], 0)
        self.assertEqual(jira.get(self.path).json["total"], 1)

    def test_comment_of_another_cannot_be_edited_by_a_writer(self):
        comment = jira.act("alice", "comment", self.key, body="hers")["comment"]["id"]
        writer = as_user("writer", "write-token")
        self.assertEqual(jira.put("%s/%s" % (self.path, comment), {"body": doc("x")}, headers=writer).status, 400)

    def test_comment_keeps_properties_and_internal_mark(self):
        made = jira.post(self.path + "?expand=properties", {"body": doc("x"), "properties": [
            {"key": "tandem", "value": {"op": 7}}, {"key": "sd.public.comment", "value": {"internal": True}}]}).json
        self.assertFalse(made["jsdPublic"])
        self.assertEqual(made["properties"][0], {"key": "tandem", "value": {"op": 7}})
        self.assertEqual(jira.get("/comment/%s/properties/tandem" % made["id"]).json["value"], {"op": 7})
        self.assertEqual(jira.put("/comment/%s/properties/b" % made["id"], {"c": 1}).status, 201)


class Around(unittest.TestCase):
    def test_property_life(self):
        path = "/issue/ROCKET-2/properties/p"
        self.assertEqual(jira.get(path).status, 404)
        updated = jira.fields("ROCKET-2")["updated"]
        self.assertEqual(jira.put(path, {"a": 1}).status, 201)
        self.assertEqual(jira.put(path, {"a": 2}).status, 200)
        self.assertEqual(jira.get(path).json, {"key": "p", "value": {"a": 2}})
        self.assertEqual(jira.fields("ROCKET-2")["updated"], updated)
        self.assertEqual(jira.put(path, "x" * 32767).status, 400)
        self.assertEqual(jira.delete(path).status, 204)
        self.assertEqual(jira.delete(path).status, 404)

    def test_link_shows_on_both_issues(self):
        source, target = jira.create(), jira.create()
        body = {"type": {"name": "Blocks"}, "inwardIssue": {"key": source}, "outwardIssue": {"key": target}}
        self.assertEqual([jira.post("/issueLink", body).status for _ in range(2)], [201, 201])
        link, = jira.fields(source)["issuelinks"]
        self.assertEqual(link["outwardIssue"]["key"], target)
        self.assertEqual(jira.fields(target)["issuelinks"][0]["inwardIssue"]["key"], source)
        told = jira.get("/issue/%s/changelog" % source).json["values"][-1]["items"][0]
        self.assertEqual((told["field"], told["to"], told["toString"]), ("Link", target, "This issue blocks " + target))
        self.assertEqual(jira.delete("/issueLink/" + link["id"]).status, 204)
        self.assertEqual(jira.fields(target)["issuelinks"], [])
        self.assertEqual(jira.post("/issueLink", dict(body, type={"name": "No"})).status, 404)

    def test_changelog_pages_from_the_oldest(self):
        key = jira.create(summary="0")
        for number in range(1, 4):
            jira.edit(key, summary=str(number))
        page = jira.get("/issue/%s/changelog?maxResults=2" % key).json
        self.assertEqual((page["total"], page["isLast"], len(page["values"])), (3, False, 2))
        self.assertIn("startAt=2", page["nextPage"])
        item = page["values"][0]["items"][0]
        self.assertEqual((item["fieldId"], item["fromString"], item["toString"]), ("summary", "0", "1"))
        newest = jira.get("/issue/%s?expand=changelog" % key).json["changelog"]["histories"][0]
        self.assertEqual(newest["items"][0]["toString"], "3")

    def test_state_file_brings_the_world_back(self):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ("--issues", "20", "--state", os.path.join(folder, "jira.json"))
            first = Jira(*arguments)
            key = first.create(type="Story", labels=["kept"],
                               customfield_10040={"value": "Ground", "child": {"value": "Fuel"}})
            first.post("/issue/%s/comment" % key, {"body": doc("c")})
            first.put("/issue/%s/properties/p" % key, {"v": 1})
            first.act("alice", "link", key, to="ROCKET-1")
            first.act("alice", "move", "ROCKET-2", to="NEW")
            path = "/issue/%s?expand=changelog&properties=*all" % key
            before = [first.get(path).json, first.get("/issue/ROCKET-2").json, first.control("history")["last_seq"]]
            first.stop()
            second = Jira(*arguments)
            after = [second.get(path).json, second.get("/issue/ROCKET-2").json, second.control("history")["last_seq"]]
            second.stop()
        address = "http://127.0.0.1:%d"
        self.assertEqual(json.dumps(before).replace(address % first.port, ""),
                         json.dumps(after).replace(address % second.port, ""))

    def test_history_tells_people_from_the_api(self):
        since = jira.control("history")["last_seq"]
        key = jira.create()
        jira.act("alice", "edit", key, summary="hers", description="typed", assignee="bob")
        made, edited = jira.control("history?since_seq=%d" % since)["entries"]
        self.assertEqual((made["via"], made["action"], made["actor"], made["issue"]),
                         ("api", "create", "tandem-bot", key))
        self.assertEqual((edited["via"], edited["actor"], edited["after"]["assignee"]), ("person", "alice", "bob"))
        self.assertEqual(jira.fields(key)["description"], doc("typed"))


if __name__ == "__main__":
    tap.main(__name__)
