#!/usr/bin/python3
"""A whole sync of GitHub through a validating proxy: no violation, either way."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import prism  # noqa: E402
import tap  # noqa: E402
from world import World, wait_for  # noqa: E402

CONTRACT = "github-issues.openapi.json"


class GithubProxy(unittest.TestCase):
    def test_github_proxy_sees_no_violation_either_way(self):
        reason = prism.missing(CONTRACT)
        if reason:
            self.skipTest(reason)
        world = World(("--issues", "60", "--no-limits"), environment={"TANDEM_ALLOW_HOSTS": "127.0.0.1"})
        self.addCleanup(world.close)
        proxy = prism.Prism(CONTRACT, world.sandbox.url, world.folder)
        self.addCleanup(proxy.close)
        world.connect(base_url=proxy.url)
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        key = world.call("ticket.new", project="rocket", actor="user:carol",
                         fields={"title": "Made here", "body": "Text", "labels": ["bug"]})["key"]
        wait_for(lambda: world.call("ticket.get", key=key)["mappings"][0]["state"] == "linked", "the issue")
        world.call("ticket.edit", key=key, actor="user:carol", set={"title": "Edited", "status": "cancelled"},
                   add={"labels": ["wontfix"], "assignees": ["alice"]}, remove={"labels": ["bug"]})
        world.call("ticket.comment", key=key, body="A comment", actor="user:carol")
        wait_for(lambda: not world.call("status")["projects"][0].get("waiting"), "the writes")
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        self.assertEqual(proxy.violations(), [])
        self.assertLessEqual({"get", "post", "patch", "delete"}, proxy.methods())


if __name__ == "__main__":
    tap.main(__name__)
