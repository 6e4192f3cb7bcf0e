"""What every connector must pass. A test module mixes `ConnectorContract` into a TestCase and gives it a world:

    driver            an open Driver
    world_tickets()   {external id: title} of all tickets that are there now
    edit_title(id, t) a person edits a ticket there
    add_ticket(title) a person makes one; returns its id
    gone(id)          a person deletes one
    refuse_deletions() the next deletion of a comment is refused: the account may not
    deny_deletions()  the next one is answered as if there were no such comment

and, where its system differs from the usual:

    has_etags         False: a fetch is never conditional
    shown_marker(op)  what a ticket shows when it was created under the marker `op`
"""

import json
import uuid

from driver import Pulled

MARKER_HMAC = "0123456789abcdef" * 2


def marker():
    return "%s:%s" % (uuid.uuid4(), MARKER_HMAC)


def create_ticket(op_marker, **fields):
    """Arguments of a push that creates a ticket."""
    return {"intent": intent("create", "ticket", op_id=op_marker.partition(":")[0]),
            "payload": payload(fields, marker=op_marker)}


def intent(change, kind, **fields):
    document = {"id": 1, "op_id": str(uuid.uuid4()), "state": "prepared", "change": change, "kind": kind,
                "mapping_id": 1}
    document.update(fields)
    return document


def payload(set_=None, add=None, remove=None, marker=None):
    document = {"set": set_ or {}, "add": add or {}, "remove": remove or {}}
    if marker:
        document["marker"] = marker
    return document


class Pushing:
    """How the case of any connector writes."""

    def push(self, change, kind, ids=None, op=None, fresh=None, **parts):
        ids = dict(ids or {})
        if op:
            ids["op_id"] = op.partition(":")[0]
            parts["marker"] = op
        more = {"fresh": fresh} if fresh else {}
        return self.driver.call("push", intent=intent(change, kind, **ids), payload=payload(**parts), **more)

    def create(self, op=None, **fields):
        answer = self.driver.call("push", **create_ticket(op or marker(), **fields))
        self.assertEqual(answer.code, "ok", answer)
        return answer.observation

    def update(self, external_id, **parts):
        answer = self.push("update", "ticket", {"external_id": external_id}, **parts)
        self.assertEqual(answer.code, "ok", answer)
        return answer.observation


class ConnectorContract:
    """Generic cases. Each starts from the world as the case before left it."""

    has_etags = True

    def shown_marker(self, op):
        return op

    def titles(self, pulled):
        return {number: seen["fields"]["title"] for number, seen in pulled.tickets.items() if not seen.get("gone")}

    def test_contract_pull_is_complete(self):
        pulled = Pulled(self.driver)
        self.assertEqual(self.titles(pulled), self.world_tickets())
        self.assertEqual(len(pulled.tickets), len([one for one in pulled.observations if one["kind"] == "ticket"]))

    def test_contract_pull_again_gives_the_same_versions(self):
        first, again = Pulled(self.driver), Pulled(self.driver, mode="full")
        self.assertEqual({k: v["version"] for k, v in first.tickets.items()},
                         {k: v["version"] for k, v in again.tickets.items()})

    def test_contract_pull_sees_a_later_edit_and_a_new_ticket(self):
        pulled = Pulled(self.driver)
        number = next(iter(pulled.tickets))
        self.edit_title(number, "edited later")
        made = self.add_ticket("made later")
        later = Pulled(self.driver, pulled.cursor)
        self.assertEqual(self.titles(later).get(number), "edited later")
        self.assertEqual(self.titles(later).get(made), "made later")
        self.assertGreater(later.tickets[number]["version"], pulled.tickets[number]["version"] - 1)

    def test_contract_pull_goes_on_after_a_restart(self):
        """Each page by a new connection: all that is needed is in the cursor."""
        pulled = Pulled(self.driver, between=lambda page: self.driver.reopen())
        self.assertEqual(self.titles(pulled), self.world_tickets())

    def test_contract_pull_full_starts_from_nothing(self):
        pulled = Pulled(self.driver)
        again = Pulled(self.driver, pulled.cursor, mode="full")
        self.assertEqual(self.titles(again), self.world_tickets())

    def test_contract_pull_with_a_broken_cursor_starts_from_nothing(self):
        for broken in ("{", "[]", json.dumps({"v": 99}), "null"):
            with self.subTest(cursor=broken):
                self.assertEqual(self.titles(Pulled(self.driver, broken)), self.world_tickets())

    def test_contract_fetch_gives_what_pull_gave(self):
        pulled = Pulled(self.driver)
        number, seen = next(iter(pulled.tickets.items()))
        fetched = self.driver.fetch("ticket", number)
        self.assertEqual(fetched.code, "ok")
        for name in ("fields", "version", "external_key", "url", "author", "created_at_ms"):
            self.assertEqual(fetched.observation[name], seen[name], name)

    def test_contract_fetch_with_its_etag_is_not_modified(self):
        number = next(iter(self.world_tickets()))
        first = self.driver.fetch("ticket", number)
        again = self.driver.fetch("ticket", number, etag=first.observation.get("etag", "none"))
        self.assertEqual(again.not_modified, self.has_etags)

    def test_contract_fetch_of_a_deleted_ticket_says_gone(self):
        number = self.add_ticket("to be deleted")
        self.gone(number)
        self.assertEqual(self.driver.fetch("ticket", number).observation["gone"], "deleted")

    def test_contract_push_create_and_update_come_back(self):
        op = marker()
        made = self.driver.call("push", **create_ticket(op, title="pushed", body="a body\n\nof two paragraphs"))
        self.assertEqual(made.code, "ok", made)
        self.assertEqual(made.observation["fields"]["title"], "pushed")
        self.assertEqual(made.observation["fields"]["body"], "a body\n\nof two paragraphs")
        number = made.observation["external_id"]
        changed = self.driver.call("push", intent=intent("update", "ticket", external_id=number),
                                   payload=payload({"title": "pushed again"}))
        self.assertEqual(changed.observation["fields"]["title"], "pushed again")
        self.assertEqual(changed.observation["fields"]["body"], "a body\n\nof two paragraphs")
        self.assertEqual(changed.observation["marker"], self.shown_marker(op))
        fetched = self.driver.fetch("ticket", number)
        self.assertEqual(fetched.observation["fields"], changed.observation["fields"])
        self.assertEqual(fetched.observation["version"], changed.observation["version"])

    def comment_of_ours(self, title):
        ticket = self.driver.call("push", **create_ticket(marker(), title=title)).observation["external_id"]
        op = marker()
        order = intent("create", "comment", parent_external_id=ticket, op_id=op.partition(":")[0])
        made = self.driver.call("push", intent=order, payload=payload({"body": "hello"}, marker=op)).observation
        return {"external_id": made["external_id"], "parent_external_id": ticket}

    def test_contract_push_deletes_a_comment_and_again_is_the_same(self):
        ids = self.comment_of_ours("with a comment that goes")
        for attempt in range(2):
            with self.subTest(attempt=attempt):
                answer = self.driver.call("push", intent=intent("delete", "comment", **ids), payload=payload())
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual((answer.observation["external_id"], answer.observation["gone"]),
                                 (ids["external_id"], "deleted"))
                fetched = self.driver.fetch("comment", ids["external_id"], parent=ids["parent_external_id"])
                self.assertEqual(fetched.observation["gone"], "deleted")
        self.assertNotIn("gone", self.driver.fetch("ticket", ids["parent_external_id"]).observation)

    def test_contract_push_of_a_deletion_that_is_not_allowed_is_rejected(self):
        ids = self.comment_of_ours("with a comment that stays")
        order = {"intent": intent("delete", "comment", **ids), "payload": payload()}
        self.refuse_deletions()
        answer = self.driver.call("push", **order)
        self.assertEqual((answer.code, bool(answer.message)), ("rejected", True), answer)
        there = self.driver.fetch("comment", ids["external_id"], parent=ids["parent_external_id"]).observation
        self.assertEqual((there.get("gone"), there["fields"]["body"]), (None, "hello"))
        self.assertEqual(self.driver.call("push", **order).code, "ok")

    def test_contract_push_of_a_deletion_that_is_denied_is_looked_at(self):
        """Trackers say "not found" for what the account may not touch, too."""
        ids = self.comment_of_ours("with a comment that stays as well")
        order = {"intent": intent("delete", "comment", **ids), "payload": payload()}
        self.deny_deletions()
        answer = self.driver.call("push", **order)
        self.assertEqual((answer.code, "shows it" in answer.message), ("rejected", True), answer)
        self.assertEqual(self.driver.call("push", **order).code, "ok")

    def test_contract_push_never_deletes_a_ticket(self):
        number = self.add_ticket("to stay")
        answer = self.driver.call("push", intent=intent("delete", "ticket", external_id=number), payload=payload())
        self.assertEqual(answer.code, "rejected", answer)
        self.assertFalse(self.driver.fetch("ticket", number).observation.get("gone"))

    def test_contract_find_sees_what_push_made(self):
        op = marker()
        made = self.driver.call("push", **create_ticket(op, title="to be found")).observation
        order = intent("create", "ticket", op_id=op.partition(":")[0], created_at_ms=made["created_at_ms"])
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["external_id"],
                         made["external_id"])

    def test_contract_find_of_nothing_is_gone(self):
        order = intent("create", "ticket", created_at_ms=self.now_ms())
        self.assertEqual(self.driver.call("find", intent=order, marker=marker()).code, "gone")

    def test_contract_push_of_an_unknown_field_is_rejected(self):
        answer = self.driver.call("push", **create_ticket(marker(), title="x", flavour="strawberry"))
        self.assertEqual(answer.code, "rejected")
        self.assertEqual(answer.usage["api_calls"] > 2, False)

    def test_contract_scan_shows_every_ticket_and_no_other(self):
        """Page by page the ids, or their number; a connector without a scan says so."""
        ids, cursor = [], ""
        while True:
            page = self.driver.call("scan", cursor=cursor)
            if page.code == "rejected":
                return
            self.assertEqual(page.code, "ok", page)
            ids += page.ids
            cursor = page.cursor
            if page.done:
                break
        there = self.world_tickets()
        if page.counted:
            self.assertEqual(page.count, len(there))
        else:
            self.assertEqual((len(ids), set(ids)), (len(there), set(there)))

    def test_contract_verify_refuses_what_is_not_signed(self):
        for signature in ("", "sha256=", "sha256=" + "0" * 64, "x" * 5000):
            self.assertFalse(self.driver.call("verify", signature=signature, body="{}", secret="s").genuine)
        self.assertFalse(self.driver.call("verify", signature="", body="", secret="").genuine)

    def test_contract_translate_of_garbage_is_rejected_or_nothing(self):
        for event in self.webhook_events:
            for body in ("", "{", "[]", "null", '{"action":7}', "\x00", '{"action":"opened","issue":[]}'):
                answer = self.driver.call("translate", event=event, body=body, remote=self.remote)
                self.assertTrue(answer.code == "rejected" or answer.observations == [], (event, body, answer))
