#!/usr/bin/python3
"""A whole sync through a validating proxy: every request of the adapter and every answer of the stand-in is checked against
GitHub's OpenAPI document by somebody else's validator (Prism). No violation, either way."""

import os
import re
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import ROOT, World, free_port, wait_for  # noqa: E402

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(os.path.dirname(ROOT), "shared", "contracts"))
CONTRACT = os.path.join(CONTRACTS, "github-issues.openapi.json")
PRISM = os.path.join(ROOT, "build", "npm", "node_modules", ".bin", "prism")
VIOLATION = re.compile(r"violation|terminated with error", re.IGNORECASE)


def missing():
    """Why this cannot run here, or None."""
    if not os.path.exists(CONTRACT):
        return "the contract %s is not here" % os.path.basename(CONTRACT)
    if not os.path.exists(PRISM):
        return "Prism is not below build/npm: ./dev test puts it there when npm is installed"
    return None


class Proxy:
    def __init__(self, upstream, log_file):
        self.port = free_port()
        self.log_file = log_file
        self.log = open(log_file, "wb")
        self.process = subprocess.Popen([PRISM, "proxy", "-p", str(self.port),
                                         "-h", "127.0.0.1", "--errors", CONTRACT, upstream], stdout=self.log, stderr=self.log)
        wait_for(self.answers, "the proxy", 90)
        self.skip = os.path.getsize(log_file)  # our own knocking is no call of the adapter

    def answers(self):
        try:
            urllib.request.urlopen("http://127.0.0.1:%d/user" % self.port, timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def lines(self):
        with open(self.log_file, "rb") as file:
            return file.read()[self.skip:].decode(errors="replace").splitlines()

    def close(self):
        self.process.terminate()
        self.process.wait()


class GithubProxy(unittest.TestCase):
    def test_github_proxy_sees_no_violation_either_way(self):
        reason = missing()
        if reason:
            self.skipTest(reason)
        world = World(("--issues", "60", "--no-limits"), environment={"TANDEM_ALLOW_HOSTS": "127.0.0.1"})
        self.addCleanup(world.close)
        proxy = Proxy(world.sandbox.url, os.path.join(world.folder, "proxy.log"))
        self.addCleanup(proxy.close)
        world.connect(base_url="http://127.0.0.1:%d" % proxy.port)
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        key = world.call("ticket.new", project="rocket", actor="user:carol",
                         fields={"title": "Made here", "body": "Text", "labels": ["bug"]})["key"]
        wait_for(lambda: world.call("ticket.get", key=key)["mappings"][0]["state"] == "linked", "the issue")
        world.call("ticket.edit", key=key, actor="user:carol", set={"title": "Edited", "status": "cancelled"},
                   add={"labels": ["wontfix"], "assignees": ["alice"]}, remove={"labels": ["bug"]})
        world.call("ticket.comment", key=key, body="A comment", actor="user:carol")
        wait_for(lambda: not world.call("status")["projects"][0].get("waiting"), "the writes")
        self.assertEqual(world.sync(deadline_s=120)["state"], "completed")
        self.assertEqual([line for line in proxy.lines() if VIOLATION.search(line)], [])
        written = {line.split("Forwarding")[1].split('"')[1] for line in proxy.lines() if "Forwarding" in line}
        self.assertLessEqual({"get", "post", "patch", "delete"}, written)


if __name__ == "__main__":
    tap.main(__name__)
