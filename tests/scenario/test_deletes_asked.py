#!/usr/bin/python3
"""What is asked because something is gone, and then moves: a decision takes along nothing that its maker did not see."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from deletes_world import Shared  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Asked(Shared):
    def get(self, key):
        return self.world.call("ticket.get", key=key)

    def edit(self, key, actor="user:dora", **fields):
        self.world.call("ticket.edit", key=key, set=fields, actor=actor)

    def resolve(self, conflict, choice):
        self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:carol")

    def unplanned(self, do):
        """Does it while nobody plans, so that all of it is planned together."""
        self.world.processes["conflict"].kill()
        do()
        self.world.start("conflict")
        self.world.settle()

    def states(self, key):
        found = self.world.call("conflict.list", ticket=key)["conflicts"]
        return sorted((one["id"], one["state"]) for one in found if one["kind"] == "deleted_vs_edited")

    def deleted(self, place=0, **fields):
        """A ticket that is gone in one tracker: its key, its keys there, and the question."""
        key, keys = self.fresh(self.trackers[1 - place])
        if fields:
            self.edit(key, **fields)
            self.world.settle()
        self.trackers[place].delete("erin", keys[place])
        return key, keys, self.the_conflict(key)

    def test_deletes_question_tells_what_the_ticket_holds(self):
        key, _, conflict = self.deleted(labels=["pump"], body="It leaks.")
        held = conflict["local"]
        self.assertEqual((held["ticket"], held["title"], held["labels"], held["body"]), ("open", "Deleting", ["pump"], "It leaks."))
        self.assertEqual(conflict["external"], {"ticket": "deleted"})
        self.decide(conflict, "external")

    def test_deletes_question_is_another_when_the_ticket_is_edited(self):
        for fields in ({"title": "Still wanted"}, {"body": "Not done yet."}, {"labels": ["urgent"]}, {"status": "in_progress"}):
            with self.subTest(**fields):
                key, _, seen = self.deleted()
                self.edit(key, **fields)
                self.world.settle()
                again = self.the_conflict(key)
                self.assertEqual(self.states(key), [(seen["id"], "superseded"), (again["id"], "open")])
                self.assertEqual(again["local_by"], "user:dora")
                for name, value in fields.items():
                    self.assertEqual(again["local"][name], value)
                with self.assertRaises(Refused):
                    self.resolve(seen, "external")
                self.decide(again, "external")
                self.assertEqual((self.get(key)["fields"]["status"], self.states(key)[1]), ("cancelled", (again["id"], "resolved")))

    def test_deletes_question_is_another_when_another_tracker_edits_the_ticket(self):
        key, keys, seen = self.deleted()
        self.trackers[1].edit("bob", keys[1], title="Wanted there")
        again = wait_for(lambda: [one for one in self.conflicts(key) if one["local"]["title"] == "Wanted there"], "the next question")[0]
        self.assertEqual(self.states(key), [(seen["id"], "superseded"), (again["id"], "open")])
        self.decide(again, "local")
        self.check_quiet()

    def test_deletes_decision_does_not_take_along_what_its_maker_did_not_see(self):
        """An edit that came before the decision was carried out."""
        for choice in ("local", "external"):
            with self.subTest(choice=choice):
                key, _, seen = self.deleted()

                def edit_and_decide():
                    self.edit(key, title="Still wanted")
                    self.resolve(seen, choice)
                self.unplanned(edit_and_decide)
                again = self.the_conflict(key)
                self.assertEqual(self.get(key)["fields"]["status"], "open")
                self.assertEqual(self.states(key), [(seen["id"], "superseded"), (again["id"], "open")])
                self.assertEqual(again["local"]["title"], "Still wanted")
                self.decide(again, choice)
                self.assertEqual(self.get(key)["fields"]["status"], "cancelled" if choice == "external" else "open")
                self.check_quiet()

    def test_deletes_edit_that_is_taken_back_is_no_other_ticket(self):
        key, _, seen = self.deleted()

        def there_and_back():
            self.edit(key, title="Still wanted")
            self.edit(key, title="Deleting")
            self.resolve(seen, "external")
        self.unplanned(there_and_back)
        self.assertEqual((self.get(key)["fields"]["status"], self.states(key)), ("cancelled", [(seen["id"], "resolved")]))

    def test_deletes_question_about_a_comment_is_another_when_it_is_edited(self):
        key, keys, ids = self.commented(self.trackers[0])
        self.trackers[2].delete_comment("erin", keys[2], ids[2])
        seen, comment = self.the_conflict(key), self.here(key)[0]["key"]

        def edit_and_decide():
            self.edit(comment, body="Said better.")
            self.resolve(seen, "external")
        self.unplanned(edit_and_decide)
        again = self.the_conflict(key)
        self.assertEqual(self.states(key), [(seen["id"], "superseded"), (again["id"], "open")])
        self.assertEqual((again["local"], again["local_by"]), ({"comment": "Said better."}, "user:dora"))
        self.decide(again, "local")
        wait_for(lambda: self.count(keys) == [1, 1, 1], "the comment to be everywhere")
        self.check_quiet()
        self.assertTrue(all("Said better." in one.look(there)["comments"][0] for one, there in zip(self.trackers, keys)))

    def test_deletes_decision_is_void_when_the_ticket_is_there_again(self):
        key, keys, seen = self.deleted(place=2)
        linear = self.trackers[2]

        def decide_and_restore():
            self.resolve(seen, "external")
            linear.restore("erin", keys[2])
            wait_for(lambda: self.world.sql("select count(*) from gone_item g join mapping m using (project_id, kind, external_id) join "
                                            "item i on i.id = m.item_id where 'T-' || i.number = '%s'" % key) == [["0"]], "the ticket to be seen")
        self.unplanned(decide_and_restore)
        self.assertEqual((self.states(key), self.get(key)["fields"]["status"]), ([(seen["id"], "superseded")], "open"))
        linear.edit("erin", keys[2], title="Back")
        wait_for(lambda: self.trackers[0].look(keys[0])["title"] == "Back", "an edit to travel")
        self.check_quiet()

    def test_deletes_of_one_ticket_in_two_trackers_are_decided_together(self):
        """What one decision does is in the way of the other only where they contradict each other."""
        for choices, status, left in ((("external", "external"), "cancelled", 0), (("local", "local"), "open", 0),
                                      (("external", "local"), "cancelled", 1)):
            with self.subTest(choices=choices):
                key, keys = self.fresh(self.trackers[1])
                for place in (0, 2):
                    self.trackers[place].delete("erin", keys[place])
                questions = wait_for(lambda: len(self.conflicts(key)) == 2 and sorted(self.conflicts(key), key=lambda one: one["project"]),
                                     "both questions")
                self.world.settle()

                def decide_both():
                    for question, choice in zip(questions, choices):
                        self.resolve(question, choice)
                self.unplanned(decide_both)
                self.assertEqual(self.get(key)["fields"]["status"], status)
                self.assertEqual(len(self.conflicts(key)), left)
                for question in self.conflicts(key):
                    self.assertEqual(question["local"]["ticket"], "cancelled")
                    self.decide(question, "local")
                gone = {one["project"]: one["state"] for one in self.get(key)["mappings"]}
                self.assertEqual(gone, {"github": "gone", "jira": "linked", "linear": "gone"})
                wait_for(lambda: self.trackers[1].look(keys[1])["status"] == self.trackers[1].local(self.trackers[1].external(status)),
                         "the one that is left")
                self.check_quiet()


if __name__ == "__main__":
    tap.main(__name__)
