#!/usr/bin/python3
"""The stand-in of Jira against requests that no decent client sends: each is refused, none breaks it."""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import Jira, doc  # noqa: E402
from sandbox.jira.application import ROUTES  # noqa: E402

PREFIXES = {"api": "/rest/api/%s", "agile": "/rest/agile/1.0", "webhooks": "/rest/webhooks/1.0"}
SEGMENTS = {"key": ("ROCKET-1", "10003", "NO-1", "%00", "-", "ROCKET-"), "project": ("ROCKET", "10000", "x", "%2F"),
            "id": ("1", "10000", "x", "-1", "9" * 30), "type": ("10000", "x"), "property": ("p", "x" * 300),
            "board": ("1", "x"),
            "sprint": ("1", "99", "x")}
QUERIES = ("", "?startAt=x", "?maxResults=-1", "?startAt=999999999999999999999", "?fields=,,*all,-x&expand=,",
           "?jql=project%20in%20()",
           "?orderBy=x", "?query=%FF&username=%FF", "?accountId=x&project=x",
           "?nextPageToken=AAAA&jql=key%20is%20not%20empty",
           "?after=x", "?reconcileIssues=x&jql=id=1", "?maxResults=0&jql=key%20is%20not%20empty")
ODD = (None, True, 0, -1, 1.5, "", "x", [], [None], {}, {"id": None}, {"id": []}, {"key": 5}, [[]], "\x00",
       "x" * 70_000, {"set": 1}, doc("x"))
BODIES = (
    {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Bug"}, "summary": "x", "labels": ["a"],
                "priority": {"id": "1"},
                "description": doc("x"), "assignee": {"accountId": "x"}, "versions": [{"name": "1.0"}],
                "parent": {"key": "ROCKET-1"},
                "customfield_10016": 1, "customfield_10040": {"value": "Ground", "child": {"value": "Fuel"}},
                "customfield_10020": 1,
                "customfield_10032": [{"id": "10111"}], "customfield_10037": "2030-01-01", "customfield_10038": "x",
                "duedate": "x"},
     "update": {"components": [{"add": {"name": "Fuel"}}], "comment": [{"add": {"body": doc("x")}}]},
     "properties": [{"key": "p", "value": 1}], "transition": {"id": "21"}},
    {"jql": "project = ROCKET", "fields": ["summary"], "maxResults": 3, "startAt": 0, "expand": "names",
     "properties": ["p"],
     "nextPageToken": "x", "reconcileIssues": [10001]},
    {"body": doc("x"), "visibility": {"type": "role", "value": "x"}, "properties": [{"key": "p", "value": 1}]},
    {"type": {"name": "Blocks"}, "inwardIssue": {"key": "ROCKET-1"}, "outwardIssue": {"key": "ROCKET-2"},
     "comment": {"body": doc("x")}},
    {"issueIdsOrKeys": ["ROCKET-1"], "fields": ["summary"], "expand": ["names"], "properties": ["p"], "ids": [1],
     "issues": ["ROCKET-1"]},
    {"issueUpdates": [{"fields": {"summary": "x"}}], "name": "x", "projectId": 10000, "accountId": "x"},
    {"name": "h", "url": "http://127.0.0.1:9/x", "events": ["comment_created"],
     "filters": {"issue-related-events-section": ""},
     "enabled": False, "secret": "s"},
    {"grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret",
     "refresh_token": "x"})


def spoilt(rng, value):
    """The value with one part, at any depth, replaced by something odd."""
    if rng.random() < 0.25 or not isinstance(value, (dict, list)) or not value:
        return rng.choice(ODD)
    if isinstance(value, list):
        place = rng.randrange(len(value))
        return [spoilt(rng, one) if number == place else one for number, one in enumerate(value)]
    name = rng.choice(sorted(value))
    return {key: spoilt(rng, one) if key == name else one for key, one in value.items()}


class Hostile(unittest.TestCase):
    def run_against(self, jira, version):
        rng = random.Random(1)
        for route in ROUTES:
            for _ in range(25 if route.method == "GET" else 60):
                parts = route.template.strip("/").split("/")
                prefix = PREFIXES.get(parts[0])
                shown = [rng.choice(SEGMENTS[part[1:-1]]) if part.startswith("{") else part for part in parts]
                path = (prefix % version if "%" in prefix
                        else prefix) + "/" + "/".join(shown[1:]) if prefix else "/" + "/".join(shown)
                body = None if route.method == "GET" else spoilt(rng, rng.choice(BODIES))
                answer = jira.request(route.method, "/" + path + rng.choice(QUERIES), body)
                self.assertLess(answer.status, 500, "%s %s %s" % (route.method, path, str(body)[:500]))

    def test_hostile_requests_never_break_cloud(self):
        jira = Jira("--issues", "10", "--no-limits")
        try:
            self.run_against(jira, "3")
        finally:
            jira.stop()

    def test_hostile_requests_never_break_data_center(self):
        jira = Jira("--issues", "10", "--no-limits", data_center=True)
        try:
            self.run_against(jira, "2")
        finally:
            jira.stop()


if __name__ == "__main__":
    tap.main(__name__)
