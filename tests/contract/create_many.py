"""What every connector that creates several tickets at once must pass. Mixed into a TestCase like ConnectorContract, with

    refuse             fields that the tracker itself refuses, and the field that is then told
    fault_many(kind)   the next call for several fails so
    limit_many()       the next call for several is over the limit
    open_reader()      a connection that may not write
    many_calls         what 20 plain tickets cost, once the connection is warm
"""

from contract import create_ticket, marker

PUSH_MANY_MAX = 20


def creations(*all_fields):
    return [create_ticket(marker(), **fields) for fields in all_fields]


def titled(count, stem="one of several"):
    return creations(*({"title": "%s %d" % (stem, number)} for number in range(count)))


class CreateManyContract:
    def codes(self, answer):
        return [one.code for one in answer.outcomes]

    def titles_like(self, stem):
        return sorted(title for title in self.world_tickets().values() if title.startswith(stem))

    def find(self, creation):
        order = dict(creation["intent"], created_at_ms=self.now_ms() - 1000, first_sent_at_ms=self.now_ms() - 1000,
                     state="unknown", high_water="0")
        return self.driver.call("find", intent=order, marker=creation["payload"]["marker"])

    def warm(self):
        self.create(title="warm")

    def test_create_many_gives_what_push_gives_in_the_order_asked_for(self):
        self.warm()
        asked = titled(PUSH_MANY_MAX, "in order")
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok"] * PUSH_MANY_MAX)
        seen = [one.observation for one in answer.outcomes]
        self.assertEqual([one["fields"]["title"] for one in seen], [one["payload"]["set"]["title"] for one in asked])
        self.assertEqual(answer.calls, self.many_calls)
        fetched = [self.driver.fetch("ticket", one["external_id"]).observation for one in seen]
        self.assertEqual([one["fields"] for one in seen], [one["fields"] for one in fetched])
        self.assertEqual([one["version"] for one in seen], [one["version"] for one in fetched])
        self.assertEqual(len(self.titles_like("in order")), PUSH_MANY_MAX)

    def test_create_many_of_one_or_none(self):
        self.assertEqual(self.codes(self.driver.create_many(titled(1, "alone"))), ["ok"])
        answer = self.driver.create_many([])
        self.assertEqual((answer.outcomes, answer.calls), ([], 0))

    def test_create_many_one_refused_leaves_the_others(self):
        fields, field = self.refuse
        asked = creations({"title": "refused: first"}, dict(fields), {"title": "refused: third"})
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok", "rejected", "ok"])
        alone = self.driver.call("push", **create_ticket(marker(), **fields))
        self.assertEqual((alone.code, alone.field), ("rejected", field))
        self.assertEqual((answer.outcomes[1].field, bool(answer.outcomes[1].message)), (field, True))
        self.assertEqual(self.titles_like("refused: "), ["refused: first", "refused: third"])
        self.assertEqual([one.observation["fields"]["title"] for one in answer.outcomes[::2]],
                         ["refused: first", "refused: third"])

    def test_create_many_one_unknown_to_us_is_not_sent_and_leaves_the_others(self):
        asked = creations({"title": "unknown: first"}, {"title": "x", "flavour": "strawberry"}, {"title": "unknown: third"})
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok", "rejected", "ok"])
        self.assertEqual(self.titles_like("unknown: "), ["unknown: first", "unknown: third"])

    def test_create_many_all_refused(self):
        fields, field = self.refuse
        answer = self.driver.create_many(creations(fields, fields, fields))
        self.assertEqual([(one.code, one.field) for one in answer.outcomes], [("rejected", field)] * 3)

    def test_create_many_whose_answer_is_lost_after_the_effect_is_uncertain_and_found(self):
        for kind in ("reset_after_commit", "truncate", "garbage"):
            with self.subTest(kind=kind):
                self.warm()
                asked = titled(3, "lost by " + kind)
                self.fault_many(kind)
                self.assertEqual(self.codes(self.driver.create_many(asked)), ["uncertain"] * 3)
                found = [self.find(one) for one in asked]
                self.assertEqual([one.observation["fields"]["title"] for one in found],
                                 [one["payload"]["set"]["title"] for one in asked])
                self.assertEqual(len(self.titles_like("lost by " + kind)), 3)

    def test_create_many_whose_call_is_lost_before_the_effect_is_uncertain_and_not_found(self):
        self.warm()
        asked = titled(3, "never there")
        self.fault_many("reset_before")
        self.assertEqual(self.codes(self.driver.create_many(asked)), ["uncertain"] * 3)
        self.assertEqual([self.find(one).code for one in asked], ["gone"] * 3)
        self.assertEqual(self.titles_like("never there"), [])

    def test_create_many_that_is_limited_is_a_retry_of_each(self):
        self.warm()
        self.limit_many()
        answer = self.driver.create_many(titled(3, "limited"))
        self.assertEqual(self.codes(answer), ["retry"] * 3)
        self.assertEqual(answer.calls, 1)
        self.assertEqual(self.titles_like("limited"), [])

    def test_create_many_without_a_right_is_auth_or_rejected_and_makes_nothing(self):
        self.open_reader()
        answer = self.driver.create_many(titled(3, "forbidden"))
        self.assertEqual(len(set(self.codes(answer)) | {"rejected", "auth"}), 2)
        self.open()
        self.assertEqual(self.titles_like("forbidden"), [])
