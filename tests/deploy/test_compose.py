#!/usr/bin/python3
"""deploy/compose.yaml, run for real, by the commands of docs/docker.md: images that are built, the demo profile up to its finished first
synchronisation, containers that are killed while people work on both sides, an upgrade in place to an image of a registry, a backup that is
restored. Nothing is lost, nothing is there twice, and nobody sees another's secrets.

Needs root and Docker (apt-get install docker.io docker-compose)."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import docker_engine  # noqa: E402
import tap  # noqa: E402
from compose_installation import FIRST, PROFILES, SECOND, STARTED, Installation, wait_for  # noqa: E402

# What the NATS server tells of its stream to those on its own machine.
STREAM = """
import json, urllib.request
answer = json.load(urllib.request.urlopen("http://127.0.0.1:8222/jsz?streams=true", timeout=30))
print(json.dumps(answer["account_details"][0]["stream_detail"][0]["state"]))
"""
# What a tracker is answered to a delivery without a signature.
DELIVER = """
import ssl, sys, urllib.error, urllib.request
context = ssl.create_default_context(cadata=sys.argv[2])
request = urllib.request.Request(sys.argv[1], b"{}", {"Content-Type": "application/json", "X-GitHub-Event": "issues"})
try:
    print(urllib.request.urlopen(request, timeout=30, context=context).status)
except urllib.error.HTTPError as refused:
    print(refused.code, refused.read().decode())
"""


class Compose(Installation):
    def test_compose_confines_every_container(self):
        for service in (*STARTED, "postgres", "sandbox-github", "front", "nats"):
            about = self.inspect(service)
            self.assertRegex(about["Config"]["User"], r"^(65532:65532|999:999|101)$", service)
            self.assertTrue(about["HostConfig"]["ReadonlyRootfs"], service)
            self.assertFalse(about["HostConfig"]["Privileged"], service)
            self.assertTrue(about["HostConfig"]["Memory"] and about["HostConfig"]["PidsLimit"], service)
            with open("/proc/%d/status" % about["State"]["Pid"], encoding="ascii") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            self.assertEqual({int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}, {0}, service)
            self.assertEqual(status["NoNewPrivs"], "1", service)
            self.assertNotIn("0", status["Uid"].split(), service)

    def test_compose_demo_has_finished_its_first_synchronisation(self):
        self.assertEqual(self.state("demo")["ExitCode"], 0, self.logs())
        for said in (r"^\$ tandem connect linear --name engine ", r"^== A ticket made here turns up in GitHub$", r"^== The first synchronisation is finished"):
            self.assertRegex(self.demo_said, "(?m)" + said)
        projects = {row["project"]["name"]: row for row in self.surely("status")[0]["projects"]}
        for name in ("rocket", "company", "engine"):
            row = projects[name]
            self.assertEqual(row["project"]["state"], "active", name)
            self.assertGreater(row["tickets"], 10, name)
            self.assertGreater(row["last_sync_ms"], 0, name)
        for service in STARTED:
            wait_for(lambda name=service: self.state(name)["Health"]["Status"] == "healthy", service + " to be healthy")

    def test_compose_secrets_are_in_their_files_only(self):
        secrets = []
        for volume in ("postgres-secrets", "nats-secrets", "bridge-nats-secrets"):
            folder = json.loads(self.engine.out("volume", "inspect", "tandem-test_" + volume))[0]["Mountpoint"]
            for name in os.listdir(folder):
                if name.endswith("_password"):
                    with open(os.path.join(folder, name), encoding="ascii") as file:
                        secrets.append(file.read())
        self.assertEqual(sorted(map(len, secrets)), [48] * 5)
        shown = self.engine.out("inspect", *self.engine.out("ps", "-aq").split())
        shown += self.compose(*PROFILES, "logs", "--no-color").stdout + self.engine.out("history", "--no-trunc", FIRST)
        for secret in (*secrets, "PRIVATE KEY"):
            self.assertNotIn(secret, shown)

    def test_compose_logs_are_json_lines(self):
        for service in STARTED:
            lines = self.engine.out("logs", self.container(service)).splitlines()
            self.assertTrue(lines, service)
            for line in lines:
                self.assertIn("event", json.loads(line), service)

    def deliver(self, url):
        with open(self.engine.folder + "/certificates/fullchain.pem", encoding="ascii") as file:
            certificate = file.read()
        return self.engine.out("exec", self.container("sandbox-github"), "python3", "-c", DELIVER, url, certificate)

    def test_compose_front_hands_webhooks_to_adapters_and_nothing_else(self):
        wait_for(lambda: self.state("front")["Running"], "the front")
        for system in ("github", "jira", "linear"):
            direct = self.deliver("http://adapter-%s:7430/webhooks/rocket" % system)
            self.assertRegex(direct, r"^4\d\d ")
            self.assertEqual(self.deliver("https://front:8443/%s/webhooks/rocket" % system), direct)
        self.assertIn("nginx", self.deliver("https://front:8443/github/healthz"))

    def test_compose_a_tracker_is_connected(self):
        self.at_github("/_sandbox/seed", repo="acme/typed", issues=3)
        self.typist.read("Connect a tracker")
        self.surely("sync", "typed", "--wait")
        self.assertEqual(3, len(self.surely("ticket", "list", "--project", "typed")[0]["tickets"]))

    # the rows of "Rotate secrets"

    def forget(self, volume, name):
        """Removes a file of a volume, as an administrator."""
        self.engine.run("run", "--rm", "--volume", "tandem-test_%s:/volume" % volume, docker_engine.BASE, "rm", "/volume/" + name)

    def test_compose_data_keys_are_replaced(self):
        before = self.surely("credentials", "list")[0]
        self.typist.read_row("the data key")
        after = self.surely("credentials", "list")[0]
        self.assertEqual(len(after["keys"]), len(before["keys"]) + 1)
        self.assertEqual(len({row["key_id"] for row in after["credentials"]}), 1)
        self.assertNotEqual(after["credentials"][0]["key_id"], before["credentials"][0]["key_id"])

    def printed(self, service, program, *words):
        """What a program prints in a container of its own, as the last line; what Compose says of it is above."""
        return self.compose("run", "--rm", "-T", "--entrypoint", program, service, *words).stdout.splitlines()[-1]

    def certificates(self):
        """{of whom: its number}, of those that are good."""
        listed = json.loads(self.printed("init", "tandem", "certs", "list", "--json"))
        return {row["name"]: row["serial"] for row in listed["certificates"] if row["state"] == "good"}

    def test_compose_certificates_are_renewed_and_revoked(self):
        before = self.certificates()
        self.typist.read_row("certificates")
        renewed = self.certificates()
        self.assertFalse([name for name in before if before[name] == renewed[name]])
        self.typist.read_row("a certificate that somebody else has")
        self.assertNotEqual(renewed["adapter-github"], self.certificates()["adapter-github"])
        title = "made after its certificate was revoked"
        self.surely("ticket", "new", "--title", title, "--project", "rocket", "--privacy", "shareable")
        self.both_sides_have([title], "what an adapter with a new certificate sent")

    def test_compose_passwords_are_replaced(self):
        self.forget("bridge-nats-secrets", "nats_password")
        self.forget("nats-secrets", "reader_password")
        self.typist.read_row("the passwords of the NATS server")
        self.surely("ticket", "new", "--title", "after the NATS server's passwords were replaced")
        self.nats_has_all_events()
        self.forget("postgres-secrets", "store_password")
        self.compose("run", "--rm", "init")
        password = self.printed("init", "cat", "/bundles/postgres/store_password")
        self.compose("exec", "-T", "postgres", "psql", "-U", "postgres", "-c", "alter role tandem_store password '%s'" % password, "tandem")
        self.typist.read_row("the store's password")
        wait_for(lambda: self.state("store")["Health"]["Status"] == "healthy", "the store to be healthy")
        self.surely("status")

    def nats_has_all_events(self):
        """Message n is event n, so a stream that ends where the log does has them all."""
        def ends():
            head = self.compose("exec", "-T", "postgres", "psql", "-U", "postgres", "-At", "-c", "select max(sequence) from event_log", "tandem")
            done = subprocess.run(["nsenter", "--net", "--target", str(self.state("nats")["Pid"]), sys.executable, "-c", STREAM],
                                  capture_output=True, text=True, check=False)
            return json.loads(done.stdout or "{}").get("last_seq", -1) >= int(head.stdout)
        wait_for(ends, "the whole event log in NATS")

    def test_compose_bridge_brings_the_event_log_to_nats(self):
        self.typist.read("Events in NATS")
        self.assertEqual(48, len(self.typist.file("reader.password")))
        self.assertRegex(self.typist.file("nats-ca.pem"), r"\A-----BEGIN CERTIFICATE-----\n[^\r]+\n-----END CERTIFICATE-----\n\Z")
        self.nats_has_all_events()
        self.kill("nats")
        wait_for(lambda: self.tandem("ticket", "new", "--title", "after NATS was killed"), "a ticket")
        self.nats_has_all_events()

    def test_compose_survives_kills_and_an_upgrade(self):
        mine = ["made here %d" % number for number in range(4)]
        theirs = ["made there %d" % number for number in range(4)]
        for title in mine:
            self.assertTrue(self.tandem("ticket", "new", "--title", title, "--project", "rocket", "--privacy", "shareable"))
        self.kill("adapter-github")
        numbers = [self.create_at_github(title) for title in theirs]
        self.kill("store")
        self.both_sides_have(mine + theirs, "what was made while processes died")
        keys = self.tickets()
        self.surely("ticket", "edit", keys[mine[0]][0], "--title", "edited here")
        self.edit_at_github(numbers[0], "edited there")
        self.kill("postgres")
        self.both_sides_have(["edited here", "edited there", *mine[1:], *theirs[1:]], "what was edited while the database died")
        count = len(self.all_tickets())

        self.surely("ticket", "edit", keys[mine[1]][0], "--title", "edited during the upgrade")
        self.typist.read("Upgrade", until="pull", TANDEM_IMAGE="tandem:built-anew")
        self.assertTrue(self.engine.out("image", "inspect", "--format", "{{.Id}}", "tandem:built-anew"))
        self.typist.read("Upgrade", TANDEM_IMAGE=self.published[SECOND], POSTGRES_IMAGE=self.published["postgres-stand-in"])
        self.compose("--profile", "nats", "up", "-d", image=self.published[SECOND])
        for service in STARTED:
            self.assertEqual(self.inspect(service)["Config"]["Labels"]["org.opencontainers.image.revision"], "second", service)
        self.edit_at_github(numbers[1], "edited after the upgrade")
        self.both_sides_have(["edited during the upgrade", "edited after the upgrade", "edited here", "edited there",
                              *mine[2:], *theirs[2:]], "the same, after an upgrade")
        self.assertEqual(len(self.all_tickets()), count)
        self.nats_has_all_events()
        here, there = self.tickets(), self.issues()
        self.assertFalse([title for title in mine[:2] + theirs[:2] if here[title] or there[title]])

    def test_compose_the_document_restores_what_it_backed_up(self):
        """Into an installation that is as empty as another machine's. Last, because it takes the others' away."""
        before = {row["key"]: row["fields"] for row in self.all_tickets()}
        self.typist.read("Back up and restore", until="up -d postgres")
        self.compose(*PROFILES, "rm", "--stop", "--force", "front", "bridge-nats", "nats")
        self.engine.run("rm", "--force", self.shell)
        self.typist.read("Try it")
        self.assertEqual("", self.engine.out("volume", "ls", "-q", "--filter", "name=tandem-test_"))
        self.typist.read("Back up and restore")
        self.typist.read("Run it")
        type(self).shell = self.compose("run", "-d", "--rm", "--entrypoint", "sleep infinity", "tandem").stdout.split()[-1]
        self.assertEqual(before, {row["key"]: row["fields"] for row in self.all_tickets()})
        keys = self.compose("run", "--rm", "-T", "--entrypoint", "cat", "init", "/var/lib/tandem/keys/data.key").stdout
        self.assertIn(self.typist.file("data.key").strip(), keys)
        self.assertEqual([], self.typist.untyped())


if __name__ == "__main__":
    tap.main(__name__)
