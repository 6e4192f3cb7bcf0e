#!/usr/bin/python3
"""The Jira connector against the stand-in: one issue that cannot be read or written is named, the others go on."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from driver import Pulled  # noqa: E402
from jira_case import JiraCase  # noqa: E402

SEVERITY = "customfield_10030"
# What is no document: why, as the message says.
DOCUMENTS = (({"type": "doc", "version": 7, "content": []}, "version"), ({"type": "paragraph"}, "doc"), ("a text", "no text"),
             ({"type": "doc", "version": 1, "content": [{"text": "x"}]}, "no type"), (["doc"], "no text"),
             ({"type": "doc", "version": 1, "content": [{"type": "text"}]}, "no text"))


class BadInput(JiraCase):
    def show(self, number, **fields):
        """What the API shows of an issue from here on, whatever it holds."""
        key = self.key(number)
        self.jira.control("broken", {"issue": key, "fields": fields})
        self.addCleanup(self.jira.control, "broken", {"issue": key})

    def field_id(self, name):
        """Jira's id of a custom field that is called `name` here."""
        options = json.loads(self.driver.describe().options)
        return next(one for one, facts in options["fields"].items() if facts["name"] == name)

    def test_bad_input_document_that_is_none_is_rejected_by_name(self):
        number = self.add_ticket("bad", description="good")
        for document, why in DOCUMENTS:
            self.show(number, description=document)
            with self.subTest(document=document):
                answer = self.driver.fetch("ticket", number)
                self.assertEqual(answer.code, "rejected")
                for word in (self.key(number), "Description", why):
                    self.assertIn(word, answer.message)

    def test_bad_input_in_a_page_is_named_and_the_others_come(self):
        bad, good = self.add_ticket("bad"), self.add_ticket("good")
        self.show(bad, description={"type": "nonsense"})
        pulled = Pulled(self.driver)
        self.assertEqual({one: seen["gone"] for one, seen in pulled.tickets.items() if seen.get("gone")}, {bad: "unreadable"})
        self.assertEqual(pulled.tickets[good]["fields"]["title"], "good")
        self.assertEqual(set(pulled.tickets), set(self.world_tickets()))
        self.jira.control("broken", {"issue": self.key(bad)})
        self.assertEqual(self.seen(bad)["fields"]["title"], "bad")

    def test_bad_input_comment_is_named_alone(self):
        number = self.add_ticket("talked about")
        made = [self.jira.act("petra", "comment", self.key(number), body=text)["comment"]["id"] for text in ("bad", "good")]
        shown = self.jira.get("/issue/%s?fields=*all" % number).json
        shown["fields"]["comment"]["comments"][0]["body"] = {"type": "nonsense"}
        self.fault("status", "POST", path="/search", status=200, body=json.dumps({"issues": [shown], "isLast": True}))
        ticket, bad, good = self.driver.pull().observations
        self.assertEqual((ticket["fields"]["title"], good["fields"]["body"]), ("talked about", "good"))
        self.assertEqual((bad["external_id"], bad["gone"]), ("%s:%s" % (number, made[0]), "unreadable"))

    def test_bad_input_custom_field_of_another_type_is_rejected_with_advice(self):
        """It would look empty otherwise, and empty the field on the other side."""
        number = self.add_ticket("typed", "Bug", customfield_10035="C-1")
        for name, shown in (("customer_reference", 7), ("customer_reference", {"value": "C-1"}), ("severity", "Major"),
                            ("severity", ["Major"]), ("keywords", "one"), ("keywords", [{"value": "one"}]), ("estimate", "3"),
                            ("reviewer", "petra"), ("area", {"name": "Ground"}), ("target_date", 20260101), ("sprint", "Sprint 3"),
                            ("affected_platforms", ["Linux"])):
            self.show(number, **{self.field_id(name): shown})
            with self.subTest(field=name, shown=shown):
                answer = self.driver.fetch("ticket", number)
                self.assertEqual(answer.code, "rejected")
                self.assertIn("tandem fields map PROJECT %s --reset" % name, answer.message)

    def test_bad_input_field_that_jira_does_not_take_any_more_is_rejected(self):
        number = self.create(title="typed")["external_id"]
        self.fault("status", "PUT", path="/issue/", status=400, body=json.dumps({
            "errorMessages": [], "errors": {"customfield_10035": "Operation value must be a number"}}))
        answer = self.push("update", "ticket", {"external_id": number}, set_={"customer_reference": "C-9"})
        self.assertEqual(answer.code, "rejected")
        self.assertIn("Operation value must be a number", answer.message)

    def test_bad_input_status_that_the_workflow_lost_is_rejected_by_name(self):
        number = self.create(title="lost")["external_id"]
        answer = self.push("update", "ticket", {"external_id": number}, set_={"status": "Retired"})
        self.assertEqual(answer.code, "rejected")
        self.assertIn("no transitions lead from \"To Do\" to \"Retired\"", answer.message)

    def test_bad_input_status_that_was_lost_on_the_way_does_not_hide_another_way(self):
        """A search for a status that is not there any more is refused: it is no reason to give up."""
        number = self.create(title="bug", type="Bug")["external_id"]
        found = self.jira.get("/issue/%s/transitions?expand=transitions.fields" % number).json
        retired = {"id": "77", "name": "Retire", "to": {"id": "777", "name": "Retired"}, "fields": {}}
        self.fault("status", "GET", path="/transitions", status=200,
                   body=json.dumps(dict(found, transitions=[retired] + found["transitions"])))
        answer = self.push("update", "ticket", {"external_id": number}, set_={"status": "Resolved"})
        self.assertNotIn("Retired", answer.message)

    def test_bad_input_page_that_leads_to_itself_is_no_end_and_no_loop(self):
        first = self.driver.pull()
        token = json.loads(first.cursor)["token"]
        self.fault("status", "POST", path="/search", status=200, body=json.dumps({"issues": [], "nextPageToken": token}))
        self.assertEqual(self.driver.pull(first.cursor).code, "retry")

    def test_bad_input_credential_that_is_revoked_half_way_stops_the_pull_where_it_is(self):
        first = self.driver.pull()
        self.assertFalse(first.done)
        self.fault("status", "POST", path="/search", status=401, body="{}")
        answer = self.driver.pull(first.cursor)
        self.assertEqual((answer.code, "store a new one" in answer.message), ("auth", True))
        seen = {one["external_id"] for one in first.observations} | set(Pulled(self.driver, first.cursor).tickets)
        self.assertLessEqual(set(self.world_tickets()), seen)


if __name__ == "__main__":
    tap.main(__name__)
