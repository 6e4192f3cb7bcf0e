#!/usr/bin/python3
"""What Jira itself shows to some people only goes to no other tracker: issues with a security level, comments for one role,
internal comments of Jira Service Management; from the beginning, or from the moment on that they become so."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, JiraDataCenter, JsonTracker, Trackers, relayed  # noqa: E402
from world import wait_for  # noqa: E402

CANARY = "canary-restricted-%s" % os.urandom(4).hex()
STAFF = {"visibility": {"type": "role", "value": "Administrators"}}
INTERNAL = {"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}


class RestrictedCase(unittest.TestCase):
    """Jira and GitHub take each other's tickets, and all that reaches GitHub is kept."""

    jira_kind = Jira
    webhooks = True

    @classmethod
    def setUpClass(cls):
        cls.world = Trackers([relayed(GitHub), cls.jira_kind], webhooks=cls.webhooks)
        cls.github, cls.jira = cls.world.trackers
        cls.jira.act("alice", "project", type_key="service_desk")

    @classmethod
    def tearDownClass(cls):
        cls.github.relay.close()
        cls.world.close()

    def hear(self):
        """Without webhooks somebody has to ask."""
        if not self.webhooks:
            self.world.sync_all()
        self.world.settle()

    def create(self, title, **fields):
        return self.jira.act("alice", "create", summary=title, **fields)["issue"]["key"]

    def comment(self, there, body, **more):
        return self.jira.act("alice", "comment", there, body=body, **more)["comment"]["id"]

    def ticket(self, there):
        def shown():
            self.hear()
            return self.world.ticket_of(there, "jira")
        return wait_for(shown, there)

    def comments(self, there, count):
        """Privacy by text, once there are so many."""
        return wait_for(lambda: len(self.ticket(there).get("comments", [])) == count and {
            one["body"]: one["privacy"] for one in self.ticket(there)["comments"]}, "%d comments" % count)

    def shared(self, title):
        """An issue that GitHub has too: its key in Jira, its ticket's, and GitHub's."""
        there = self.create(title)
        key = self.ticket(there)["key"]
        return there, key, wait_for(lambda: self.world.key_in(self.github, key), title)

    def assert_nothing_left(self):
        self.hear()
        self.world.sync_all()
        self.assertNotIn(CANARY.encode(), self.github.relay.sent())

    def waits(self, key):
        return [one for one in self.world.call("status").get("waits", []) if key in one["what"].split()]


class FromTheBeginning(RestrictedCase):
    def test_restricted_issue_stays_here_with_its_comments(self):
        there = self.create("Secured " + CANARY, security="Staff only", description=CANARY)
        self.comment(there, "Said " + CANARY)
        self.comments(there, 1)
        ticket = self.ticket(there)
        self.assertEqual([ticket["privacy"], ticket["comments"][0]["privacy"]], ["local_only", "local_only"])
        self.assertTrue(ticket["mappings"][0]["restricted"])
        self.assertEqual([one["project"] for one in ticket["mappings"]], ["jira"])
        self.assert_nothing_left()
        self.jira.act("alice", "edit", there, description="Edited " + CANARY)
        wait_for(lambda: "Edited" in self.ticket(there)["fields"]["body"], "the edit here")
        self.assert_nothing_left()

    def test_restricted_comments_stay_here_and_others_go(self):
        there, _, number = self.shared("Talked about")
        self.comment(there, "For staff " + CANARY, **STAFF)
        self.comment(there, "Internal " + CANARY, **INTERNAL)
        self.comment(there, "For all")
        self.assertEqual(self.comments(there, 3), {"For staff " + CANARY: "local_only", "Internal " + CANARY: "local_only",
                                                   "For all": "shareable"})
        wait_for(lambda: self.hear() or any("For all" in one for one in self.github.look(number)["comments"]), "the comment for all")
        self.assert_nothing_left()
        self.assertEqual(len(self.github.look(number)["comments"]), 1)


class FromTheBeginningByList(FromTheBeginning):
    webhooks = False


class FromTheBeginningInDataCenter(FromTheBeginning):
    jira_kind = JiraDataCenter


class FromTheBeginningByListInDataCenter(FromTheBeginning):
    jira_kind = JiraDataCenter
    webhooks = False


class Later(RestrictedCase):
    def restricted_later(self, title):
        there, key, number = self.shared(title)
        self.jira.act("alice", "edit", there, security="Staff only")
        wait_for(lambda: self.ticket(there)["privacy"] == "local_only", "it to be private here")
        return there, key, number

    def said(self, there):
        """What is written there from now on, and known here."""
        self.jira.act("alice", "edit", there, description="Since then " + CANARY)
        self.comment(there, "And so " + CANARY)
        wait_for(lambda: CANARY in self.ticket(there)["fields"]["body"], "the text here")
        self.comments(there, 1)

    def test_restricted_later_nothing_more_leaves_and_a_person_is_told(self):
        there, key, number = self.restricted_later("Shared for a while")
        self.said(there)
        self.assert_nothing_left()
        self.assertEqual((self.github.look(number)["title"], self.github.look(number)["comments"]), ("Shared for a while", []))
        (told,) = self.waits(key)
        self.assertEqual(told["project"], "jira")
        self.assertIn("github", told["what"])
        self.assertTrue(told["next_step"].startswith("tandem ticket retract %s;" % key))
        self.assertEqual(len([one for one in self.world.call("status", project="jira")["waits"] if key in one["what"]]), 1)
        self.assertEqual(self.world.sql("select actor, detail ->> 'project' from audit where action = 'ticket.restricted' and subject "
                                        "= '%s'" % key), [["tandem", "jira"]])
        events = self.world.sql("select payload from event_log where type = 'tandem.v1.TicketUpdated' and payload ->> 'ticket' = '%s' and "
                                "payload -> 'names' = '[\"privacy\"]' and payload ->> 'privacy' = 'local_only'" % key)
        self.assertEqual(len(events), 1)
        self.world.call("ticket.retract", key=key, actor="user:carol")
        wait_for(lambda: self.github.look(number)["title"] == "Retracted", "the copy to be taken back")
        self.world.settle()
        self.assertEqual(self.waits(key), [])

    def test_restricted_no_more_it_stays_private_until_somebody_shares_it(self):
        there, key, number = self.restricted_later("Shared, then not, then again")
        self.said(there)
        self.jira.act("alice", "edit", there, security=None)
        wait_for(lambda: not self.ticket(there)["mappings"][-1].get("restricted"), "the restriction's end")
        self.assertEqual(self.ticket(there)["privacy"], "local_only")
        self.assert_nothing_left()
        self.world.call("ticket.edit", key=key, set={"body": "Fit for all"}, actor="user:carol")
        self.world.call("ticket.share", key=key, privacy="shareable", actor="user:carol")
        wait_for(lambda: self.github.look(number)["body"] == "Fit for all", "the text in GitHub")
        self.assertEqual(self.waits(key), [])
        self.assert_nothing_left()  # what was said meanwhile was private
        self.jira.act("alice", "edit", there, security="Management")
        wait_for(lambda: self.ticket(there)["privacy"] == "local_only", "it to be private once more")

    def test_restricted_and_shared_by_a_person_it_stays_shared(self):
        there, key, number = self.restricted_later("Shared all the same")
        self.world.call("ticket.share", key=key, privacy="shareable", actor="user:carol")
        self.jira.act("alice", "edit", there, description="Everybody may read this")
        wait_for(lambda: self.hear() or self.github.look(number)["body"] == "Everybody may read this", "the text in GitHub")
        self.jira.act("alice", "edit", there, security="Management")  # no more restricted than before
        self.comment(there, "For those who may see it " + CANARY)
        self.assertEqual(self.comments(there, 1), {"For those who may see it " + CANARY: "local_only"})
        self.assertEqual(self.ticket(there)["privacy"], "shareable")
        self.assert_nothing_left()

    def check_comment(self, title, **restriction):
        there, _, number = self.shared(title)
        comment = self.comment(there, "Too much said")
        wait_for(lambda: self.hear() or len(self.github.look(number)["comments"]) == 1, "the comment in GitHub")
        self.jira.act("alice", "edit_comment", there, comment_id=comment, **restriction)
        wait_for(lambda: self.comments(there, 1) == {"Too much said": "local_only"}, "it to be private here")
        key = self.ticket(there)["comments"][0]["key"]
        self.assertEqual(len(self.waits(key)), 1)
        self.jira.edit_comment("alice", there, comment, "Even more " + CANARY)
        self.comments(there, 1)
        self.assert_nothing_left()
        self.world.call("ticket.retract", key=key, actor="user:carol")
        wait_for(lambda: self.github.look(number)["comments"] == [], "the copy to be deleted")
        self.world.settle()
        self.assertEqual(self.waits(key), [])

    def test_restricted_later_comment_for_one_role(self):
        self.check_comment("Said to all", **STAFF)

    def test_restricted_later_comment_made_internal(self):
        self.check_comment("Said to customers", **INTERNAL)

    def test_restricted_comment_stays_restricted_when_it_is_edited_from_here(self):
        there, _, _ = self.shared("Edited from here")
        self.comment(there, "Staff, note", **STAFF)
        self.comments(there, 1)
        key = self.ticket(there)["comments"][0]["key"]
        self.world.call("ticket.share", key=key, privacy="shareable", actor="user:carol")
        self.world.call("ticket.edit", key=key, set={"body": "Staff, note well"}, actor="user:carol")
        (shown,) = wait_for(lambda: [one for one in self.jira.issue(there)["fields"]["comment"]["comments"]
                                     if "well" in str(one["body"])], "the edit there")
        self.assertEqual(shown["visibility"]["value"], "Administrators")


class LaterByList(Later):
    webhooks = False


class LaterInDataCenter(Later):
    jira_kind = JiraDataCenter


class JsonTrackers(unittest.TestCase):
    """A tracker that its mapping tells of, by webhooks and lists."""

    def test_restricted_in_a_mapped_tracker_it_stays_here(self):
        with Trackers([relayed(GitHub), JsonTracker]) as world:
            github, other = world.trackers
            self.addCleanup(github.relay.close)
            other.create("alice", title="Internal " + CANARY, internal=True)
            number = other.create("alice", title="For all")
            other.act("alice", "comment", other.row(number)["id"], body="Internal " + CANARY, internal=True)
            other.comment("alice", number, "For all, too")
            key, (there, _) = world.everywhere(other, number)
            wait_for(lambda: len(github.look(there)["comments"]) == 1, "the comment for all")
            world.sync_all()
            privacies = world.sql("select fields ->> coalesce(case kind when 'ticket' then 'title' end, 'body'), privacy from item order by 1")
            self.assertEqual(privacies, [["For all", "shareable"], ["For all, too", "shareable"],
                                         ["Internal " + CANARY, "local_only"], ["Internal " + CANARY, "local_only"]])
            other.edit("alice", number, internal=True, title="No longer for all " + CANARY)
            wait_for(lambda: world.call("ticket.get", key=key)["privacy"] == "local_only", "it to be private here")
            world.sync_all()
            self.assertNotIn(CANARY.encode(), github.relay.sent())


class BornRestricted(RestrictedCase):
    def test_restricted_copy_of_ours_is_kept_in_step_and_what_is_said_there_stays(self):
        """A project of Jira may give each new issue a level: it is a person's word that these tickets go there."""
        self.jira.act("alice", "project", security="Staff only")
        self.addCleanup(self.jira.act, "alice", "project", security=None)
        number = self.github.create("bob", title="From GitHub")
        key, (_, there) = self.world.everywhere(self.github, number)
        self.assertIsNotNone(self.jira.issue(there)["fields"]["security"])
        self.comment(there, "Among us " + CANARY)
        self.assertEqual(self.comments(there, 1), {"Among us " + CANARY: "local_only"})
        self.assert_nothing_left()
        self.github.edit("bob", number, title="From GitHub still")
        wait_for(lambda: self.jira.look(there)["title"] == "From GitHub still", "the edit in Jira")
        self.assertEqual(self.world.call("ticket.get", key=key)["privacy"], "shareable")


if __name__ == "__main__":
    tap.main(__name__)
