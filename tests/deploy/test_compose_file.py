#!/usr/bin/python3
"""What can be seen of deploy/compose.yaml without an engine: every container is hardened and has its own secrets only."""

import collections
import os
import re
import sys
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402


class ComposeFile(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "deploy", "compose.yaml"), encoding="utf-8") as file:
            self.file = yaml.safe_load(file)
        self.services = self.file["services"]

    def test_file_has_no_name_that_old_versions_refuse(self):
        self.assertEqual({key for key in self.file if not key.startswith("x-")}, {"services", "networks", "volumes"})

    def test_file_hardens_every_container(self):
        for name, service in self.services.items():
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)
            self.assertTrue(service["mem_limit"] and service["pids_limit"], name)
            self.assertIn(service["restart"], ("unless-stopped", "on-failure", "no"), name)
            self.assertNotIn("cap_add", service, name)
            self.assertNotIn("privileged", service, name)

    def test_file_gives_each_program_its_own_secrets(self):
        users = collections.defaultdict(set)
        for name, service in self.services.items():
            for volume in service.get("volumes", ()):
                source = volume.split(":")[0]
                if source.endswith("-secrets") and name != "init":
                    users[source].add(name)
                    self.assertTrue(volume.endswith(":ro"), volume)
                self.assertFalse(source == "state" and name != "init", "the authority's key is init's alone")
        self.assertEqual(users.pop("cli-secrets"), {"tandem", "demo"})
        self.assertEqual({source: {source.removesuffix("-secrets")} for source in users}, users)

    def test_file_names_no_secret(self):
        for name, service in self.services.items():
            for variable in service.get("environment", {}):
                self.assertFalse(re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_(OWNER_)?URL", variable) and
                                 not variable.endswith("_FILE"), (name, variable))


if __name__ == "__main__":
    tap.main(__name__)
