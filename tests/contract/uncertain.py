"""What a connector must pass that looks for its markers after an answer was lost. Mixed into a TestCase like
ConnectorContract, with

    creations          by kind, the paths of the requests that create one
    update_method      how a ticket is updated
"""

from contract import create_ticket, intent, marker, payload


class UncertainContract:
    def lose(self, kind="ticket", fault="reset_after_commit", ids=None, **fields):
        """A creation whose answer is lost; returns its intent and marker."""
        op, order = marker(), intent("create", kind, created_at_ms=self.now_ms(), **(ids or {}))
        self.fault(fault, "POST", path=self.creations[kind])
        answer = self.driver.call("push", intent=order, payload=payload(fields, marker=op))
        self.assertEqual(answer.code, "uncertain", answer)
        return order, op

    def titled(self, title):
        return [number for number, one in self.world_tickets().items() if one == title]

    def test_find_after_a_lost_answer(self):
        for fault in ("reset_after_commit", "status_after_commit", "truncate", "garbage"):
            with self.subTest(fault=fault):
                order, op = self.lose(title="lost by " + fault, fault=fault)
                found = self.driver.call("find", intent=order, marker=op)
                self.assertEqual(found.code, "ok", found)
                self.assertEqual([found.observation["external_id"]], self.titled("lost by " + fault))

    def test_find_takes_the_lowest_of_two(self):
        op, now = marker(), self.now_ms()
        first = self.create(op, title="twin")["external_id"]
        self.create(op, title="twin")
        order = intent("create", "ticket", created_at_ms=now)
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["external_id"], first)

    def test_find_of_a_comment(self):
        number = self.create(title="commented")["external_id"]
        order, op = self.lose("comment", ids={"parent_external_id": number}, body="lost words")
        found = self.driver.call("find", intent=order, marker=op)
        self.assertEqual(found.observation["fields"], {"body": "lost words"})
        self.assertEqual(self.driver.call("find", intent=order, marker=marker()).code, "gone")

    def test_update_whose_answer_is_lost_is_uncertain_and_shows_in_a_look(self):
        number = self.create(title="before")["external_id"]
        self.fault("reset_after_commit", self.update_method)
        answer = self.push("update", "ticket", {"external_id": number}, set_={"title": "after"})
        self.assertEqual(answer.code, "uncertain")
        self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["title"], "after")

    def test_update_of_a_deleted_ticket_is_gone(self):
        number = self.create(title="doomed")["external_id"]
        self.gone(number)
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")

    def test_nothing_was_sent_is_retry(self):
        self.open(base_url="http://127.0.0.1:1")
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "retry")
