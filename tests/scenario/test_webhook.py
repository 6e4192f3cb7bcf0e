#!/usr/bin/python3
"""A JSON tracker and local tickets, both ways, through every process: fields, comments, webhooks whole and thin,
creations whose answers are lost, and a tracker that offers nothing but webhooks and writes."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from webhook_tracker import mapping  # noqa: E402
from webhook_world import WebhookWorld  # noqa: E402
from world import wait_for  # noqa: E402


class Case(unittest.TestCase):
    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)
        self.world.settle()

    def field(self, key, name):
        return self.world.call("ticket.get", key=key)["fields"].get(name)

    def comments(self, key):
        return [one["body"] for one in self.world.call("ticket.get", key=key).get("comments", [])]

    def new_ticket(self, title):
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": title})["key"]

    def titles(self):
        return sorted(row[0] for row in self.world.sql("select fields ->> 'title' from item where kind = 'ticket'"))

    def check_quiet(self):
        """Two more rounds write nothing there."""
        self.world.settle()
        before = len(self.world.writes())
        for _ in range(2):
            self.world.sync()
            self.world.settle()
        self.assertEqual(len(self.world.writes()), before)

    def check_once(self, title):
        """One ticket there, one here, and nothing written in two further rounds."""
        self.check_quiet()
        there = [row["title"] for row in self.world.there().values()].count(title)
        self.assertEqual((there, self.titles().count(title)), (1, 1))


class TwoWay(Case):
    @classmethod
    def setUpClass(cls):
        cls.world = WebhookWorld()
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        cls.world.hook()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def fresh(self, title, **fields):
        """A ticket that both sides agree on: its key here, its id there."""
        made = self.world.act("create", title=title, **fields)["id"]
        key = self.world.key_of(title)
        self.world.settle()
        return key, made

    def test_import_is_complete(self):
        linked = self.world.sql("select count(*) from mapping where state = 'linked' and kind = 'ticket'")
        self.assertGreaterEqual(int(linked[0][0]), 12)
        self.assertEqual(self.world.sql("select count(*) from mapping where state not in ('linked', 'creating')"), [["0"]])

    def test_every_field_is_pushed(self):
        parent, whole = self.fresh("Holds it")
        key, made = self.fresh("Pushed", labels=[{"name": "bug"}], assignees=[{"name": "bob"}])
        self.edit(key, set={"title": "Pushed on", "body": "New *text*", "status": "done", "priority": "high", "estimate": "5",
                            "due_date": "2026-01-31", "parent": parent},
                  add={"labels": ["safety"], "assignees": ["alice"]}, remove={"labels": ["bug"], "assignees": ["bob"]})
        there = self.world.there()[made]
        self.assertEqual({name: there[name] for name in ("title", "description", "state", "priority", "points", "due", "parent")},
                         {"title": "Pushed on", "description": "New *text*", "state": "done", "priority": "high", "points": 5,
                          "due": "2026-01-31", "parent": whole})
        self.assertEqual((there["labels"], there["assignees"]), ([{"name": "safety"}], [{"name": "alice"}]))
        self.check_quiet()

    def test_every_field_is_pulled_by_webhook(self):
        key, made = self.fresh("Pulled")
        self.world.act("edit", made, title="Pulled on", description="Theirs", state="doing", priority="urgent", points=2.5,
                       due="2026-03-01", labels=[{"name": "hers"}], assignees=[{"name": "dave"}])
        wait_for(lambda: self.field(key, "title") == "Pulled on", "the webhook's change")
        fields = self.world.call("ticket.get", key=key)["fields"]
        self.assertEqual({name: fields[name] for name in ("body", "status", "priority", "estimate", "due_date", "labels",
                                                          "assignees")},
                         {"body": "Theirs", "status": "in_progress", "priority": "urgent", "estimate": "2.5",
                          "due_date": "2026-03-01", "labels": ["hers"], "assignees": ["dave"]})
        self.check_quiet()

    def test_comments_go_both_ways(self):
        key, made = self.fresh("Talk")
        theirs = self.world.act("comment", made, body="Hello here")["id"]
        wait_for(lambda: self.comments(key) == ["Hello here"], "their comment")
        self.world.act("edit_comment", theirs, body="Hello again")
        wait_for(lambda: self.comments(key) == ["Hello again"], "their change")
        self.world.call("ticket.comment", key=key, body="Hello there", actor="user:carol")
        self.world.settle()
        self.assertEqual([row["body"] for row in self.world.there("comments").values() if row["ticket_id"] == made],
                         ["Hello again", "Hello there"])
        self.check_quiet()
        self.assertEqual(len(self.comments(key)), 2)

    def test_thin_webhook_makes_it_look(self):
        key, made = self.fresh("Thin", labels=[{"name": "bug"}])
        self.world.sandbox.control("POST", "webhooks", {"shape": "thin"})
        self.world.act("edit", made, title="Thin and changed")
        wait_for(lambda: self.field(key, "title") == "Thin and changed", "the change to be fetched")
        self.world.sandbox.control("POST", "webhooks", {"shape": "full"})
        self.assertEqual(self.field(key, "labels"), ["bug"])
        self.check_quiet()

    def test_lost_webhooks_are_made_up_by_the_next_poll(self):
        key, made = self.fresh("Lost news")
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 1})
        self.world.act("edit", made, title="Nobody was told")
        self.world.sync()
        wait_for(lambda: self.field(key, "title") == "Nobody was told", "the poll's change")

    def test_unsigned_or_repeated_delivery_does_nothing(self):
        key, made = self.fresh("Sent twice")
        self.world.sandbox.control("POST", "webhooks", {"duplicate": True})
        self.world.act("edit", made, title="Told twice")
        wait_for(lambda: self.field(key, "title") == "Told twice", "the change")
        self.world.sandbox.control("POST", "webhooks", {"duplicate": False})
        self.check_once("Told twice")

    def test_same_field_on_two_sides_is_a_conflict_and_loses_nothing(self):
        key, made = self.fresh("One of us")
        self.world.sandbox.control("POST", "webhooks", {"pause": True})
        self.world.act("edit", made, title="Hers")
        self.world.call("ticket.edit", key=key, set={"title": "His"}, actor="user:carol")
        self.world.sandbox.control("POST", "webhooks", {"pause": False})
        self.world.settle()
        (found,) = [one for one in self.world.call("conflict.list", ticket=key)["conflicts"] if one["state"] == "open"]
        self.assertEqual((found["local"]["title"], found["external"]["title"]), ("His", "Hers"))
        self.world.call("conflict.resolve", id=found["id"], choice="local", actor="user:carol")
        wait_for(lambda: self.world.there()[made]["title"] == "His", "the decision there")
        self.check_quiet()


class Created(Case):
    """Creations there, whatever happens to their answers."""

    def setUp(self):
        self.world = WebhookWorld(tickets=3, environment={"TANDEM_LEASE_MS": "3000"})
        self.world.connect()
        self.world.sync()
        self.world.settle()

    def tearDown(self):
        self.world.close()

    def test_created_ticket_whose_answer_was_lost_is_found(self):
        for fault in ("reset_after_commit", "truncate", "garbage"):
            self.world.sandbox.control("POST", "faults", {"match": {"method": "POST"}, "fault": fault})
            with self.subTest(fault=fault):
                self.new_ticket("Lost by " + fault)
                self.world.settle(90)
                self.check_once("Lost by " + fault)

    def test_created_ticket_that_a_webhook_shows_first_is_adopted(self):
        self.world.hook()
        self.world.sandbox.control("POST", "faults", {"match": {"method": "POST"}, "fault": "hang_after_commit",
                                                      "delay_ms": 1500})
        self.new_ticket("Echoed")
        self.world.settle(90)
        self.check_once("Echoed")

    def test_created_ticket_that_a_poll_sees_first_is_adopted(self):
        """The adapter dies after the request; a poll by another one shows the ticket before anybody looks for it."""
        self.world.processes["adapter-webhook"].kill()
        self.world.start("adapter-webhook", 0, {"TANDEM_FAULT_KILL": "adapter.after_send.create_ticket"})
        self.new_ticket("Seen first")
        wait_for(lambda: not self.world.processes["adapter-webhook"].alive, "the adapter to die")
        self.world.start("adapter-webhook")
        self.world.sync()
        self.world.settle(90)
        self.check_once("Seen first")

    def test_lost_comment_is_found(self):
        key = self.new_ticket("Talk")
        self.world.settle()
        self.world.sandbox.control("POST", "faults", {"match": {"path": "comments", "method": "POST"},
                                                      "fault": "reset_after_commit"})
        self.world.call("ticket.comment", key=key, body="Once", actor="user:carol")
        self.world.settle(90)
        ours = [row["body"] for row in self.world.there("comments").values() if row["ticket_id"] == self.world.external_of(key)]
        self.assertEqual((ours, self.comments(key)), (["Once"], ["Once"]))


class Less(Case):
    """No lists, no single tickets, no probe: webhooks come in, writes go out."""

    def setUp(self):
        options = mapping(get=None, probe=None, poll=None)
        options["out"]["ticket"]["honours_idempotency_key"] = True
        self.world = WebhookWorld(tickets=0, environment={"TANDEM_LEASE_MS": "3000"})
        self.world.connect(options=options)
        self.world.hook()

    def tearDown(self):
        self.world.close()

    def test_less_tracker_is_kept_in_step(self):
        made = self.world.act("create", title="Told by webhook")["id"]
        key = self.world.key_of("Told by webhook")
        self.world.settle()
        self.edit(key, set={"title": "Changed here", "status": "done"})
        self.assertEqual((self.world.there()[made]["title"], self.world.there()[made]["state"]), ("Changed here", "done"))
        self.world.act("edit", made, title="Changed there")
        wait_for(lambda: self.field(key, "title") == "Changed there", "the webhook's change")
        self.check_once("Changed there")

    def test_less_tracker_gets_a_lost_creation_again_under_its_key(self):
        self.world.sandbox.control("DELETE", "webhooks")  # nothing shows the ticket before it is sent again
        self.world.sandbox.control("POST", "faults", {"match": {"method": "POST"}, "fault": "reset_after_commit"})
        self.new_ticket("Sent again")
        wait_for(lambda: [one["status"] for one in self.world.sandbox.control("GET", "requests")["log"]
                          if one["method"] == "POST"].count(201) == 2, "the second request", 60)
        self.check_once("Sent again")


class Mute(Case):
    """Tickets show neither a key nor a marker, and nothing can be looked for: only an answer tells what a creation made."""

    def setUp(self):
        options = mapping(probe=None)
        for item in ("ticket", "comment"):
            options[item] = {name: value for name, value in options[item].items() if name not in ("idempotency_key", "marker")}
        options["out"]["ticket"]["honours_idempotency_key"] = True
        options["out"]["comment"]["honours_idempotency_key"] = True
        self.world = WebhookWorld(tickets=0, environment={"TANDEM_LEASE_MS": "3000"})
        self.world.connect(options=options)
        self.world.hook()

    def tearDown(self):
        self.world.close()

    def lose(self, path, fault, **more):
        self.world.sandbox.control("POST", "faults", {"match": {"path": path, "method": "POST"}, "fault": fault, **more})

    def test_mute_tracker_shows_a_ticket_before_its_answer_comes(self):
        self.lose("tickets", "hang_after_commit", delay_ms=1500)
        self.new_ticket("Echoed")
        self.world.settle(90)
        self.check_once("Echoed")

    def test_mute_tracker_shows_a_ticket_whose_answer_was_lost(self):
        self.lose("tickets", "reset_after_commit")
        self.new_ticket("Answered late")
        self.world.act("create", title="Somebody else's")
        self.world.settle(90)
        self.check_once("Answered late")
        self.check_once("Somebody else's")

    def test_mute_tracker_that_refused_a_ticket_may_be_given_it_by_hand(self):
        self.lose("tickets", "status", status=422)
        self.new_ticket("Refused")
        self.world.settle(90)
        self.world.act("create", title="Refused")
        wait_for(lambda: self.titles().count("Refused") == 2, "the one made by hand")

    def test_mute_tracker_shows_a_comment_whose_answer_was_lost(self):
        key = self.new_ticket("Talk")
        self.world.settle()
        self.lose("comments", "reset_after_commit")
        self.world.call("ticket.comment", key=key, body="Once", actor="user:carol")
        self.world.settle(90)
        ours = [row["body"] for row in self.world.there("comments").values() if row["ticket_id"] == self.world.external_of(key)]
        self.assertEqual((ours, self.comments(key)), (["Once"], ["Once"]))


if __name__ == "__main__":
    tap.main(__name__)
