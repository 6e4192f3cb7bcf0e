"""After an update whose answer was lost: what the tracker's history tells of it. A test module mixes `HistoryContract` into
a case of its connector and says:

    lose_answer()       the next write of an issue arrives, and its answer does not
    lose_request()      the next write of an issue does not arrive
    later()             some time goes by there
    person(id, fields)  somebody gives an issue these values, sets whole
    update              fields that an update is to set, and `before`, what they are before
    calls_of_history    what reading it costs

`label` and `other` are two labels that the tracker knows.
"""

import time

from contract import intent, payload


class HistoryContract:
    label, other = "a", "b"
    calls_of_history = 1

    def fetch(self, issue):
        return self.driver.fetch("ticket", issue).observation

    def uncertain(self, look, **parts):
        """Sends an update that is not answered; returns its intent as the look after it has it."""
        sent = intent("update", "ticket", external_id=look["external_id"])
        answer = self.driver.call("push", intent=sent, payload=payload(**parts), fresh=look)
        self.assertEqual(answer.code, "uncertain", answer)
        return dict(sent, state="unknown", doubted=payload(**parts), seen_version=look["version"],
                    first_sent_at_ms=int(time.time() * 1000) - 1000)

    def arrived(self, sent, calls=None):
        """What had arrived, with the issue as it is now."""
        answer = self.driver.call("history", intent=sent, seen=self.fetch(sent["external_id"]))
        self.assertEqual(answer.code, "ok", answer)
        self.assertEqual(answer.calls, self.calls_of_history if calls is None else calls)
        return answer.observation.get("arrived", {})

    def made(self, **fields):
        issue = self.create(**dict({"title": "one"}, **fields))["external_id"]
        self.later()
        return self.fetch(issue)

    def test_history_shows_a_label_that_arrived_and_was_taken_away(self):
        look = self.made(labels=[])
        self.lose_answer()
        sent = self.uncertain(look, add={"labels": [self.label, self.other]})
        self.person(sent["external_id"], labels=[self.other])
        self.assertEqual(sorted(self.arrived(sent)["labels"]), sorted([self.label, self.other]))

    def test_history_shows_a_label_that_was_removed_and_put_back(self):
        look = self.made(labels=[self.label, self.other])
        self.lose_answer()
        sent = self.uncertain(look, remove={"labels": [self.label]})
        self.person(sent["external_id"], labels=[self.label, self.other])
        self.assertEqual(self.arrived(sent)["labels"], [self.other])

    def test_history_shows_nothing_of_an_update_that_never_arrived(self):
        look = self.made(labels=[self.other], **self.before)
        self.lose_request()
        sent = self.uncertain(look, set_=self.update, add={"labels": [self.label]}, remove={"labels": [self.other]})
        self.person(sent["external_id"], title="touched")
        self.assertEqual(self.arrived(sent), {})

    def test_history_shows_nothing_from_before_the_look(self):
        look = self.made(labels=[])
        self.person(look["external_id"], labels=[self.label], title="two")
        self.person(look["external_id"], labels=[], title="one")
        self.later()
        look = self.fetch(look["external_id"])
        self.lose_request()
        sent = self.uncertain(look, set_={"title": "two"}, add={"labels": [self.label]})
        self.person(sent["external_id"], title="three")
        self.assertEqual(self.arrived(sent), {})

    def test_history_shows_what_was_set_and_taken_back(self):
        look = self.made(**self.before)
        self.lose_answer()
        sent = self.uncertain(look, set_=self.update)
        self.person(sent["external_id"], **self.before)
        self.assertEqual(self.arrived(sent), self.update)

    def test_history_says_nothing_of_what_is_there_and_of_what_was_not_sent(self):
        look = self.made(labels=[])
        self.lose_answer()
        sent = self.uncertain(look, set_={"title": "two"}, add={"labels": [self.label]})
        self.person(sent["external_id"], labels=[self.label, self.other])
        self.person(sent["external_id"], labels=[self.label])
        self.assertEqual(self.arrived(sent), {})
