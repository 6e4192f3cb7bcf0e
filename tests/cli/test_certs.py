#!/usr/bin/python3
"""Certificates of the bus and the verbs: who gets in, who may ask for what, renewing and revoking while everything runs.
`tandem up` in a temporary home; TANDEM_BIN says where the programs are (build/dev/bin if unset)."""

import datetime
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import unittest

import msgpack

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import BIN, House, wait_for, why_not  # noqa: E402
from verbs import Events, Refused, Verbs  # noqa: E402

TANDEM_DOCS = os.path.join(BIN, "tandem-docs")
REQUEST = msgpack.packb({"verb": "hello", "client": "nobody", "request": 1, "body": msgpack.packb({})})
GREETINGS = {"store_url": b"\0SP\0\0\x30\0\0" + struct.pack(">QI", len(REQUEST) + 4, 1 << 31) + REQUEST,
             "events_url": b"\0SP\0\0\x21\0\0"}
ROLES = {"cli": "cli", "scheduler": "scheduler", "conflict": "conflict", "adapter-github": "adapter"}


def callers():
    """Verb -> the roles that its table names."""
    text = subprocess.run([TANDEM_DOCS, "verbs"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^## (\S+)\n(?:.*\n)+?May be called by: (.*)\.$", text, re.MULTILINE)
    return {verb: set(re.sub(r" \([^)]*\)", "", roles).split(", ")) for verb, roles in found}


@unittest.skipIf(why_not(), why_not())
class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.house.start()
        with open(cls.house.home + "/run/endpoint.json", encoding="utf-8") as file:
            cls.urls = json.load(file)

    @classmethod
    def tearDownClass(cls):
        cls.house.run("down")
        cls.house.remove()

    # what tests say

    def tls(self, name):
        return os.path.join(self.house.home, "tls", name)

    def verbs(self, certificate):
        return Verbs(self.urls["store_url"], self.tls("ca.pem"), certificate)

    def own(self, name):
        return self.verbs(self.tls(name + ".pem"))

    def fine(self, *words):
        done = self.house.run(*words)
        self.assertEqual(done.code, 0, (words, done.err))
        return done

    def issue(self, name, *words):
        return os.path.join(self.fine("certs", "issue", name, *words).out.strip(), "certificate.pem")

    def listed(self):
        return {row["name"]: row for row in self.fine("certs", "list", "--json").json["certificates"]}

    def received(self, url, certificate):
        """What a peer gets from the store after the protocol's greeting, having asked who the store is: nothing, when it has no
        business there."""
        host, port = self.urls[url].removeprefix("tls+tcp://").split(":")
        context = ssl.create_default_context(cafile=self.tls("ca.pem"))
        if certificate:
            context.load_cert_chain(certificate)
        try:
            with socket.create_connection((host, int(port)), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as stream:
                    stream.sendall(GREETINGS[url])
                    return stream.recv(8)[8:] + stream.recv(1)
        except (ssl.SSLError, ConnectionError):
            return b""

    def assert_gets_nothing(self, certificate):
        for url in GREETINGS:
            self.assertEqual(self.received(url, certificate), b"", url)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def forge(self, name, *signer):
        """A certificate with the command line's subject that our authority has not signed."""
        key, certificate = (os.path.join(self.house.folder, name + end) for end in (".key", ".crt"))
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                     "/O=tandem/OU=cli/CN=cli", "-days", "30", "-keyout", key, "-out", certificate)
        if signer:
            request = os.path.join(self.house.folder, name + ".csr")
            self.openssl("req", "-new", "-key", key, "-subj", "/O=tandem/OU=cli/CN=cli", "-out", request)
            self.openssl("x509", "-req", "-in", request, "-CA", signer[0], "-CAkey", signer[0], "-CAcreateserial", "-days", "30",
                         "-out", certificate)
        with open(certificate, encoding="ascii") as file, open(key, encoding="ascii") as more:
            return self.house.file(name + ".pem", file.read() + more.read())

    # who gets in

    def test_certs_of_tandem_get_an_answer(self):
        """So that the tests that get none say something."""
        for url in GREETINGS:
            self.assertNotEqual(self.received(url, self.tls("cli.pem")), b"", url)

    def test_certs_without_one_nothing_is_heard(self):
        self.assert_gets_nothing(None)

    def test_certs_of_a_foreign_authority_get_nothing(self):
        self.assert_gets_nothing(self.forge("foreign"))

    def test_certs_signed_by_a_service_get_nothing(self):
        self.assert_gets_nothing(self.forge("forged", self.issue("signer", "--verbs", "all", "--events", "all")))

    def test_certs_of_the_store_is_not_for_dialling(self):
        self.assert_gets_nothing(self.tls("store.pem"))

    def test_certs_of_others_are_not_for_listening(self):
        """Whoever has a certificate cannot pretend to be the store."""
        text = subprocess.run(["openssl", "x509", "-in", self.tls("adapter-github.pem"), "-noout", "-text"], capture_output=True,
                              text=True, check=True).stdout
        self.assertIn("TLS Web Client Authentication", text)
        self.assertNotIn("TLS Web Server Authentication", text)

    # who may ask for what

    def test_certs_each_role_calls_its_verbs_and_no_other(self):
        table = callers()
        self.assertGreater(len(table), 40)
        for name, role in ROLES.items():
            verbs = self.own(name)
            for verb, allowed in table.items():
                if verb == "wait":
                    continue
                try:
                    verbs.call(verb)
                    refused = False
                except Refused as answer:
                    refused = "may not be called by" in answer.message
                self.assertEqual(refused, role not in allowed, (name, verb))

    def test_certs_an_adapter_gets_the_work_of_its_system_only(self):
        adapter = self.own("adapter-github")
        adapter.call("work.claim", system="github", worker="test")
        for verb, body in (("work.claim", {"system": "jira", "worker": "test"}), ("wait", {"system": "jira", "bells": ["work"]}),
                           ("work.claim", {"system": "", "worker": "test"})):
            with self.assertRaisesRegex(Refused, "is not for work of"):
                adapter.call(verb, **body)

    def test_certs_an_adapter_gets_the_credentials_of_its_system_only(self):
        person = self.own("cli")
        for system in ("github", "jira"):
            person.call("credential.put", name=system + "-key", kind="pat", secret='{"token":"x"}', actor="user:test")
            person.call("project.configure", actor="user:test", project={
                "name": "of-" + system, "system": system, "base_url": "https://127.0.0.1", "remote": "a/b", "state": "paused",
                "credential": system + "-key", "direction": "disabled", "strategy": "manual", "privacy_default": "shareable"})
        adapter = self.own("adapter-github")
        self.assertEqual(adapter.call("credential.get", name="github-key")["secret"], '{"token":"x"}')
        for name in ("jira-key", "nothing"):
            with self.assertRaises(Refused) as refused:
                adapter.call("credential.get", name=name)
            self.assertEqual(refused.exception.code, "gone")

    def project(self, name, system):
        person = self.own("cli")
        person.call("credential.put", name=name + "-key", kind="pat", secret='{"token":"x"}', actor="user:test")
        person.call("project.configure", actor="user:test", project={
            "name": name, "system": system, "base_url": "https://127.0.0.1", "remote": "a/" + name, "state": "paused",
            "credential": name + "-key", "direction": "disabled", "strategy": "manual", "privacy_default": "shareable"})

    def test_certs_an_adapter_uses_the_leases_of_its_system_only(self):
        self.project("leased", "jira")
        holder, other = self.own("adapter-jira"), self.own("adapter-github")
        lease = holder.call("credential.renew", name="leased-key", worker="test", generation=1)["lease"]
        for verb, body in (("work.release", {}), ("work.fail", {"code": "retry", "message": "x"}), ("observe", {"source": "list"}),
                           ("push.begin", {"intent_id": 1}), ("hook.report", {"state": "active"}), ("hook.deliveries", {}),
                           ("scan.page", {}), ("credential.renewed", {"secret": "{}"})):
            with self.assertRaisesRegex(Refused, "adapter-github.* is not for work of .jira", msg=verb):
                other.call(verb, lease=lease, **body)
        holder.call("credential.renewed", lease=lease, secret='{"token":"y"}')
        self.assertEqual(self.own("cli").call("credential.get", name="leased-key")["secret"], '{"token":"y"}')

    def test_certs_replies_are_for_who_asked(self):
        """Under the same name of a process, and the same number: neither gets what the other was told, nor takes its place."""
        one, other = (self.verbs(self.issue(name, "--verbs", "ticket.new")) for name in ("replied", "curious"))
        body = {"fields": {"title": "Whose?"}, "actor": "service:test"}
        other.client = one.client
        first = one.send("ticket.new", 1, body)
        self.assertNotEqual(other.send("ticket.new", 1, body)["key"], first["key"])
        other.send("ticket.new", 2, {**body, "fields": {"title": "Mine"}})
        self.assertEqual(one.send("ticket.new", 2, body)["fields"]["title"], "Whose?")
        self.assertEqual(one.send("ticket.new", 1, body), first)
        self.fine("certs", "renew", "replied")
        again = self.verbs(os.path.join(os.path.dirname(self.tls("")), "services", "replied", "certificate.pem"))
        again.client = one.client
        self.assertEqual(again.send("ticket.new", 1, body), first)

    def test_certs_a_service_does_what_it_was_granted(self):
        key = self.own("cli").call("ticket.new", fields={"title": "For a service"}, actor="user:test")["key"]
        service = self.verbs(self.issue("reader", "--verbs", "ticket.get"))
        self.assertEqual(service.call("ticket.get", key=key)["key"], key)
        for verb in ("ticket.list", "ticket.edit", "credential.get", "push.begin", "status"):
            with self.assertRaisesRegex(Refused, "does not grant|may not be called by"):
                service.call(verb)

    def test_certs_a_service_reads_the_events_it_was_granted(self):
        person = self.own("cli")
        key = person.call("ticket.new", fields={"title": "An event"}, actor="user:test")["key"]
        person.call("ticket.edit", key=key, set={"title": "Another"}, actor="user:test")
        service = self.issue("listener", "--events", "TicketUpdated")
        types = {event["type"] for event in self.verbs(service).call("events.read", after=0, limit=1000)["events"]}
        self.assertEqual(types, {"tandem.v1.TicketUpdated"})
        self.assertEqual(self.received("events_url", service), b"")
        self.assertEqual(self.verbs(self.issue("deaf", "--verbs", "events.read")).call("events.read", after=0, limit=10).get("events", []), [])

    def test_certs_a_service_with_all_events_hears_the_bus(self):
        service = self.issue("monitor", "--events", "all")
        events = Events(self.urls["events_url"], self.tls("ca.pem"), service)
        wait_for(lambda: "Heartbeat" in events.next_event()["type"], "a heartbeat")
        events.close()

    def test_certs_names_and_grants_are_checked(self):
        for words in (("cli", "--verbs", "all"), ("adapter-github", "--verbs", "all"), ("../cli", "--verbs", "all"), ("Crm", "--verbs", "all"),
                      ("crm",), ("crm", "--verbs", "push.begin"), ("crm", "--verbs", "no.verb"), ("crm", "--events", "NoEvent")):
            self.assertNotEqual(self.house.run("certs", "issue", *words).code, 0, words)
        self.assertNotIn("crm", self.listed())

    # renewing and revoking

    def test_certs_renewed_ones_are_taken_up_without_a_restart(self):
        before = self.listed()
        old_client = self.own("cli")
        old_client.call("hello")
        with open(self.tls("cli.pem"), encoding="ascii") as file:
            old = self.house.file("old_cli.pem", file.read())
        self.fine("certs", "renew", "--all")
        after = self.listed()
        for name in ("store", "cli", "conflict", "adapter-github"):
            self.assertNotEqual(before[name]["serial"], after[name]["serial"], name)
        context = ssl.create_default_context(cafile=self.tls("ca.pem"))
        context.load_cert_chain(self.tls("cli.pem"))
        host, port = self.urls["store_url"].removeprefix("tls+tcp://").split(":")
        with context.wrap_socket(socket.create_connection((host, int(port))), server_hostname="localhost") as stream:
            self.assertEqual(stream.getpeercert()["serialNumber"], after["store"]["serial"])
        old_client.call("hello")  # the old connection goes on
        self.verbs(old).call("hello")  # and so does a replica that has not got the new one yet
        self.fine("status")

    def test_certs_renewing_a_service_keeps_its_rights_and_the_old_one(self):
        path = self.issue("twice", "--verbs", "ticket.list")
        with open(path, encoding="ascii") as file:
            old = self.house.file("old.pem", file.read())
        self.assertIn("has a certificate", self.house.run("certs", "issue", "twice", "--verbs", "all").err)
        self.fine("certs", "renew", "twice")
        for certificate in (old, path):
            self.verbs(certificate).call("ticket.list")
        self.fine("certs", "revoke", "twice")
        for certificate in (old, path):
            self.assert_gets_nothing(certificate)
        self.assertIn("is revoked", self.house.run("certs", "renew", "twice").err)

    def test_certs_revoked_ones_are_cut_off_and_stay_out(self):
        certificate = self.issue("gone", "--verbs", "ticket.list", "--events", "all")
        service = self.verbs(certificate)
        service.call("ticket.list")
        events = Events(self.urls["events_url"], self.tls("ca.pem"), certificate)
        events.next_event()
        self.fine("certs", "revoke", "gone")
        with self.assertRaises(ConnectionError):
            while True:
                events.next_event()

        def is_cut_off():
            try:
                service.call("ticket.list")
            except (OSError, Refused):
                return True
        wait_for(is_cut_off, "the end of the connection")
        self.assert_gets_nothing(certificate)
        self.assertEqual(self.listed()["gone"]["state"], "revoked")
        self.fine("down")
        self.fine("up")
        self.assert_gets_nothing(certificate)
        self.verbs(self.tls("cli.pem")).call("hello")

    def test_certs_of_tandem_itself_can_be_revoked_and_made_anew(self):
        with open(self.tls("adapter-jira.pem"), encoding="ascii") as file:
            old = self.house.file("jira.pem", file.read())
        self.fine("certs", "revoke", "adapter-jira")
        self.assert_gets_nothing(old)
        self.assertEqual(self.listed()["adapter-jira"]["state"], "revoked")
        self.fine("certs", "renew")
        self.assertEqual(self.listed()["adapter-jira"]["state"], "good")
        self.own("adapter-jira").call("work.claim", system="jira", worker="test")
        self.assert_gets_nothing(old)

    def signed(self, subject, days, usage="clientAuth"):
        """Key and certificate that our authority signs, as it would have some time ago."""
        base = self.house.folder + "/signed"
        usage = self.house.file("signed.ext", "extendedKeyUsage=%s\n" % usage)
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout",
                     base + ".key", "-out", base + ".csr")
        self.openssl("x509", "-req", "-in", base + ".csr", "-CA", self.tls("ca.pem"), "-CAkey", self.tls("ca-key.pem"), "-extfile", usage,
                     "-CAcreateserial", "-days", str(days), "-out", base + ".crt")
        with open(base + ".crt", encoding="ascii") as one, open(base + ".key", encoding="ascii") as two:
            return one.read() + two.read()

    def test_certs_that_end_soon_are_renewed_and_ended_ones_are_refused(self):
        for days, state in ((20, "expiring"), (-1, "expired")):
            text = self.signed("/O=tandem/OU=adapter/CN=adapter-linear", days)
            with open(self.tls("adapter-linear.pem"), "w", encoding="ascii") as file:
                file.write(text)
            self.assertEqual(self.listed()["adapter-linear"]["state"], state)
            if state == "expired":
                self.assert_gets_nothing(self.tls("adapter-linear.pem"))
            self.fine("certs", "renew")
            self.assertEqual(self.listed()["adapter-linear"]["state"], "good")

    def short_lived(self, seconds):
        """A certificate of the command line that our authority signs for so long."""
        folder = os.path.join(self.house.folder, "short")
        os.mkdir(folder)
        for name, text in (("index", ""), ("serial", "7777\n"), ("usage", "extendedKeyUsage=clientAuth\n"), ("config", (
                "[ca]\ndefault_ca=it\n[it]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=any\n"
                "[any]\norganizationalUnitName=supplied\ncommonName=supplied\n") % (folder, folder, folder))):
            self.house.file("short/" + name, text)
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/OU=cli/CN=cli", "-keyout",
                     folder + "/key", "-out", folder + "/request")
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        self.openssl("ca", "-batch", "-notext", "-config", folder + "/config", "-cert", self.tls("ca.pem"), "-keyfile", self.tls("ca-key.pem"),
                     "-startdate", "20260101000000Z", "-enddate", end.strftime("%Y%m%d%H%M%SZ"), "-extfile", folder + "/usage", "-in",
                     folder + "/request", "-out", folder + "/certificate")
        with open(folder + "/certificate", encoding="ascii") as one, open(folder + "/key", encoding="ascii") as two:
            return self.house.file("short.pem", one.read() + two.read())

    def test_certs_whoever_is_connected_is_cut_off_when_its_certificate_ends(self):
        verbs = self.verbs(self.short_lived(4))
        verbs.call("hello")
        wait_for(lambda: self.is_cut_off(verbs), "the connection's end")

    @staticmethod
    def is_cut_off(verbs):
        try:
            verbs.call("hello")
        except OSError:
            return True
        return False

    def test_certs_of_the_silent_are_not_waited_for(self):
        """Connections that never come to the end of their handshake hold nothing for long."""
        peer, silent = self.own("cli"), []
        peer.call("hello")
        try:
            for number in range(200):
                for url in GREETINGS:
                    host, port = self.urls[url].removeprefix("tls+tcp://").split(":")
                    silent.append(socket.create_connection((host, int(port)), timeout=20))
                    silent[-1].sendall(b"\x16\x03\x01"[:number % 4])
            for one in silent:
                one.settimeout(60)
                self.assertEqual(self.heard_of(one), b"")
        finally:
            for one in silent:
                one.close()
        peer.call("hello")

    @staticmethod
    def heard_of(connection):
        try:
            return connection.recv(1)
        except ConnectionResetError:
            return b""

    def test_certs_a_damaged_list_of_revoked_ones_lets_nobody_in(self):
        """Whoever could damage it could otherwise come back."""
        path = self.tls("revoked.pem")
        with open(path, encoding="ascii") as file:
            kept = file.read()
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write("damaged")
            self.assert_gets_nothing(self.tls("cli.pem"))
            self.assertIn("put it back from a backup", self.house.run("certs", "list").err)
        finally:
            with open(path, "w", encoding="ascii") as file:
                file.write(kept)
        self.own("cli").call("hello")

    def test_certs_of_an_older_tandem_are_outdated_and_made_anew(self):
        """What 0.1.0 made: no role in it."""
        text = self.signed("/O=tandem/CN=cli", 300, "serverAuth,clientAuth")
        self.assert_gets_nothing(self.house.file("older.pem", text))
        with open(self.tls("cli.pem"), "w", encoding="ascii") as file:
            file.write(text)
        self.assertEqual(self.listed()["cli"]["state"], "outdated")
        self.fine("certs", "renew")
        self.assertEqual(self.listed()["cli"]["state"], "good")
        self.own("cli").call("hello")


if __name__ == "__main__":
    tap.main(__name__)
