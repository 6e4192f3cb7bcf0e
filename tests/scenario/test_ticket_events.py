#!/usr/bin/python3
"""What events tell of tickets and comments: values only of what is public, and a comment is as public as its ticket at most."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import World  # noqa: E402

ANN = "user:ann"


class StoreOnly(World):
    roles = ("store",)


class TicketEvents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = StoreOnly(sandbox_options=("--issues", "0"))
        cls.addClassCleanup(cls.world.close)

    def ticket(self, privacy):
        return self.world.call("ticket.new", fields={"title": "Title"}, privacy=privacy, actor=ANN)["key"]

    def comment(self, key, body, **more):
        return self.world.call("ticket.comment", key=key, body=body, actor=ANN, **more)["comments"][-1]["key"]

    def edit(self, key, body):
        self.world.call("ticket.edit", key=key, set={"body": body}, actor=ANN)

    def told(self, comment):
        """What the events about a comment say of it: privacy and text, in order."""
        events = self.world.call("events.read", after=0, limit=1000)["events"]
        data = [json.loads(event["data"]) for event in events]
        return [(said["privacy"], said.get("fields", {}).get("body")) for said in data if said.get("comment") == comment]

    def test_events_carry_the_words_of_a_public_comment(self):
        comment = self.comment(self.ticket("public"), "hello")
        self.edit(comment, "hello again")
        self.assertEqual(self.told(comment), [("public", "hello"), ("public", "hello again")])

    def test_events_keep_the_comments_of_a_ticket_that_became_private(self):
        key = self.ticket("public")
        comment = self.comment(key, "hello")
        self.world.call("ticket.share", key=key, privacy="local_only", actor=ANN)
        self.edit(comment, "what nobody else may read")
        self.world.call("comment.delete", key=comment, actor=ANN)
        self.assertEqual(self.told(comment), [("public", "hello"), ("local_only", None), ("local_only", None)])

    def test_events_keep_a_public_comment_of_a_less_public_ticket(self):
        for privacy in ("local_only", "shareable"):
            comment = self.comment(self.ticket(privacy), "what not everybody may read", privacy="public")
            self.assertEqual(self.told(comment), [(privacy, None)])

    def test_events_keep_a_less_public_comment_of_a_public_ticket(self):
        for privacy in ("local_only", "shareable"):
            comment = self.comment(self.ticket("public"), "what not everybody may read", privacy=privacy)
            self.assertEqual(self.told(comment), [(privacy, None)])


if __name__ == "__main__":
    tap.main(__name__)
