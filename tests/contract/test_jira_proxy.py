#!/usr/bin/python3
"""A whole sync of Jira Cloud through a validating proxy: reads, writes, comments, transitions, people."""

import json
import os
import sys
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", name) for name in ("harness", "sandbox")]
import prism  # noqa: E402
import tap  # noqa: E402
from jira_client import CLOUD_ID  # noqa: E402
from jira_world import JiraWorld  # noqa: E402
from world import wait_for  # noqa: E402

CONTRACT = "jira-cloud.openapi.json"
MARKDOWN = "Steps\n=====\n\n* one\n* *two* and `three`\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSee [docs](https://example.com)."


class JiraProxy(unittest.TestCase):
    def setUp(self):
        reason = prism.missing(CONTRACT)
        if reason:
            self.skipTest(reason)

    def start(self, base="", **environment):
        world = JiraWorld(60, environment={"TANDEM_ALLOW_HOSTS": "127.0.0.1", **environment})
        self.addCleanup(world.close)
        proxy = prism.Prism(CONTRACT, world.sandbox.url, world.folder, base)
        self.addCleanup(proxy.close)
        return world, proxy

    def check(self, proxy):
        self.assertEqual(proxy.violations(), [], "\n".join(proxy.lines()[-20:]))

    def test_jira_proxy_sees_no_violation_either_way(self):
        world, proxy = self.start()
        world.connect(base_url=proxy.url)
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        self.write(world)
        self.write_several(world)
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        self.check(proxy)
        self.assertLessEqual({"get", "post", "put"}, proxy.methods())
        self.assertTrue([line for line in proxy.lines() if "/issue/bulk" in line and "bulkfetch" not in line])

    def test_jira_proxy_sees_no_violation_by_an_app_with_webhooks(self):
        """OAuth: the gateway's paths, and webhooks that the app registers itself."""
        world, proxy = self.start("/ex/jira/" + CLOUD_ID, TANDEM_WEBHOOK_URL="https://hooks.example.com")
        secret = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}
        world.call("credential.put", name="app", kind="oauth", secret=json.dumps(secret), actor="user:test")
        world.call("credential.put", name="app.webhook", kind="webhook", secret=json.dumps({"secret": secret["client_secret"]}),
                   actor="user:test")
        world.connect(credential="app", webhook_credential="app.webhook", options=json.dumps({"gateway_url": proxy.url, "auth_url": world.sandbox.url,
                                                            "cloud_id": CLOUD_ID}))
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        wait_for(lambda: "webhook_registered" in world.processes["adapter-jira"].output(), "the webhook to be registered")
        self.check(proxy)
        self.assertTrue([line for line in proxy.lines() if "Forwarding" in line and "/webhook" in line])

    def write(self, world):
        key = world.call("ticket.new", project="rocket", actor="user:carol", fields={
            "title": "Made here", "body": MARKDOWN, "labels": ["one"], "status": "in_progress", "priority": "High",
            "due_date": "2026-01-31", "estimate": "3"})["key"]
        wait_for(lambda: world.call("ticket.get", key=key)["mappings"][0]["state"] == "linked", "the issue", 90)
        world.call("ticket.edit", key=key, actor="user:carol",
                   set={"title": "Edited", "body": MARKDOWN + "\n\nMore.", "status": "done", "customer_reference": "C-1"},
                   add={"labels": ["two"], "assignees": ["Alice Ångström"], "versions": ["1.1"]}, remove={"labels": ["one"]})
        world.call("ticket.comment", key=key, body="A *comment*", actor="user:carol")
        comment = wait_for(lambda: world.call("ticket.get", key=key).get("comments"), "the comment")[0]["key"]
        world.call("ticket.edit", key=comment, set={"body": "A comment, edited"}, actor="user:carol")
        world.settle(90)

    def write_several(self, world):
        """One call, in which Jira refuses one: it goes on without the field."""
        world.call("project.set_state", name="rocket", state="paused", actor="user:test")
        for number, version in enumerate(("1.1", "none such", "1.1")):
            world.call("ticket.new", project="rocket", actor="user:carol",
                       fields={"title": "Several %d" % number, "body": MARKDOWN, "versions": [version]})
        world.call("project.set_state", name="rocket", state="active", actor="user:test")
        world.settle(90)


if __name__ == "__main__":
    tap.main(__name__)
