#!/usr/bin/python3
"""A look at one external ticket settles what was asked for before it, and nothing that was asked for while it was under way. The
test is the adapter here, so that it has the moments in its hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from adapter_by_hand import AdapterByHand  # noqa: E402
from world import wait_for  # noqa: E402


class Looks(AdapterByHand):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ref, cls.other, cls.third = ({"kind": "ticket", "external_id": row[0]} for row in cls.world.sql(
            "select external_id from external_item where kind = 'ticket' order by external_id"))

    def observed(self, work, source, **seen):
        self.world.call("observe", lease=work["lease"], source=source, done=True, **seen)
        self.world.call("work.release", lease=work["lease"])

    def ask(self, **seen):
        """A webhook that only says that there is something new, or this."""
        self.world.call("webhook.accept", project="rocket", delivery_id=os.urandom(8).hex(), event="issues", body=b"{}")
        work = self.claim("deliver")
        self.observed(work, "webhook", observations=[seen or self.ref], delivery_ids=[str(one["id"]) for one in work["deliveries"]])

    def started(self):
        return self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")["id"]

    def asked(self):
        return self.world.sql("select external_id from fetch_queue where next_at <= now()")

    def believed(self, ref):
        return self.world.sql("select sure from gone_item where external_id = '%s'" % ref["external_id"])

    def look_during(self, ask, **seen):
        """A look that was under way while somebody asked for another one."""
        look = self.claim("fetch")
        ask()
        self.observed(look, "fresh", **seen)

    def test_looks_settle_what_was_asked_before_them(self):
        self.ask()
        self.ask()
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())

    def test_looks_leave_what_was_asked_while_they_were_under_way(self):
        self.ask()
        self.look_during(self.ask, not_modified=[self.ref])
        self.assertEqual([[self.ref["external_id"]]], self.asked())
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())

    def test_looks_that_find_nothing_leave_what_was_asked_while_they_were_under_way(self):
        """Once because a second look has to agree, and once more when it is believed that the ticket is gone."""
        gone = dict(self.other, gone="deleted")
        for told in (self.other, gone):
            self.ask(**told)
            self.look_during(lambda: self.ask(**self.other), observations=[gone])
            self.assertEqual([[self.other["external_id"]]], self.asked())
            self.observed(self.claim("fetch"), "fresh", observations=[gone])
            self.assertEqual([], self.asked())
        self.assertEqual([["t"]], self.believed(self.other))

    def test_looks_older_than_a_deletion_do_not_contradict_it(self):
        """Believed with the next look, because a webhook had told of it; the other way round it would be forgotten."""
        gone = dict(self.third, gone="deleted")
        self.ask(**self.third)
        there = dict(self.third, version=1 << 50, fields={"title": "Still there", "body": "", "status": "open", "labels": []})
        self.look_during(lambda: self.ask(**gone), observations=[there])
        self.assertEqual([[self.third["external_id"]]], self.asked())
        self.observed(self.claim("fetch"), "fresh", observations=[gone])
        self.assertEqual([["t"]], self.believed(self.third))

    def test_looks_of_webhooks_in_another_order_keep_the_newest(self):
        """What a tracker delivers again comes with what it told of later, and after it."""
        seen, older = ({**self.third, "external_key": "#3", "url": "", "author": "dave", "author_is_self": False, "version": version,
                        "hash": title.encode().ljust(32), "fields": {"title": title, "body": "", "status": "open", "labels": []}}
                       for version, title in ((10 ** 15, "The newest"), (10 ** 15 - 1000, "Over")))
        self.world.call("webhook.accept", project="rocket", delivery_id=os.urandom(8).hex(), event="issues", body=b"{}")
        work = self.claim("deliver")
        self.observed(work, "webhook", observations=[seen, older], delivery_ids=[str(one["id"]) for one in work["deliveries"]])
        self.assertEqual([["The newest"]], self.world.sql("select fields->>'title' from external_item where kind = 'ticket' and "
                                                          "external_id = '%s'" % self.third["external_id"]))

    def test_looks_that_a_list_asks_for_are_waited_for_by_its_session(self):
        """What was not found is looked at again in minutes, and nobody waits for that; but a list shows it now."""
        self.ask()
        self.observed(self.claim("fetch"), "fresh", observations=[dict(self.ref, gone="deleted")])
        there = dict(self.ref, external_key="#" + self.ref["external_id"], version=1 << 50,
                     fields={"title": "There again", "body": "", "status": "open", "labels": []})
        session = self.started()
        self.observed(self.claim("pull"), "list", observations=[there])
        self.world.call("schedule.tick")
        self.assertEqual("running", self.world.call("session.get", id=session)["state"])
        self.observed(self.claim("fetch"), "fresh", observations=[there])
        self.assertEqual("completed", self.world.finish(session)["state"])
        self.assertEqual("There again", self.world.ticket_of("#" + self.ref["external_id"])["fields"]["title"])

    def receipt(self, outcome, **more):
        """What became of the write that is due."""
        work = self.claim("push")
        intent = work["intents"][0]["id"]
        if not more.get("probe"):
            self.assertTrue(self.world.call("push.begin", lease=work["lease"], intent_id=intent)["go"])
        self.world.call("push.receipt", lease=work["lease"], intent_id=intent, outcome=outcome, **more)
        self.world.call("work.release", lease=work["lease"])

    def made(self, external_id, title, version=1700000000123, **fields):
        """What is there of it."""
        return {"kind": "ticket", "external_id": external_id, "external_key": "#" + external_id, "version": version,
                "created_at_ms": 1700000000123, "author_is_self": True,
                "fields": {"title": title, "body": "", "status": "open", "labels": [], "assignees": [], "milestone": "", **fields}}

    def test_looks_for_a_creation_that_met_a_conflict(self):
        """It may be with the creation's own first attempt; and a look that meets one has not found anything out."""
        key = self.creation("Met a conflict")
        for is_probe in (False, True):
            self.receipt("stale", message="409", probe=is_probe)
            self.assertEqual([["unknown"]], self.world.sql("select state from intent where state not in ('done', 'stale')"))
            self.world.sql("update intent set next_attempt_at = now() where state = 'unknown'")
        self.receipt("ok", probe=True, returned=[self.made("77", "Met a conflict")])
        self.world.settle()
        self.assertEqual([("#77", "linked")], [(one["external_key"], one["state"])
                                              for one in self.world.call("ticket.get", key=key)["mappings"]])

    def test_looks_for_a_lost_creation_find_what_somebody_has_set_there_since(self):
        """Fields that the creation did not send: what the tracker made of them stays quiet, what came later is pulled."""
        world = self.world
        for edited, due_date in ((0, ""), (1000, "2027-01-02")):
            key = self.creation("On its way")
            self.receipt("uncertain", message="no answer")
            world.sql("update intent set next_attempt_at = now() where state = 'unknown'")
            made = self.made("9%d" % edited, "On its way", 1700000000123 + edited, due_date="2027-01-02")
            self.receipt("ok", probe=True, returned=[made])
            world.settle()
            self.assertEqual(due_date, world.call("ticket.get", key=key)["fields"].get("due_date", ""))

    def test_looks_for_a_creation_that_arrived_twice(self):
        """What it made second is set aside, and nothing of it is taken for the ticket's."""
        key = self.creation("Arrived twice")
        work = self.claim("push")
        intent = work["intents"][0]
        self.assertTrue(self.world.call("push.begin", lease=work["lease"], intent_id=intent["id"])["go"])
        self.ask(kind="ticket", external_id="81")
        self.observed(self.claim("fetch"), "fresh", observations=[dict(self.made("81", "Arrived twice"), marker=intent["op_id"])])
        self.world.call("push.receipt", lease=work["lease"], intent_id=intent["id"], outcome="ok",
                        returned=[self.made("82", "Arrived twice", body="of the second")])
        self.world.call("work.release", lease=work["lease"])
        self.world.settle()
        ticket = self.world.call("ticket.get", key=key)
        self.assertEqual(([("#81", "linked")], ""), ([(one["external_key"], one["state"]) for one in ticket["mappings"]],
                                                     ticket["fields"].get("body", "")))
        self.assertEqual([["ignored"]], self.world.sql("select state from mapping where external_id = '82'"))
        self.assertEqual([["1"]], self.world.sql("select count(*) from audit where action = 'duplicate.set_aside' and subject = '#82'"))

    def test_looks_at_the_list_that_failed_are_repeated_when_somebody_asks(self):
        session = self.started()
        self.world.call("work.fail", lease=self.claim("pull")["lease"], code="retry", message="503", retry_after_ms=600000)
        self.claim("none")
        self.assertEqual(session, self.started())
        self.observed(self.claim("pull"), "list")
        self.assertEqual("completed", self.world.finish(session)["state"])

    def test_looks_at_what_the_direction_does_not_take_are_not_lost(self):
        """It is taken as soon as the direction is another one, though nobody shows it again."""
        def ignored():
            return self.world.sql("select 1 from mapping where external_id = '88' and state = 'ignored'")
        self.world.connect(direction="push")
        self.ask(**self.made("88", "Not taken yet"))
        wait_for(ignored, "it to be left where it is")
        self.assertEqual([["0"]], self.world.sql("select count(*) from plan_queue q join mapping m on m.id = q.mapping_id where "
                                                 "m.external_id = '88'"))
        self.world.connect()
        wait_for(lambda: not ignored() and self.world.sql("select 1 from mapping where external_id = '88' and item_id is not null"),
                 "it to be taken")
        self.assertEqual("Not taken yet", self.world.ticket_of("#88")["fields"]["title"])

    def test_looks_before_a_retraction_keep_what_was_there_once(self):
        """However often it is tried, because the tracker takes no writes now."""
        key = self.creation("Taken back")
        self.receipt("ok", returned=[self.made("97", "Taken back")])
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.world.call("ticket.retract", key=key, actor="user:carol")
        for _ in range(2):
            self.receipt("retry", message="403", usage={"held": "the repository is archived"})
            self.world.sql("update project set writes_held_until = now()")
        self.receipt("ok", returned=[self.made("97", "")])
        self.assertEqual([["Taken back"]], self.world.sql("select before ->> 'title' from change_log where cause = 'retracted'"))

    def test_looks_that_find_a_ticket_gone_leave_one_that_is_over_as_it_is(self):
        """Cancelled is what becomes of one that was still open."""
        made = self.made("95", "There twice", status="closed:duplicate")
        self.ask(**made)
        wait_for(lambda: self.world.sql("select 1 from mapping where external_id = '95' and item_id is not null"), "the ticket")
        key = self.world.ticket_of("#95")["key"]
        self.assertEqual("duplicate", self.world.ticket_of("#95")["fields"]["status"])
        gone = {"kind": "ticket", "external_id": "95", "gone": "deleted"}
        self.ask(**gone)
        self.observed(self.claim("fetch"), "fresh", observations=[gone])
        conflict = wait_for(lambda: self.world.call("conflict.list", ticket=key, state="open").get("conflicts"), "the question")[0]
        self.world.call("conflict.resolve", id=conflict["id"], choice="external", actor="user:ann")
        wait_for(lambda: self.world.sql("select 1 from conflict where id = %d and state = 'resolved'" % conflict["id"]), "the answer")
        self.assertEqual("duplicate", self.world.call("ticket.get", key=key)["fields"]["status"])


if __name__ == "__main__":
    tap.main(__name__)
