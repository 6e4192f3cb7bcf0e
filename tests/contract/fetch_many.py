"""What every connector that fetches several tickets at once must pass. Mixed into a TestCase like ConnectorContract, with

    move(id)        a person moves a ticket out of the project
    break_one(id)   the next answer for several tickets does not show this one
"""

FETCH_MANY_MAX = 20


class FetchManyContract:
    many_calls = 1  # what 20 tickets cost

    def several(self, count):
        """Tickets of the world as a fetch of each shows them."""
        return [self.driver.fetch("ticket", number).observation for number in list(self.world_tickets())[:count]]

    def without_etag(self, seen):
        return {name: value for name, value in seen.items() if name != "etag"}

    def check(self, asked, expected, calls):
        answer = self.driver.fetch_many("ticket", asked)
        self.assertEqual(answer.code, "ok", answer)
        self.assertEqual([self.without_etag(one) for one in answer.observations],
                         [self.without_etag(one) for one in expected])
        self.assertEqual(answer.calls, calls)

    def test_fetch_many_gives_what_fetch_gives_in_the_order_asked_for(self):
        expected = self.several(FETCH_MANY_MAX)
        expected = expected[1::2] + expected[0::2]
        self.check([one["external_id"] for one in expected], expected, self.many_calls)

    def test_fetch_many_of_one_twice_gives_it_twice(self):
        first, other = self.several(2)
        self.check([one["external_id"] for one in (first, other, first)], [first, other, first],
                   min(self.many_calls, 2))

    def test_fetch_many_of_one_or_none(self):
        one, = self.several(1)
        self.check([one["external_id"]], [one], 1)
        self.check([], [], 0)

    def test_fetch_many_tells_which_are_gone_and_where_to(self):
        deleted, moved = self.add_ticket("to be deleted"), self.add_ticket("to be moved")
        self.gone(deleted)
        self.move(moved)
        here, = self.several(1)
        asked = [deleted, here["external_id"], moved]
        expected = [self.driver.fetch("ticket", number).observation for number in asked]
        self.assertEqual([one.get("gone") for one in expected], ["deleted", None, "transferred"])
        answer = self.driver.fetch_many("ticket", asked)
        self.assertEqual([self.without_etag(one) for one in answer.observations],
                         [self.without_etag(one) for one in expected])

    def test_fetch_many_asks_singly_for_one_that_failed(self):
        expected = self.several(4)
        self.break_one(expected[2]["external_id"])
        self.check([one["external_id"] for one in expected], expected, self.many_calls + 1)

    def test_fetch_many_of_what_is_no_id_is_rejected(self):
        self.assertEqual(self.driver.fetch_many("ticket", ["../x", "1"]).code, "rejected")
