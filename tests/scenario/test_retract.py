#!/usr/bin/python3
"""What a retraction tells: every place where something of a ticket is or may be; and what the record of what left, the audit
trail, the change log and events tell of such decisions. The test is the adapter here, so that it decides what becomes of a write."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from adapter_by_hand import AdapterByHand  # noqa: E402
from world import wait_for  # noqa: E402


class Retracting(AdapterByHand):
    def begun(self):
        work = self.claim("push")
        intent = work["intents"][0]
        self.assertTrue(self.world.call("push.begin", lease=work["lease"], intent_id=intent["id"])["go"])
        return work, intent

    def answer(self, work, intent, outcome, **more):
        self.world.call("push.receipt", lease=work["lease"], intent_id=intent["id"], outcome=outcome, **more)
        self.world.call("work.release", lease=work["lease"])

    def write(self, outcome, **more):
        """What became of the write that is due."""
        self.answer(*self.begun(), outcome, **more)

    def look(self, outcome, **more):
        """What became of looking for the write that was never answered."""
        self.world.sql("update intent set next_attempt_at = now() where state = 'unknown'")
        work = self.claim("push")
        self.answer(work, work["intents"][0], outcome, probe=True, **more)

    def made(self, number, title, **more):
        """What is there of it."""
        return {"kind": "ticket", "external_id": number, "external_key": "#" + number, "url": "https://there/" + number,
                "version": 1700000000123, "created_at_ms": 1700000000123, "author_is_self": True,
                "fields": {"title": title, "body": "", "status": "open", "labels": [], "assignees": [], "milestone": ""}, **more}

    def created(self, title, number, **more):
        key = self.creation(title, **more)
        self.write("ok", returned=[self.made(number, title)])
        self.world.settle()
        return key

    def share(self, key, privacy, **more):
        return self.world.call("ticket.share", key=key, privacy=privacy, actor="user:carol", **more)

    def plan(self, key):
        return self.world.call("ticket.retract", key=key, actor="user:carol", preview=True)

    def places(self, key):
        return [(one.get("external_key"), one["action"], one["state"]) for one in self.plan(key).get("places", [])]

    def reason(self, key):
        (place,) = self.plan(key)["places"]
        return place["reason"]

    def details(self, action, subject):
        return [json.loads(detail) for (detail,) in self.world.sql(
            "select detail from audit where action = '%s' and subject = '%s' order by id" % (action, subject))]


class Places(Retracting):
    def test_retract_names_a_creation_that_was_given_up_without_an_answer(self):
        key = self.creation("Never answered")
        self.write("uncertain", message="no answer")
        self.share(key, "local_only")
        self.assertIn("ask again", self.reason(key))
        self.look("rejected", message="it cannot be looked for")
        ((intent,),) = self.world.sql("select id from intent where state = 'parked'")
        self.assertEqual(self.places(key), [(None, "by_hand", "kept")])
        self.assertIn("`tandem retry W-%s` looks for it" % intent, self.reason(key))
        self.world.call("work.retry", id="W-" + intent, actor="user:carol")
        self.assertIn("ask again", self.reason(key))
        self.look("ok", returned=[self.made("101", "Never answered")])
        self.world.settle()
        self.assertEqual(self.places(key), [("#101", "close", "planned")])

    def test_retract_names_no_creation_that_was_refused(self):
        key = self.creation("Refused")
        self.write("rejected", message="422")
        self.share(key, "local_only")
        self.assertEqual(self.world.sql("select count(*) from intent where state = 'parked'"), [["1"]])
        self.assertEqual(self.places(key), [])
        self.world.sql("update intent set state = 'superseded' where state = 'parked'")

    def test_retract_names_no_creation_that_was_looked_for_and_not_found(self):
        key = self.creation("Lost on the way")
        self.write("uncertain", message="no answer")
        self.share(key, "local_only")
        self.look("gone")
        self.world.sql("update intent set first_probe_at = '-infinity' where state = 'unknown'")
        self.look("gone")
        self.assertEqual(self.places(key), [])
        work = self.claim("push")  # the gate lets nothing of it out
        self.assertFalse(self.world.call("push.begin", lease=work["lease"], intent_id=work["intents"][0]["id"]).get("go"))
        self.world.call("work.release", lease=work["lease"])
        self.assertEqual(self.places(key), [])

    def test_retract_names_what_was_made_twice(self):
        key = self.creation("Twice")
        work, intent = self.begun()
        self.world.call("webhook.accept", project="rocket", delivery_id=os.urandom(8).hex(), event="issues", body=b"{}")
        told = self.claim("deliver")
        self.world.call("observe", lease=told["lease"], source="webhook", observations=[{"kind": "ticket", "external_id": "111"}],
                        delivery_ids=[str(one["id"]) for one in told["deliveries"]], done=True)
        self.world.call("work.release", lease=told["lease"])
        fetch = self.claim("fetch")
        self.world.call("observe", lease=fetch["lease"], source="fresh", observations=[self.made("111", "Twice", marker=intent["op_id"])],
                        done=True)
        self.world.call("work.release", lease=fetch["lease"])
        self.answer(work, intent, "ok", returned=[self.made("112", "Twice")])
        self.world.settle()
        self.share(key, "local_only")
        self.assertEqual(sorted(self.places(key)), [("#111", "close", "planned"), ("#112", "by_hand", "kept")])
        (place,) = [one for one in self.plan(key)["places"] if one["action"] == "by_hand"]
        self.assertEqual(place["url"], "https://there/112")
        self.assertIn("delete it there", place["reason"])

    def test_retract_says_how_many_places_it_does_not_tell(self):
        key = self.created("Much said", "120")
        number = key[2:]
        self.share(key, "local_only")
        self.world.sql(
            "with t as (select i.id, m.project_id from item i join mapping m on m.item_id = i.id where i.number = %s), "
            "c as (insert into item (kind, parent_id, fields, privacy, author) select 'comment', t.id, '{\"body\": \"said\"}', "
            "'shareable', 'user:carol' from t, generate_series(1, 2003) returning id) "
            "insert into mapping (project_id, kind, item_id, external_id, state, op_id) "
            "select t.project_id, 'comment', c.id, 'many-' || c.id, 'linked', gen_random_uuid() from t, c" % number)
        plan = self.plan(key)
        self.assertEqual((len(plan["places"]), plan["more"]), (2000, 4))
        self.world.sql("update mapping set state = 'gone', reason = 'retracted' where external_id like 'many-%'")
        self.assertEqual(self.plan(key).get("more", 0), 0)

    def test_retract_says_that_events_carried_what_was_public(self):
        public = self.world.call("ticket.new", privacy="public", fields={"title": "For all"}, actor="user:carol")["key"]
        self.assertEqual(self.plan(public).get("lasting", []), [])
        self.share(public, "local_only")
        (told,) = self.plan(public)["lasting"]
        self.assertIn("events that carried its values", told)
        never = self.world.call("ticket.new", privacy="shareable", fields={"title": "For some"}, actor="user:carol")["key"]
        self.share(never, "local_only")
        self.assertEqual(self.plan(never).get("lasting", []), [])

    def test_retract_tells_of_a_comment_that_was_public_with_its_ticket(self):
        key = self.world.call("ticket.new", privacy="public", fields={"title": "Discussed"}, actor="user:carol")["key"]
        comment = self.world.call("ticket.comment", key=key, body="Said to all", actor="user:carol")["comments"][0]["key"]
        self.share(key, "local_only")
        self.assertEqual(len(self.plan(comment)["lasting"]), 1)


class Decisions(Retracting):
    """What events, the change log, the audit trail and the record of what left say of them."""

    def updates(self, key):
        events = self.world.call("events.read", after=0, limit=1000)["events"]
        found = [json.loads(event["data"]) for event in events if event["type"].endswith(".TicketUpdated")]
        return [data for data in found if data["ticket"] == key]

    def test_share_tells_a_change_of_privacy_and_no_values(self):
        key = self.world.call("ticket.new", privacy="public", fields={"title": "For all"}, actor="user:carol")["key"]
        for privacy in ("public", "local_only", "local_only", "shareable"):
            version = self.share(key, privacy)["version"]
        self.assertEqual(version, 3)  # twice it stayed what it was
        wait_for(lambda: len(self.updates(key)) == 2, "both events")
        self.assertEqual([(one["names"], one["privacy"], one["by"], one.get("fields")) for one in self.updates(key)],
                         [(["privacy"], "local_only", "user:carol", {}), (["privacy"], "shareable", "user:carol", {})])
        logged = self.world.sql("select l.actor, l.field, l.before ->> 'privacy', l.after ->> 'privacy' from change_log l join item i on "
                                "i.id = l.item_id where i.number = %s and l.cause = 'share' order by l.id" % key[2:])
        self.assertEqual(logged, [["user:carol", "privacy", "public", "local_only"], ["user:carol", "privacy", "local_only", "shareable"]])

    def test_share_tells_the_privacy_of_a_comment(self):
        key = self.world.call("ticket.new", privacy="shareable", fields={"title": "Discussed"}, actor="user:carol")["key"]
        comment = self.world.call("ticket.comment", key=key, body="Said", actor="user:carol")["comments"][0]["key"]
        self.share(comment, "local_only")
        wait_for(lambda: self.updates(key), "the event")
        self.assertEqual([(one["comment"], one["names"], one["privacy"]) for one in self.updates(key)],
                         [(comment, ["privacy"], "local_only")])

    def test_share_is_audited_with_what_was_decided(self):
        key = self.world.call("ticket.new", privacy="shareable", fields={"title": "Decided"}, actor="user:carol")["key"]
        self.assertEqual(self.details("ticket.new", key), [])
        self.share(key, "public")
        self.share(key, "local_only", project="rocket")
        self.world.call("ticket.share", key=key, project="rocket", revoke=True, actor="user:carol")
        self.assertEqual(self.details("ticket.share", key), [
            {"privacy": {"before": "shareable", "after": "public"}},
            {"privacy": {"before": "public", "after": "local_only"}, "project": "rocket"}])
        self.assertEqual(self.details("ticket.unshare", key), [{"project": "rocket"}])

    def test_a_ticket_that_is_created_public_is_audited(self):
        key = self.world.call("ticket.new", privacy="public", fields={"title": "For all"}, actor="user:carol")["key"]
        self.assertEqual(self.details("ticket.new", key), [{"privacy": "public"}])

    def test_settings_are_audited_with_what_was_decided(self):
        rules = [{"field": "status", "direction": "pull"}, {"field": "labels", "strategy": "local_wins"}]
        project = {"name": "audited", "system": "webhook", "base_url": "https://there/api?key=hunter2", "remote": "support",
                   "credential": "rocket", "direction": "push", "privacy_default": "local_only", "rules": rules,
                   "options": json.dumps({"probe": {"ticket": "/x?token=hunter2"}, "self": "tandem-bot"})}
        self.world.call("project.configure", project=project, actor="user:carol")
        project["direction"], project["privacy_default"], project["rules"] = "bidirectional", "public", rules[1:]
        project["options"] = json.dumps({"probe": {"ticket": "/y?token=hunter2"}, "self": "tandem-bot"})
        self.world.call("project.configure", project=project, actor="user:carol")
        self.world.call("project.configure", project=project, actor="user:carol")
        first, second, third = self.details("project.configure", "audited")
        for name, value in (("direction", "push"), ("privacy_default", "local_only"), ("credential", "rocket"), ("system", "webhook"),
                            ("base_url", "https://there/api"), ("options", ["self", "probe"]),
                            ("rules", {"status": {"direction": "pull"}, "labels": {"strategy": "local_wins"}})):
            self.assertEqual(first[name], value)
        self.assertEqual(second, {"direction": "bidirectional", "privacy_default": "public", "rules": {"status": None}, "options": ["probe"]})
        self.assertEqual(third, {})
        self.assertEqual(self.world.sql("select 1 from audit where detail::text like '%hunter2%'"), [])
        self.assertEqual(self.world.call("audit.verify").get("broken", 0), 0)
        self.world.call("project.set_state", name="audited", state="removed", actor="user:carol")

    def test_egress_names_what_a_write_went_to_whatever_it_is_now(self):
        key = self.created("Two lives", "131")
        self.share(key, "local_only")
        self.world.call("ticket.retract", key=key, actor="user:carol")
        self.write("ok", returned=[self.made("131", "Retracted")])
        self.share(key, "shareable", project="rocket")
        self.waits()
        self.write("ok", returned=[self.made("132", "Two lives")])
        self.world.settle()
        rows = self.world.call("egress.list", ticket=key)["rows"]
        expected = [("grant", "#132", "https://there/132"), ("retract", "#131", "https://there/131"), ("grant", "#131", "https://there/131")]
        self.assertEqual([(one["rule"], one["external_key"], one["url"]) for one in rows], expected)
        self.world.sql("delete from intent where purpose = 'retract'")  # as when it is old
        self.assertEqual(self.world.call("egress.list", ticket=key)["rows"], rows)
        self.share(key, "local_only")
        self.assertEqual(self.places(key), [("#132", "close", "planned")])  # of the first nothing is left

    def test_egress_is_told_page_by_page(self):
        for number in ("141", "142", "143"):
            self.created("Page " + number, number)
        found, before = [], 0
        while True:
            page = self.world.call("egress.list", project="rocket", limit=2, before=before)
            found += page["rows"]
            before = page["rows"][-1]["id"]
            if not page.get("more"):
                break
            self.assertEqual(len(page["rows"]), 2)
        self.assertEqual(found, self.world.call("egress.list", project="rocket", limit=1000)["rows"])
        self.assertGreater(len(found), 2)


class Removed(Retracting):
    """A project that was removed here goes on there."""

    def test_retract_names_places_in_removed_projects(self):
        key, lost = self.created("Left there", "151"), self.creation("Left without an answer")
        self.write("uncertain", message="no answer")
        self.world.call("project.set_state", name="rocket", state="removed", actor="user:carol")
        for ticket in (key, lost):
            self.share(ticket, "local_only")
        self.assertEqual(self.places(key), [("#151", "by_hand", "kept")])
        self.assertIn("the project was removed here: delete it there", self.reason(key))
        (place,) = self.plan(key)["places"]
        self.assertEqual((place["url"], "title" in place["fields"]), ("https://there/151", True))
        self.assertEqual(self.places(lost), [(None, "by_hand", "kept")])
        self.assertIn("may have arrived", self.reason(lost))
        rows = self.world.call("egress.list", project="rocket")["rows"]
        self.assertEqual({(one["ticket"], one.get("external_key")) for one in rows}, {(key, "#151"), (lost, None)})
        named = rows[0]["project"]
        self.assertEqual(self.world.call("egress.list", project=named)["rows"], rows)


if __name__ == "__main__":
    tap.main(__name__)
