#!/usr/bin/python3
"""`tandem init`: certificates and the key without starting anything; `tandem health`; and a store that has only what init made,
secrets in files, and listens on another address than it is dialled by."""

import fcntl
import os
import shutil
import ssl
import struct
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import BIN, House, wait_for, why_not  # noqa: E402
from verbs import Verbs  # noqa: E402
from world import Cluster, free_port  # noqa: E402

HOST = "127.0.0.3"  # any address of 127.0.0.0/8 is this machine, and each is another name to a certificate
OTHER = "127.0.0.4"
ROLES = ["store", "scheduler", "conflict", "adapter-github", "adapter-jira", "adapter-linear", "adapter-webhook", "bridge-nats",
         "cli"]


@unittest.skipIf(why_not(), why_not())
class Init(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.bundles = os.path.join(cls.house.folder, "bundles")
        cls.first = cls.init("--host", HOST)

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    @classmethod
    def init(cls, *words):
        done = cls.house.run("init", "--bundles", cls.bundles, "--json", *words)
        assert done.code == 0, done.err
        return {os.path.relpath(row["file"], cls.house.home): row["state"] for row in done.json["files"]}

    def bundle(self, role, name="certificate.pem"):
        return os.path.join(self.bundles, role, name)

    # what it makes

    def test_init_makes_what_is_missing_and_keeps_the_rest(self):
        expected = {"keys/data.key", "tls/ca.pem", "tls/ca-key.pem", "tls/revoked.pem"} | {"tls/%s.pem" % role for role in ROLES}
        self.assertEqual(set(self.first), expected)
        self.assertEqual(set(self.first.values()), {"made"})
        os.unlink(self.house.home + "/tls/conflict.pem")
        self.assertEqual({name for name, state in self.init().items() if state == "made"}, {"tls/conflict.pem"})
        with open(self.house.home + "/tls/conflict.pem", "rb") as made, open(self.bundle("conflict"), "rb") as given:
            self.assertEqual(made.read(), given.read())

    def test_init_gives_each_program_its_own_and_no_more(self):
        common = {"certificate.pem", "ca.pem", "revoked.pem"}
        given = {role: set(os.listdir(os.path.join(self.bundles, role))) for role in os.listdir(self.bundles)}
        self.assertEqual(given, {role: common | ({"data.key"} if role == "store" else set()) for role in ROLES})
        modes = {os.stat(self.bundle(role)).st_mode & 0o777 for role in ROLES}
        self.assertEqual(modes, {0o600})

    def test_init_refuses_what_is_no_name(self):
        for host in ("store:7420", "0.0.0.0", "a/b", ""):
            self.assertEqual(self.house.run("init", "--host", host).code, 2, host)

    def test_init_leaves_a_running_tandem_alone(self):
        lock = os.path.join(self.house.home, "run", "up.pid")
        with open(lock, "a+b") as held:
            fcntl.fcntl(held, fcntl.F_OFD_SETLK, struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            done = self.house.run("init")
        self.assertNotEqual(done.code, 0)
        self.assertIn("runs here already", done.err)

    # what can be done with it

    def start_store(self, more):
        ports = [free_port(), free_port(), free_port()]
        mine = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        return ports, {**mine, "TANDEM_STORE_LISTEN": "tls+tcp://0.0.0.0:%d" % ports[0],
                       "TANDEM_EVENTS_LISTEN": "tls+tcp://0.0.0.0:%d" % ports[1],
                       "TANDEM_STORE_URL": "tls+tcp://%s:%d" % (HOST, ports[0]),
                       "TANDEM_EVENTS_URL": "tls+tcp://%s:%d" % (HOST, ports[1]),
                       "TANDEM_HEALTH_LISTEN": "0.0.0.0:%d" % ports[2], "TANDEM_TLS_CA": self.bundle("store", "ca.pem"),
                       "TANDEM_TLS_REVOKED": self.bundle("store", "revoked.pem"), "TANDEM_TLS_CERT": self.bundle("store"),
                       "TANDEM_DATA_KEY_FILE": self.bundle("store", "data.key"), **more}

    def tandem(self, environment, *words):
        return self.house.run(*words, **{**environment, "TANDEM_TLS_CERT": self.bundle("cli")})

    @unittest.skipUnless(shutil.which("psql"), "no psql")
    def test_store_runs_on_it_and_is_known_by_its_name_only(self):
        cluster = Cluster.shared()
        database = "i" + os.urandom(6).hex()
        cluster.sql("postgres", "create database " + database)
        url = self.house.file("url", "host=%s user=tandem dbname=%s\n" % (cluster.folder, database))
        ports, environment = self.start_store({"TANDEM_DATABASE_URL_FILE": url})
        self.assertNotEqual(self.tandem(environment, "health").code, 0)
        with open(self.house.folder + "/log", "wb") as log:
            store = subprocess.Popen([os.path.join(BIN, "tandem-store")], env=environment, stdout=log, stderr=log, cwd="/")
        try:
            wait_for(lambda: self.tandem(environment, "health", "--ready").code == 0, "the store to be ready")
            self.assertEqual(self.tandem(environment, "status", "--json").json["projects"], [])
            with self.assertRaises(ssl.SSLCertVerificationError):
                Verbs("tls+tcp://%s:%d" % (OTHER, ports[0]), self.bundle("cli", "ca.pem"), self.bundle("cli")).call("hello")
            with open("/proc/%d/environ" % store.pid, "rb") as file:
                self.assertNotIn(database.encode(), file.read())
        finally:
            store.kill()
            store.wait()
            cluster.sql("postgres", "drop database %s with (force)" % database)

    def test_store_refuses_two_forms_of_a_secret(self):
        url = self.house.file("url2", "host=/nowhere\n")
        _, environment = self.start_store({"TANDEM_DATABASE_URL_FILE": url, "TANDEM_DATABASE_URL": "host=/canary"})
        done = subprocess.run([os.path.join(BIN, "tandem-store")], env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("remove one", done.stderr)
        self.assertNotIn("canary", done.stderr)


if __name__ == "__main__":
    tap.main(__name__)
