#!/usr/bin/python3
"""The Jira connector against the stand-in: what it writes, and finds again after a lost answer."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, intent, marker  # noqa: E402
from driver import Pulled  # noqa: E402
from jira_case import PROPERTY, JiraCase  # noqa: E402
from uncertain import UncertainContract  # noqa: E402

MARKDOWN = "Steps\n=====\n\n* one\n* *two*\n\nSee [docs][d].\n\n[d]: https://example.com/docs"


class Writing(JiraCase):
    def test_labels_with_blanks_are_left_out_and_told(self):
        seen = self.create(title="labelled", labels=["good first issue", "bug"])
        self.assertEqual(seen["fields"]["labels"], ["bug"])
        self.assertEqual([one["field"] for one in seen["refused"]], ["labels"])
        self.assertIn("good first issue", seen["refused"][0]["reason"])
        ids = {"external_id": seen["external_id"]}
        for parts, labels, refused in ((dict(add={"labels": ["help wanted", "docs"]}), ["bug", "docs"], 1),
                                       (dict(add={"labels": ["help wanted"]}), ["bug", "docs"], 1),
                                       (dict(remove={"labels": ["help wanted", "bug"]}), ["docs"], 0)):
            with self.subTest(**parts):
                answer = self.push("update", "ticket", ids, **parts)
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual((sorted(answer.observation["fields"]["labels"]), len(answer.observation.get("refused", []))), (labels, refused))

    def test_create_carries_everything(self):
        version = self.jira.get("/project/ROCKET/versions").json[0]["name"]
        epic = self.create(title="an epic", type="Epic")["external_id"]
        seen = self.create(title="new", body="text", labels=["a", "b"], assignees=["Petra Novak"], type="Story",
                           priority="High", versions=[version], due_date="2026-12-24", parent=epic, estimate="3",
                           customer_reference="C-7", keywords=["k1", "k2"], area="Ground / Fuel",
                           runbook="https://example.com/run", target_date="2026-12-01", status="In Progress",
                           acceptance_criteria="- [ ] it *works*", components=[], watch_group=["Petra Novak"])
        wanted = {"title": "new", "body": "text", "type": "Story", "priority": "High", "versions": [version],
                  "due_date": "2026-12-24", "parent": epic, "estimate": "3", "customer_reference": "C-7",
                  "area": "Ground / Fuel", "runbook": "https://example.com/run", "target_date": "2026-12-01",
                  "status": "In Progress", "assignees": ["Petra Novak"], "watch_group": ["Petra Novak"],
                  "acceptance_criteria": "- [ ] it _works_"}
        self.assertEqual({name: seen["fields"][name] for name in wanted}, wanted)
        self.assertEqual((sorted(seen["fields"]["labels"]), sorted(seen["fields"]["keywords"])),
                         (["a", "b"], ["k1", "k2"]))
        self.assertTrue(seen["author_is_self"])
        kept = self.jira.get("/issue/%s/properties/%s" % (seen["external_id"], PROPERTY)).json["value"]
        self.assertEqual(kept, {"v": 1, "marker": seen["marker"], "body": "text"})

    def test_options_and_people_of_bugs_round_trip(self):
        seen = self.create(title="bug", type="Bug", severity="Major", affected_platforms=["Linux", "iOS"],
                           reviewer="Petra Novak", regression="Yes", channels=["Mail"], environment="on *Linux*")
        wanted = {"severity": "Major", "reviewer": "Petra Novak", "regression": "Yes", "channels": ["Mail"],
                  "environment": "on _Linux_"}
        self.assertEqual({name: seen["fields"][name] for name in wanted}, wanted)
        self.assertEqual(sorted(seen["fields"]["affected_platforms"]), ["Linux", "iOS"])
        changed = self.update(seen["external_id"], set_={"severity": "", "reviewer": ""},
                              add={"affected_platforms": ["macOS"]}, remove={"affected_platforms": ["iOS"]})
        self.assertEqual((changed["fields"]["severity"], changed["fields"]["reviewer"]), ("", ""))
        self.assertEqual(sorted(changed["fields"]["affected_platforms"]), ["Linux", "macOS"])

    def test_update_round_trips(self):
        number = self.create(title="one", body="b")["external_id"]
        steps = ((dict(set_={"title": "two"}), "title", "two"), (dict(set_={"body": "c"}), "body", "c"),
                 (dict(set_={"body": ""}), "body", ""), (dict(set_={"status": "Done"}), "status", "Done"),
                 (dict(set_={"status": "To Do"}), "status", "To Do"), (dict(set_={"priority": "Low"}), "priority", "Low"),
                 (dict(set_={"due_date": "2026-01-02"}), "due_date", "2026-01-02"),
                 (dict(set_={"due_date": ""}), "due_date", ""), (dict(set_={"estimate": "2.5"}), "estimate", "2.5"),
                 (dict(add={"labels": ["x", "y"]}), "labels", ["x", "y"]),
                 (dict(remove={"labels": ["x", "never"]}), "labels", ["y"]),
                 (dict(add={"assignees": ["Petra Novak"]}), "assignees", ["Petra Novak"]),
                 (dict(remove={"assignees": ["Somebody Else"]}), "assignees", ["Petra Novak"]),
                 (dict(remove={"assignees": ["Petra Novak"]}), "assignees", []),
                 (dict(set_={"title": "three", "status": "In Review"}), "status", "In Review"))
        for parts, field, wanted in steps:
            with self.subTest(**parts):
                self.assertEqual(self.update(number, **parts)["fields"][field], wanted)
        self.assertEqual(self.seen(number)["fields"]["title"], "three")

    def test_update_sends_only_what_changed(self):
        number = self.create(title="quiet", body="b", labels=["l"])["external_id"]
        before = self.jira.control("health")["history_seq"]
        self.update(number, set_={"title": "louder"})
        entries = self.jira.control("history?since_seq=%d" % before)["entries"]
        self.assertEqual([sorted(one["after"]) for one in entries if one["after"]], [["summary"]])

    def test_sprint_is_set_by_its_name(self):
        sprints = [one for one in self.jira.get("//rest/agile/1.0/board/1/sprint").json["values"] if one["state"] != "closed"]
        number = self.create(title="planned", sprint=sprints[0]["name"])["external_id"]
        self.assertEqual(self.seen(number)["fields"]["sprint"], sprints[0]["name"])
        answer = self.push("update", "ticket", {"external_id": number}, set_={"sprint": "Never"})
        self.assertEqual(answer.code, "rejected")
        self.assertIn("no active or future sprint", answer.message)

    def test_boards_without_sprints_are_passed_over(self):
        sprint = [one for one in self.jira.get("//rest/agile/1.0/board/1/sprint").json["values"] if one["state"] != "closed"][0]
        number = self.create(title="kanban")["external_id"]
        self.fault("status", "GET", path="/board/1/sprint", status=400, times=2)
        answer = self.push("update", "ticket", {"external_id": number}, set_={"sprint": sprint["name"]})
        self.assertEqual(answer.code, "rejected")
        self.assertIn("no active or future sprint", answer.message)

    def test_values_that_jira_cannot_have_are_refused_and_nothing_is_sent(self):
        number = self.create(title="values")["external_id"]
        for parts, words in ((dict(set_={"estimate": "many"}), '"many" is not a number'),
                             (dict(set_={"estimate": "inf"}), '"inf" is not a number'),
                             (dict(set_={"estimate": "nan"}), '"nan" is not a number'),
                             (dict(add={"watch_group": ["Nobody There"]}), "Nobody There"),
                             (dict(set_={"watch_group": ["Nobody There"]}), "Nobody There"),
                             (dict(set_={"assignees": ["Petra Novak", "Alice"]}), "one assignee, not 2")):
            with self.subTest(**parts):
                self.jira.control("requests", method="DELETE")
                answer = self.push("update", "ticket", {"external_id": number}, **parts)
                self.assertEqual((answer.code, self.writes()), ("rejected", []))
                self.assertIn(words, answer.message)

    def test_unknown_person_is_unmappable_and_nothing_is_sent(self):
        number = self.create(title="whose")["external_id"]
        self.jira.control("requests", method="DELETE")
        answer = self.push("update", "ticket", {"external_id": number}, add={"assignees": ["Nobody There"]})
        self.assertEqual((answer.code, answer.field), ("rejected", "assignees"))
        self.assertEqual(self.writes(), [])

    def test_two_people_of_one_name_are_told_apart_by_the_options(self):
        for login in ("alice", "petra"):
            self.jira.control("act", {"actor": login, "do": "account", "fields": {"display_name": "Sam Same"}})
        try:
            number = self.create(title="ambiguous")["external_id"]
            answer = self.push("update", "ticket", {"external_id": number}, add={"assignees": ["Sam Same"]})
            self.assertIn("2 people are called", answer.message)
            self.open(options={"people": {self.jira.account_id("alice"): "alice.a"}})
            self.assertEqual(self.update(number, add={"assignees": ["alice.a"]})["fields"]["assignees"], ["alice.a"])
        finally:
            self.jira.control("act", {"actor": "alice", "do": "account", "fields": {"display_name": "Alice Meyer"}})
            self.jira.control("act", {"actor": "petra", "do": "account", "fields": {"display_name": "Petra Novak"}})

    def test_update_of_a_moved_issue_is_gone(self):
        number = self.create(title="moving")["external_id"]
        self.jira.act("petra", "move", self.key(number), to="ENGINE")
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")

    def test_update_of_an_issue_that_goes_meanwhile_is_uncertain_and_then_gone(self):
        number = self.create(title="going")["external_id"]
        key = self.key(number)
        self.fault("meanwhile", "GET", path="/issue/%s$" % number, skip=1, act={"actor": "petra", "do": "delete", "key": key})
        answer = self.push("update", "ticket", {"external_id": number}, set_={"title": "x"})
        self.assertEqual((answer.code, answer.message), ("uncertain", "written, but: issue %s is gone" % number))
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")

    def test_what_jira_refuses_is_rejected_in_its_words(self):
        answer = self.driver.call("push", **create_ticket(marker(), title="x" * 300))
        self.assertEqual(answer.code, "rejected")
        self.assertIn("255", answer.message)

    def test_reader_is_refused(self):
        self.open(token="reader-token", login="rita")
        self.assertIn(self.driver.call("push", **create_ticket(marker(), title="x")).code, ("rejected", "auth"))


class Statuses(JiraCase):
    def test_status_is_reached_by_several_transitions(self):
        """A bug goes from Open to In Review by way of In Progress; the reviewer is asked for on the way."""
        self.open(options={"transition_fields": {
            "Ask for Review": {"customfield_10033": {"accountId": self.jira.account_id("petra")}}}})
        number = self.create(title="stepwise", type="Bug")["external_id"]
        self.jira.act("petra", "create", project="ROCKET", type="Bug", summary="sample")
        self.assertEqual(self.update(number, set_={"status": "In Review"})["fields"]["status"], "In Review")
        history = [entry["toString"] for one in self.jira.get("/issue/%s/changelog" % number).json["values"]
                   for entry in one["items"] if entry["field"] == "status"]
        self.assertEqual(history, ["In Progress", "In Review"])

    def test_required_field_without_a_value_is_unmappable(self):
        number = self.create(title="unresolvable", type="Bug")["external_id"]
        answer = self.push("update", "ticket", {"external_id": number}, set_={"status": "Closed"})
        self.assertEqual((answer.code, answer.field), ("rejected", "status"))
        self.assertIn("Resolution", answer.message)
        self.assertEqual(self.seen(number)["fields"]["status"], "Open")

    def test_transition_fields_of_the_options_are_sent(self):
        self.open(options={"transition_fields": {"Closed": {"resolution": {"name": "Won't Do"}}}})
        number = self.create(title="closable", type="Bug")["external_id"]
        seen = self.update(number, set_={"status": "Closed"})
        self.assertEqual((seen["fields"]["status"], seen["extra"]["resolution"]), ("Closed", "Won't Do"))

    def test_status_that_no_transition_reaches_is_unmappable(self):
        number = self.create(title="nowhere")["external_id"]
        answer = self.push("update", "ticket", {"external_id": number}, set_={"status": "Parked"})
        self.assertEqual((answer.code, answer.field), ("rejected", "status"))
        self.assertIn("no transitions lead from", answer.message)

    def test_create_in_an_unreachable_status_is_created_all_the_same(self):
        made = self.create(title="kept", status="Parked")
        self.assertEqual(made["fields"]["status"], "To Do")
        self.assertEqual([one["field"] for one in made["refused"]], ["status"])

    def test_field_that_jira_refuses_is_named(self):
        task = self.create(title="a task")["external_id"]
        other = self.create(title="another task")["external_id"]
        answer = self.push("update", "ticket", {"external_id": other}, set_={"parent": task})
        self.assertEqual((answer.code, answer.field), ("rejected", "parent"))
        self.assertIn("hierarchy", answer.message)


class Texts(JiraCase):
    def test_markdown_comes_back_byte_for_byte_everywhere(self):
        number = self.create(title="styled", body=MARKDOWN)["external_id"]
        self.assertEqual(self.seen(number)["fields"]["body"], MARKDOWN)
        self.assertEqual(Pulled(self.driver).tickets[number]["fields"]["body"], MARKDOWN)

    def test_edit_in_jira_leaves_the_style_of_the_rest(self):
        number = self.create(title="edited there", body=MARKDOWN)["external_id"]
        document = self.jira.fields(number)["description"]
        document["content"].append({"type": "panel", "attrs": {"panelType": "info"}, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "from Jira"}]}]})
        self.assertEqual(self.jira.edit(number, description=document).status, 204)
        body = self.seen(number)["fields"]["body"]
        self.assertTrue(body.startswith("Steps\n=====\n\n* one\n* *two*\n\nSee [docs][d]."), body)
        self.assertIn("> [!NOTE]\n> from Jira", body)

    def test_edit_here_leaves_the_nodes_of_jira(self):
        key = self.jira.create("with a table")
        table = {"type": "table", "attrs": {"layout": "wide", "isNumberColumnEnabled": True}, "content": [
            {"type": "tableRow", "content": [{"type": "tableHeader", "attrs": {"colwidth": [120]}, "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "h"}]}]}]}]}
        first = {"type": "paragraph", "content": [{"type": "text", "text": "intro"}]}
        self.jira.edit(key, description={"type": "doc", "version": 1, "content": [first, table]})
        number = self.jira.get("/issue/" + key).json["id"]
        body = self.seen(number)["fields"]["body"]
        self.update(number, set_={"body": body.replace("intro", "a new intro")})
        content = self.jira.fields(key)["description"]["content"]
        self.assertEqual(content[0]["content"][0]["text"], "a new intro")
        self.assertEqual(content[1], table)

    def test_text_too_long_for_the_property_still_comes_back_the_same(self):
        body = "\n\n".join("Paragraph %d with some words." % i for i in range(950))
        number = self.create(title="long", body=body)["external_id"]
        self.assertEqual(self.seen(number)["fields"]["body"], body)


class Comments(JiraCase):
    def test_comment_round_trip(self):
        number = self.create(title="talk")["external_id"]
        op = marker()
        made = self.push("create", "comment", {"parent_external_id": number}, set_={"body": "hello **you**"}, marker=op)
        self.assertEqual(made.code, "ok", made)
        self.assertEqual((made.observation["fields"], made.observation["marker"]), ({"body": "hello **you**"}, op))
        ids = {"external_id": made.observation["external_id"]}
        changed = self.push("update", "comment", ids, set_={"body": "hello again"})
        self.assertEqual((changed.observation["fields"], changed.observation["marker"]), ({"body": "hello again"}, op))
        pulled = Pulled(self.driver).comments[ids["external_id"]]
        self.assertEqual((pulled["fields"], pulled["parent_external_id"]), ({"body": "hello again"}, number))

    def test_fetch_of_a_deleted_comment_is_deleted(self):
        number = self.create(title="with a comment")["external_id"]
        made = self.push("create", "comment", {"parent_external_id": number}, set_={"body": "gone soon"}).observation
        self.assertEqual(self.jira.delete("/issue/%s/comment/%s" % tuple(made["external_id"].split(":"))).status, 204)
        fetched = self.driver.fetch("comment", made["external_id"])
        self.assertEqual(fetched.observation["gone"], "deleted")


class Uncertain(UncertainContract, JiraCase):
    creations = {"ticket": "/issue$", "comment": "/comment"}
    update_method = "PUT"

    def test_find_by_key_while_searches_lag(self):
        highest = max(int(number) for number in self.world_tickets())
        self.jira.control("lag", {"ms": 600000})
        order, op = self.lose(title="not found yet")
        order["high_water"] = "%020d" % highest
        found = self.driver.call("find", intent=order, marker=op)
        self.assertEqual((found.code, found.observation["marker"]), ("ok", op))

    def test_creation_that_jira_does_not_show_yet_is_uncertain_and_found(self):
        op = marker()
        self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.fault("status", "GET", path=r"/issue/\d+$", status=404)
        answer = self.driver.call("push", **create_ticket(op, title="not there yet"))
        self.assertEqual((answer.code, answer.message), ("uncertain", "the new issue is not there yet"))
        order = intent("create", "ticket", op_id=op.partition(":")[0], created_at_ms=self.now_ms())
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["fields"]["title"], "not there yet")

    def test_find_does_not_take_anothers_issue_with_our_marker(self):
        op = marker()
        number = self.add_ticket("a copy")
        value = {"v": 1, "marker": op}
        self.jira.put("/issue/%s/properties/%s" % (number, PROPERTY), value)
        order = intent("create", "ticket", created_at_ms=self.now_ms(), high_water=str(int(number) - 1))
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "gone")

    def test_a_transition_that_fails_after_an_edit_is_uncertain(self):
        number = self.create(title="half done")["external_id"]
        self.fault("status", "POST", path="/transitions", status=400)
        answer = self.push("update", "ticket", {"external_id": number}, set_={"title": "edited", "status": "Done"})
        self.assertEqual(answer.code, "uncertain", answer)


if __name__ == "__main__":
    tap.main(__name__)
