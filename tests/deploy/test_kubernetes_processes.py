#!/usr/bin/python3
"""The processes of the production overlay with all that is optional, each started as its Deployment says: user, files, environment,
probes, signals."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]
import nats  # noqa: E402
import tap  # noqa: E402
from manifests import FOLDER, Manifests, printed_secrets, render_documented, why_not  # noqa: E402
from otlp import Collector  # noqa: E402
from node import BIN, Node, Service, get, secret_data  # noqa: E402
from world import Cluster  # noqa: E402

WORKERS = ["scheduler", "conflict", "adapter-github", "adapter-jira", "adapter-linear", "adapter-webhook"] + ["bridge-nats"] * bool(nats.PROGRAM)


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if why_not():
            raise unittest.SkipTest(why_not())
        if subprocess.run([os.path.join(BIN, "tandem"), "init", "--help"], capture_output=True, check=False).returncode:
            raise unittest.SkipTest("this tandem has no `tandem init`")
        cls.state = tempfile.mkdtemp(prefix="tandem-kubernetes-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.state)
        subprocess.run([os.path.join(BIN, "tandem"), "init", "--host", "tandem-store", "--host", Node.address(1)], check=True, capture_output=True,
                       env={**os.environ, "TANDEM_HOME": cls.state})
        cls.collector = Collector()
        cls.addClassCleanup(cls.collector.stop)
        cls.node = cls.make_node()
        cls.addClassCleanup(cls.node.close)
        cls.service = Service(cls.node.address(1), [7411, 7412], lambda: cls.node.of("store"))
        cls.addClassCleanup(cls.service.close)

    @classmethod
    def make_node(cls):
        """A database with its owner and the roles of the dev overlay's script, and Secrets that name it."""
        cluster = Cluster.shared()
        os.chmod(cluster.folder, 0o755)
        data = secret_data(printed_secrets(cls.state))
        for statement in ("create role tandem_owner login", "create database tandem owner tandem_owner"):
            cluster.sql("postgres", statement)
        with open(os.path.join(FOLDER, "overlays", "dev", "roles.sh"), encoding="utf-8") as file:
            script = file.read().replace("/run/tandem/database-store", os.path.join(cls.state, "kubernetes", "tandem_store"))
        subprocess.run(["sh", "-c", script], check=True, stdout=subprocess.DEVNULL, env={
            **os.environ, "PATH": cluster.bin + ":" + os.environ["PATH"], "PGHOST": cluster.folder, "POSTGRES_USER": "tandem", "POSTGRES_DB": "tandem"})
        data["Secret", "tandem-postgres-app"] = data["Secret", "tandem-database-owner"]
        data["Secret", "tandem-postgres-ca"] = {"ca.crt": b"of a database that is reached by a socket of this machine"}
        for files in data.values():
            if "uri" in files:
                files["uri"] = files["uri"].replace(b"@tandem-postgres-rw:5432/tandem", b"@/tandem?host=" + cluster.folder.encode())
        return Node(Manifests(render_documented()), data, {
            "tandem-store:": Node.address(1) + ":", "http://opentelemetry-collector.observability.svc:4318": cls.collector.url,
            **(cls.make_nats(data) if nats.PROGRAM else {})})

    @classmethod
    def make_nats(cls, data):
        """A server with TLS and the bridge's user, and the Secret of whoever installs it."""
        pem = os.path.join(cls.state, "nats.pem")
        nats.make_certificate(pem)
        cls.nats = nats.Server("tls { cert_file: %s, key_file: %s }\n" % ((json.dumps(pem),) * 2) +
                               "authorization { users = [ { user: tandem, password: right, permissions: { %s } },\n"
                               "{ user: reader, password: other } ] }" % nats.documented_permissions())
        cls.addClassCleanup(cls.nats.close)
        with open(pem + ".crt", "rb") as file:
            data["Secret", "tandem-nats"] = {"password": b"right", "ca.pem": file.read()}
        return {"tls://nats-0.nats-headless.nats.svc:4222,tls://nats-1.nats-headless.nats.svc:4222": "tls://localhost:%d" % cls.nats.port}

    # In this order: a cluster is installed, works, loses its leader, and is taken down.

    def test_processes_1_store_waits_for_the_migrations(self):
        early = self.node.start("Deployment", "tandem-store")
        self.assertNotEqual(0, early.process.wait(60))
        self.assertIn("tandem-store --migrate", early.output())

    def test_processes_2_migrations_run_as_the_owner_and_again(self):
        for _ in range(2):
            job = self.node.start("Job", "tandem-migrate")
            self.assertEqual(0, job.process.wait(60), job.output())
        self.assertEqual([["tandem_owner"]], self.sql("select tableowner from pg_tables where tablename = 'event_log'"))

    def test_processes_3_all_get_ready_and_one_store_alone(self):
        for number in range(self.node.manifests.one("Deployment", "tandem-store")["spec"]["replicas"]):
            self.node.start("Deployment", "tandem-store", number)
        for role in WORKERS:
            self.node.start("Deployment", "tandem-" + role)
        for pod in map(self.node.running.get, [role + "-0" for role in ["store", *WORKERS]]):
            for probe in ("startupProbe", "livenessProbe"):
                self.node.wait_for(lambda pod=pod, probe=probe: pod.probe(probe) == (200, "ok\n"), "%s of %s" % (probe, pod.name))
            self.assertIn('role="%s"' % pod.pod.component, get(pod.address + ":9464", "/metrics")[1])
        self.wait_until_all_work()

    def test_processes_4_webhooks_come_in_by_the_path_of_the_ingress(self):
        for path in self.node.manifests.of("Ingress")[0]["spec"]["rules"][0]["http"]["paths"]:
            role = path["backend"]["service"]["name"].removeprefix("tandem-")
            request = ("%s:8080" % self.node.running[role + "-0"].address, path["path"] + "/rocket")
            self.assertEqual(405, get(*request)[0], request)

    def test_processes_4_logs_are_json_lines_and_tell_where_traces_go(self):
        for pod in self.node.running.values():
            lines = pod.output().rpartition("\n")[0].splitlines()  # the last one may be half written
            self.assertEqual([], [line for line in lines if not line.startswith("{")], pod.name)
            events = {json.loads(line)["event"] for line in lines}
            self.assertEqual(pod.pod.component != "migrate", "tracing" in events, pod.name)

    @unittest.skipUnless(nats.PROGRAM, "no nats-server")
    def test_processes_4_event_log_comes_to_nats(self):
        client = nats.Client(self.nats, os.path.join(self.state, "nats.pem"), user="reader", **{"pass": "other"})
        self.addCleanup(client.close)
        self.node.wait_for(lambda: client.last("tandem") >= int(self.sql("select coalesce(max(sequence), 0) from event_log")[0][0]),
                           "the stream to be made, and to end where the log does")

    def test_processes_5_readiness_moves_when_the_leader_is_killed(self):
        leader = self.node.wait_for(self.leader, "a leader")
        leader.kill()
        self.node.wait_for(lambda: self.leader() not in (None, leader), "the standby to lead")
        self.node.start("Deployment", "tandem-store", int(leader.name.split("-")[1]))
        self.wait_until_all_work()

    def test_processes_6_leader_that_loses_its_lock_to_another_begins_again(self):
        """Else who is connected to it would stay with it, and wait for answers that only the new leader can give."""
        leader = self.node.wait_for(self.leader, "a leader")
        self.sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 7461 and granted")
        self.assertNotEqual(0, leader.process.wait(60))
        self.assertIn("another_leads", leader.output())
        self.node.start("Deployment", "tandem-store", int(leader.name.split("-")[1]))
        self.wait_until_all_work()

    def test_processes_7_signals_end_all_in_time(self):
        running = [pod for pod in self.node.running.values() if pod.process.poll() is None]
        self.assertEqual(len(WORKERS) + 2, len(running))
        for pod in running:
            pod.process.terminate()
        for pod in running:
            self.assertEqual(0, pod.end(), pod.name + "\n" + pod.output())

    @staticmethod
    def sql(text):
        return Cluster.shared().sql("tandem", text)

    def leader(self):
        ready = [pod for pod in self.node.of("store") if pod.is_ready()]
        return ready[0] if len(ready) == 1 else None

    def wait_until_all_work(self):
        """One store is ready, the other alive; every worker has an answer of the one that is."""
        self.node.wait_for(lambda: self.leader() and all(pod.probe("livenessProbe") == (200, "ok\n") for pod in self.node.of("store")),
                           "a store that leads and one that waits")
        standby = next(pod for pod in self.node.of("store") if pod is not self.leader())
        self.assertIn("another store leads", standby.probe("readinessProbe")[1])
        for role in WORKERS:
            self.node.wait_for(self.node.running[role + "-0"].is_ready, role + " to be ready")


if __name__ == "__main__":
    tap.main(__name__)
