#!/usr/bin/python3
"""The stand-in of Linear: credentials, OAuth, GraphQL's refusals, complexity, limits, faults, lag, state."""

import http.client
import os
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from linear import Linear  # noqa: E402
from stand_in import wait_until  # noqa: E402

VIEWER = "query Viewer { viewer { id displayName } }"
CREATE = "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id title } } }"
TITLES = "query Titles($first: Int) { issues(first: $first) { nodes { title } } }"
OAUTH = "client-1:hush:first-refresh=tandem-app"


def setUpModule():
    global linear
    linear = Linear("--issues", "60", "--token", "sandbox-token=tandem-bot", "--token", "member-key=mira:member",
                    "--oauth", OAUTH)


def tearDownModule():
    linear.stop()


def refresh(refresh_token, client_id="client-1", secret="hush", grant_type="refresh_token"):
    body = urllib.parse.urlencode({"grant_type": grant_type, "refresh_token": refresh_token, "client_id": client_id,
                                   "client_secret": secret}).encode()
    return linear.request("POST", "/oauth/token", body, {"Content-Type": "application/x-www-form-urlencoded"}, token=None)


class Credentials(unittest.TestCase):
    def test_key_goes_without_bearer(self):
        self.assertEqual(linear.ask(VIEWER)["viewer"]["displayName"], "tandem-bot")
        answer = linear.post_query(VIEWER, authorization="Bearer sandbox-token")
        self.assertEqual((answer.status, answer.json["errors"][0]["extensions"]["code"]), (400, "INPUT_ERROR"))

    def test_unknown_or_missing_credential_is_401(self):
        for word in ("nonsense", "Bearer nonsense", None):
            answer = linear.post_query(VIEWER, authorization=word)
            self.assertEqual((answer.status, answer.json["errors"][0]["extensions"]["code"]),
                             (401, "AUTHENTICATION_ERROR"))

    def test_suspended_user_is_401(self):
        linear.act("alice", "suspend_user", user="mira")
        self.assertEqual(linear.post_query(VIEWER, authorization="member-key").status, 401)
        linear.act("alice", "suspend_user", user="mira", active=True)
        self.assertEqual(linear.ask(VIEWER, authorization="member-key")["viewer"]["displayName"], "mira")

    def test_refresh_token_rotates_and_access_token_expires(self):
        first = refresh("first-refresh").json
        self.assertEqual(linear.ask(VIEWER, authorization="Bearer " + first["access_token"])["viewer"]["displayName"],
                         "tandem-app")
        self.assertEqual(linear.post_query(VIEWER, authorization=first["access_token"]).status, 401)
        again = refresh("first-refresh")
        self.assertEqual((again.status, again.json["error"]), (400, "invalid_grant"))
        linear.control("clock", {"advance_s": first["expires_in"] + 1})
        self.assertEqual(linear.post_query(VIEWER, authorization="Bearer " + first["access_token"]).status, 401)
        second = refresh(first["refresh_token"]).json
        linear.ask(VIEWER, authorization="Bearer " + second["access_token"])

    def test_refresh_by_a_wrong_client_is_refused(self):
        self.assertEqual(refresh("x", secret="wrong").status, 401)
        self.assertEqual(refresh("x", grant_type="password").json["error"], "unsupported_grant_type")

    def test_webhooks_are_for_administrators(self):
        query = "mutation W($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"
        fields = {"url": "http://127.0.0.1:1/", "allPublicTeams": True, "resourceTypes": ["Issue"]}
        answer = linear.post_query(query, {"input": fields}, authorization="member-key")
        self.assertEqual(answer.json["errors"][0]["extensions"]["type"], "forbidden")


class GraphQL(unittest.TestCase):
    def test_documents_that_do_not_fit_are_400(self):
        cases = (("{ viewer { id ", "GRAPHQL_PARSE_FAILED"), ("{ viewer { shoeSize } }", "GRAPHQL_VALIDATION_FAILED"),
                 ("query Q($a: String!) { issues(filter: {updatedAt: {gt: $a}}) { nodes { id } } }",
                  "GRAPHQL_VALIDATION_FAILED"),
                 ("query A { viewer { id } } query B { viewer { id } }", "OPERATION_RESOLUTION_FAILURE"),
                 ("subscription S { viewer { id } }", "OPERATION_RESOLUTION_FAILURE"))
        for query, code in cases:
            with self.subTest(query=query):
                answer = linear.post_query(query)
                self.assertEqual((answer.status, answer.json["errors"][0]["extensions"]["code"]), (400, code))

    def test_variables_that_do_not_fit_are_400(self):
        for given in ({}, {"input": None}, {"input": {"title": "x"}}, {"input": {"title": 1, "teamId": "ENG"}},
                      {"input": {"teamId": "ENG", "priority": "high"}}, {"input": {"teamId": "ENG", "nose": 1}}):
            with self.subTest(given=given):
                self.assertEqual(linear.refusal(CREATE, given, status=400)["extensions"]["code"], "BAD_USER_INPUT")

    def test_fragments_aliases_and_directives(self):
        query = """query Q($with: Boolean!) { a: viewer { ...Names } b: viewer { id ... on User { name @skip(if: $with) }
            displayName @include(if: $with) __typename } } fragment Names on User { displayName name }"""
        data = linear.ask(query, {"with": True})
        self.assertEqual(set(data["a"]), {"displayName", "name"})
        self.assertEqual(set(data["b"]), {"id", "displayName", "__typename"})
        self.assertEqual(data["b"]["__typename"], "User")

    def test_introspection_names_the_types(self):
        data = linear.ask("{ __schema { queryType { name } types { name } } }")
        self.assertIn("IssueCreateInput", [one["name"] for one in data["__schema"]["types"]])

    def test_one_failed_field_leaves_the_others(self):
        """`issue` may not be null, so all of data is null; the error names its path."""
        answer = linear.post_query('{ viewer { id } issue(id: "ENG-99999") { id } }')
        self.assertEqual((answer.status, answer.json["data"]), (200, None))
        self.assertEqual(answer.json["errors"][0]["path"], ["issue"])

    def test_data_and_errors_both_on_request(self):
        linear.control("partial_errors", {"next": 1})
        answer = linear.post_query(VIEWER)
        self.assertEqual((answer.status, answer.json["data"]["viewer"]["displayName"]), (200, "tandem-bot"))
        self.assertEqual(answer.json["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR")
        linear.ask(VIEWER)

    def test_other_addresses_and_bodies_are_refused(self):
        self.assertEqual(linear.get("/graphql").status, 404)
        headers = {"Authorization": "sandbox-token", "Content-Type": "application/json"}
        for body in (b"", b"[]", b'{"query": 1}', b"[" * 100000):
            self.assertEqual(linear.request("POST", "/graphql", body, headers, token=None).status, 400)


class Limits(unittest.TestCase):
    def tearDown(self):
        linear.control("limits", {"enabled": True, "requests": 5000, "complexity": 3_000_000})

    def points(self, query, **variables):
        return int(linear.post_query(query, variables).headers["x-complexity"])

    def test_complexity_is_a_tenth_a_property_one_an_object_times_the_page(self):
        self.assertEqual(self.points(VIEWER), 2)  # 1 + 0.2, rounded up
        self.assertEqual(self.points(TITLES, first=100), 110)
        self.assertEqual(self.points(TITLES), 55)
        nested = "query N { issues(first: 10) { nodes { id labels(first: 20) { nodes { name } } } } }"
        self.assertEqual(self.points(nested), 231)  # 10 × (1.1 + 20 × 1.1)

    def test_query_over_ten_thousand_points_is_refused(self):
        query = "query N { issues(first: 250) { nodes { id labels(first: 50) { nodes { name } } } } }"
        self.assertIn("too complex", linear.refusal(query, status=400)["message"])

    def stop_clock(self):
        """What drips into a bucket in an hour is not more on a slow machine."""
        linear.control("clock", {"stopped": True})
        self.addCleanup(linear.control, "clock", {"stopped": False})

    def test_headers_tell_what_is_left_and_when_it_is_full(self):
        self.stop_clock()
        linear.control("limits", {"requests": 100, "complexity": 1000})
        headers = linear.post_query(TITLES, {"first": 50}).headers
        self.assertEqual((headers["x-ratelimit-requests-limit"], headers["x-ratelimit-requests-remaining"]), ("100", "99"))
        self.assertEqual((headers["x-ratelimit-complexity-limit"], headers["x-ratelimit-complexity-remaining"]),
                         ("1000", "945"))
        ahead_ms = int(headers["x-ratelimit-requests-reset"]) - linear.control("clock")["epoch_s"] * 1000
        self.assertTrue(30_000 < ahead_ms <= 36_001, ahead_ms)

    def test_empty_bucket_is_400_ratelimited_and_refills(self):
        self.stop_clock()
        for kind in ("requests", "complexity"):
            linear.control("limits", {"requests": 360, "complexity": 720})
            linear.ask(VIEWER)
            linear.control("limits", {kind + "_remaining": 0})
            with self.subTest(kind=kind):
                self.assertEqual(linear.refusal(VIEWER, status=400)["extensions"]["code"], "RATELIMITED")
                linear.control("clock", {"advance_s": 60})
                linear.ask(VIEWER)

    def test_rate_limit_status_is_a_query(self):
        data = linear.ask("{ rateLimitStatus { limits { type remainingAmount allowedAmount } } }")
        self.assertEqual({one["type"] for one in data["rateLimitStatus"]["limits"]}, {"requests", "complexity"})


class Faults(unittest.TestCase):
    def tearDown(self):
        linear.control("faults", method="DELETE")
        linear.control("lag", {"ms": 0})

    def fault(self, **rule):
        linear.control("faults", rule)

    def count(self):
        return linear.control("health")["teams"]["ENG"]

    def test_fault_is_chosen_by_the_operation(self):
        self.fault(match={"query": "^Viewer$"}, fault="status", status=503)
        linear.ask(TITLES)
        self.assertEqual(linear.post_query(VIEWER).status, 503)
        linear.ask(VIEWER)

    def test_faults_before_the_change_change_nothing_and_after_it_do(self):
        for kind, more in (("reset_before", 0), ("reset_after_commit", 1), ("truncate", 1)):
            before = self.count()
            self.fault(match={"query": "Create"}, fault=kind)
            with self.subTest(kind=kind):
                with self.assertRaises((OSError, http.client.HTTPException, ValueError)):
                    linear.post_query(CREATE, {"input": {"title": kind, "teamId": "ENG"}}).json["data"]
                self.assertEqual(self.count() - before, more)

    def test_lag_hides_new_issues_from_lists_not_from_reading(self):
        linear.control("lag", {"ms": 60_000})
        made = linear.ask(CREATE, {"input": {"title": "late", "teamId": "ENG"}})["issueCreate"]["issue"]
        self.assertEqual(linear.ask("query I($id: String!) { issue(id: $id) { title } }", {"id": made["id"]}),
                         {"issue": {"title": "late"}})
        listed = "query L($id: ID) { issues(filter: {id: {eq: $id}}) { nodes { title } } }"
        self.assertEqual(linear.ask(listed, {"id": made["id"]})["issues"]["nodes"], [])
        linear.control("lag", {"ms": 0})
        self.assertEqual(len(linear.ask(listed, {"id": made["id"]})["issues"]["nodes"]), 1)

    def test_requests_are_counted_by_operation(self):
        linear.control("requests", method="DELETE")
        linear.ask(VIEWER)
        linear.ask(TITLES)
        linear.ask(TITLES)
        self.assertEqual(linear.control("requests")["counts"], {"Viewer": 1, "Titles": 2})


class State(unittest.TestCase):
    def test_state_survives_a_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ("--issues", "20", "--state", os.path.join(folder, "linear.json"), "--oauth", OAUTH)
            first = Linear(*arguments)
            made = first.ask(CREATE, {"input": {"title": "kept", "teamId": "ENG"}})["issueCreate"]["issue"]
            first.stop()
            second = Linear(*arguments)
            found = second.ask("query I($id: String!) { issue(id: $id) { title identifier } }", {"id": made["id"]})
            again = second.ask(CREATE, {"input": {"title": "next", "teamId": "ENG"}})["issueCreate"]["issue"]
            second.stop()
        self.assertEqual(found["issue"], {"title": "kept", "identifier": "ENG-21"})
        self.assertNotEqual(again["id"], made["id"])

    def test_same_seed_makes_the_same_data(self):
        query = "{ issues(first: 20, includeArchived: true) { nodes { id title description updatedAt } } }"
        answers = []
        for _ in range(2):
            other = Linear("--issues", "20", "--seed", "7")
            answers.append(other.ask(query))
            other.stop()
        self.assertEqual(answers[0], answers[1])

    def test_clock_moves(self):
        before = linear.control("clock")["epoch_s"]
        linear.control("clock", {"advance_s": 1000})
        wait_until(lambda: linear.control("clock")["epoch_s"] >= before + 1000, "the clock moved")


if __name__ == "__main__":
    tap.main(__name__)
