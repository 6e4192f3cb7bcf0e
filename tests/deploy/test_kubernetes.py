#!/usr/bin/python3
"""The Kubernetes manifests, rendered and checked without a cluster: the API's schemas, and that everything they name is there.
Each check is shown to fail on a manifest that somebody broke."""

import copy
import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]
import checks  # noqa: E402
import tap  # noqa: E402
from edges import OUTSIDERS, edges  # noqa: E402
from manifests import FOLDER, ROOT, Manifests, name_of, printed, printed_secrets, render, render_documented, why_not  # noqa: E402

MODULES = os.path.join(ROOT, "build", "npm", "node_modules")
ADAPTERS = ["adapter-%s" % system for system in ("github", "jira", "linear", "webhook")]
WORKERS = ["scheduler", "conflict", *ADAPTERS]
ROLES = ["store", *WORKERS]
BRIDGE = "bridge-nats"
PROGRAMS = ["tandem"] + ["tandem-" + role for role in [*ROLES, BRIDGE]]
# What neither the manifests nor make-secrets nor an operator makes: docs/kubernetes.md names them.
YOURS = {("Secret", "tandem-webhooks-tls"): {"tls.crt", "tls.key"}, ("Secret", "tandem-nats"): {"password", "ca.pem"},
         ("Secret", "tandem-backup"): {"access-key-id", "secret-access-key"}}
RESTORE = "overlays/production-restore"
ALL = "with all that is optional"  # the overlay of docs/kubernetes.md


def product(*parts):
    return set(itertools.product(*parts))


# The whole network. Whoever adds an edge adds it here and says in docs/kubernetes.md what it is for.
EDGES = (
    product([*ROLES, "migrate", "database"], ["dns"], ["53", "53/udp"])
    | product(WORKERS, ["store"], ["7411", "7412"])
    | product(["store", "migrate"], ["database"], ["5432"])
    | product(ADAPTERS, ["internet", "internet by IPv6", "internet by NAT64"], ["443"])
    | product(["ingress"], ADAPTERS, ["8080"])
    | product(["prometheus"], ROLES, ["9464"])
)
EDGES_OF = {
    "overlays/dev": EDGES,
    "overlays/production": EDGES | product(["database"], ["database"], ["5432", "8000"])
    | product(["postgres operator"], ["database"], ["5432", "8000"])
    | product(["prometheus"], ["database"], ["9187"])
    | product(["database"], OUTSIDERS, ["443", "6443"]),  # the API server, wherever it is
}
# Backups go where instances may go for the API server's sake; a policy of their own stays when that one is narrowed.
EDGES_OF["overlays/production-backup"] = EDGES_OF["overlays/production-restore"] = EDGES_OF["overlays/production"]
OVERLAYS = list(EDGES_OF)
EDGES_OF[ALL] = (
    EDGES_OF["overlays/production"]
    | product([BRIDGE], ["dns"], ["53", "53/udp"])
    | product([BRIDGE], ["store"], ["7411", "7412"])
    | product([BRIDGE], ["nats"], ["4222"])
    | product(["prometheus"], [BRIDGE], ["9464"])
    | product([*ROLES, BRIDGE], ["collector"], ["4318"])
)


def make_state():
    """A state directory as `tandem init` fills it, as far as make-secrets looks."""
    state = tempfile.mkdtemp(prefix="tandem-kubernetes-", dir="/tmp")
    for name in ["tls/ca.pem", "tls/revoked.pem", "keys/data.key"] + ["tls/%s.pem" % role for role in [*ROLES, BRIDGE]]:
        os.makedirs(os.path.dirname(os.path.join(state, name)), exist_ok=True)
        with open(os.path.join(state, name), "w", encoding="ascii") as file:
            file.write(name)
    return state


def as_modelled(one):
    """An ObjectStore, which npm has no model of, as the field of a Cluster that it took the place of, with the same fields:
    https://cloudnative-pg.io/plugin-barman-cloud/docs/migration/. Others as they are."""
    if one["kind"] != "ObjectStore":
        return one
    spec = dict(one["spec"])
    resources = spec.pop("instanceSidecarConfiguration", {}).get("resources")
    backup = {"barmanObjectStore": spec.pop("configuration"), "retentionPolicy": spec.pop("retentionPolicy")}
    return {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": one["metadata"],
            "spec": {"instances": 1, "storage": {"size": "1Gi"}, "resources": resources, "backup": backup, **spec}}


def schema_problems(objects):
    """A list for each object."""
    done = subprocess.run(["node", os.path.join(HERE, "schemas.mjs"), MODULES], input=json.dumps([as_modelled(one) for one in objects]),
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def why_no_schemas():
    wanted = ["kubernetes-models", *("@kubernetes-models/" + name for name in ("cloudnative-pg", "keda", "prometheus-operator"))]
    missing = [name for name in wanted if not os.path.isdir(os.path.join(MODULES, name))]
    if not shutil.which("node"):
        return "no node, which runs the models of the API"
    return "no %s below build/npm: ./dev test puts them there when npm is installed" % ", ".join(missing) if missing else None


@unittest.skipIf(why_not(), why_not())
class Kubernetes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.state = make_state()
        cls.addClassCleanup(shutil.rmtree, cls.state)
        cls.secrets = printed_secrets(cls.state)
        cls.yours = {**YOURS, **{(one["kind"], one["metadata"]["name"]): set(one["data"]) for one in cls.secrets}}
        cls.rendered = {**{place: render(place) for place in OVERLAYS}, ALL: render_documented()}

    def problems(self, objects):
        """What the checks here say of some objects."""
        manifests = Manifests(objects)
        found = [checks.check_selectors(manifests), checks.check_references(manifests, self.yours), checks.check_ports(manifests),
                 checks.check_containers(manifests), checks.check_settings(manifests), checks.check_commands(manifests, PROGRAMS)]
        return list(itertools.chain(*found))

    # what is there

    def test_kubernetes_manifests_hold_together(self):
        for place, objects in self.rendered.items():
            with self.subTest(place):
                self.assertEqual([], self.problems(objects))

    def test_kubernetes_manifests_are_as_the_api_has_them(self):
        if why_no_schemas():
            self.skipTest(why_no_schemas())
        objects = list(itertools.chain(*self.rendered.values(), self.secrets, render("scaling/hpa")))
        self.assertEqual([], list(itertools.chain(*schema_problems(objects))))

    def test_kubernetes_network_has_these_edges_alone(self):
        for place, objects in self.rendered.items():
            with self.subTest(place):
                self.assertEqual(sorted(EDGES_OF[place]), sorted(edges(Manifests(objects))))

    def test_kubernetes_production_has_what_work_needs(self):
        manifests = Manifests(self.rendered["overlays/production"])
        self.assertEqual(2, manifests.one("Deployment", "tandem-store")["spec"]["replicas"])
        database = manifests.of("Cluster")[0]["spec"]
        self.assertEqual((3, "any", 1), (database["instances"], *(database["postgresql"]["synchronous"][name] for name in ("method", "number"))))
        for kind, wanted in (("ScaledObject", WORKERS[1:]), ("PodDisruptionBudget", WORKERS)):
            self.assertEqual(sorted("tandem-" + role for role in wanted), sorted(one["metadata"]["name"] for one in manifests.of(kind)))
        self.assertEqual({"/%s/webhooks" % role.removeprefix("adapter-"): "tandem-" + role for role in ADAPTERS},
                         {path["path"]: path["backend"]["service"]["name"]
                          for path in manifests.of("Ingress")[0]["spec"]["rules"][0]["http"]["paths"]})

    def test_kubernetes_a_restored_database_reads_the_old_backup_and_writes_a_new_one(self):
        backed_up, restored = (Manifests(self.rendered["overlays/production-" + word]).of("Cluster")[0]["spec"] for word in ("backup", "restore"))
        self.assertIn("initdb", backed_up["bootstrap"])
        self.assertEqual(["recovery"], list(restored["bootstrap"]))
        before = next(one for one in restored["externalClusters"] if one["name"] == restored["bootstrap"]["recovery"]["source"])
        self.assertEqual(backed_up["plugins"][0]["parameters"], before["plugin"]["parameters"])
        self.assertNotEqual(before["plugin"]["parameters"]["serverName"], restored["plugins"][0]["parameters"]["serverName"])
        for field in ("database", "owner"):
            self.assertEqual(backed_up["bootstrap"]["initdb"][field], restored["bootstrap"]["recovery"][field])

    def test_kubernetes_options_are_off_unless_wanted(self):
        for place in OVERLAYS:
            manifests = Manifests(self.rendered[place])
            self.assertIsNone(manifests.one("Deployment", "tandem-bridge-nats"), place)
            for pod in manifests.own_pods():
                self.assertNotIn("TANDEM_OTLP_URL", checks.environment(manifests, pod.containers[0]), (place, pod.name))

    def test_kubernetes_options_reach_their_processes(self):
        manifests = Manifests(self.rendered[ALL])
        for pod in manifests.own_pods():
            values = checks.environment(manifests, pod.containers[0])
            self.assertEqual(pod.component != "migrate", "TANDEM_OTLP_URL" in values, pod.name)
            self.assertEqual(pod.component == BRIDGE, "TANDEM_NATS_URL" in values, pod.name)
        self.assertTrue(manifests.one("PodDisruptionBudget", "tandem-bridge-nats"))

    def test_kubernetes_prometheus_knows_the_job_by_the_name_of_alerts(self):
        """An alert asks for job="tandem", which Prometheus takes from a label of the Service."""
        manifests = Manifests(self.rendered["overlays/production"])
        label = manifests.one("ServiceMonitor", "tandem")["spec"]["jobLabel"]
        self.assertEqual("tandem", manifests.one("Service", "tandem-metrics")["metadata"]["labels"][label])

    def test_kubernetes_alerts_are_those_of_prometheus(self):
        with open(os.path.join(ROOT, "deploy", "observability", "alerts.yml"), encoding="utf-8") as file:
            rules = yaml.safe_load(file)
        self.assertGreater(len(rules["groups"][0]["rules"]), 10)
        self.assertEqual(rules, Manifests(self.rendered["overlays/production"]).one("PrometheusRule", "tandem")["spec"])
        with open(os.path.join(FOLDER, "overlays", "production", "alerts.yaml"), encoding="utf-8") as file:
            self.assertEqual(printed("make-alerts"), file.read(), "make-alerts >overlays/production/alerts.yaml")

    def test_kubernetes_alerts_lead_to_a_copy_of_the_documents(self):
        address = r"https://git.example.org/a|b\c?d=1&e="
        made = [one["annotations"]["runbook_url"] for one in yaml.safe_load(printed("make-alerts", address))["spec"]["groups"][0]["rules"]]
        kept = Manifests(self.rendered["overlays/production"]).one("PrometheusRule", "tandem")["spec"]["groups"][0]["rules"]
        self.assertEqual([address + one["annotations"]["runbook_url"] for one in kept], made)

    def test_kubernetes_scaling_by_cpu_scales_the_same(self):
        targets = [{one["spec"]["scaleTargetRef"]["name"] for one in render("scaling/" + name)} for name in ("keda", "hpa")]
        self.assertEqual(*targets)

    def test_kubernetes_queues_that_scale_are_metrics_of_the_store(self):
        with open(os.path.join(ROOT, "docs", "observability.md"), encoding="utf-8") as file:  # which tests hold to the sources
            known = set(re.findall(r"^\| `(tandem_\w+)`", file.read(), re.MULTILINE))
        for one in render("scaling/keda"):
            query = one["spec"]["triggers"][0]["metadata"]["query"]
            listed = re.search(r"(tandem_project_)\((\S+)\)(_waiting)", query)
            names = {listed[1] + word + listed[3] for word in listed[2].split("|")} if listed else set(re.findall(r"tandem_project_\w+", query))
            self.assertTrue(names and names <= known, query)

    def test_kubernetes_adapters_differ_in_the_name_alone(self):
        texts = set()
        for role in ADAPTERS:
            with open(os.path.join(FOLDER, "base", role + ".yaml"), encoding="utf-8") as file:
                body = file.read().split("\n", 1)[1]
            texts.add(body.replace(role, "adapter-NAME").replace("key: " + role.removeprefix("adapter-"), "key: NAME"))
        self.assertEqual(1, len(texts))

    def test_kubernetes_every_manifest_is_used(self):
        for path in glob.glob(FOLDER + "/**/*.yaml", recursive=True):
            folder, name = os.path.split(path)
            used = ""
            for place in (folder, os.path.dirname(folder)):
                if os.path.exists(place + "/kustomization.yaml"):
                    with open(place + "/kustomization.yaml", encoding="utf-8") as file:
                        used += file.read()
            self.assertTrue(name == "kustomization.yaml" or name in used, path)

    def test_kubernetes_secrets_stay_the_same(self):
        self.assertEqual(self.secrets, printed_secrets(self.state))
        self.assertEqual(0o600, os.stat(self.state + "/kubernetes/tandem_store/password").st_mode & 0o777)

    def test_kubernetes_secrets_of_an_unprepared_state_name_what_is_missing(self):
        empty = tempfile.mkdtemp(prefix="tandem-kubernetes-", dir="/tmp")
        self.addCleanup(shutil.rmtree, empty)
        with self.assertRaisesRegex(AssertionError, "ca.pem is missing: run `tandem init`"):
            printed_secrets(empty)

    def test_kubernetes_document_makes_the_secrets_that_are_used(self):
        with open(os.path.join(ROOT, "docs", "kubernetes.md"), encoding="utf-8") as file:
            made = re.findall(r"create secret generic (\S+)((?: --from-file=\S+)+)$", file.read(), re.MULTILINE)
        self.assertEqual({name: set(re.findall(r"--from-file=([^=\s]+)", files)) for name, files in made},
                         {name: keys for (_, name), keys in YOURS.items() if name != "tandem-webhooks-tls"})

    def test_kubernetes_document_names_what_is_yours_and_each_policy(self):
        with open(os.path.join(ROOT, "docs", "kubernetes.md"), encoding="utf-8") as file:
            text = file.read()
        policies = {name_of(one).split("/")[1] for objects in self.rendered.values() for one in objects if one["kind"] == "NetworkPolicy"}
        for name in policies | {name for _, name in YOURS}:
            self.assertIn("`%s`" % name, text)

    # what is found

    def broken(self, name, change, place="overlays/production"):
        """The objects of an overlay with one of them changed; `name` is "Kind/name"."""
        objects = copy.deepcopy(self.rendered[place])
        change(next(one for one in objects if name_of(one) == name))
        return objects

    def container_of(self, name, **fields):
        def change(one):
            container = one["spec"]["template"]["spec"]["containers"][0]
            for field, value in fields.items():
                container.pop(field, None)
                if value is not None:
                    container[field] = value
        return self.broken(name, change)

    def test_kubernetes_broken_manifests_are_found(self):
        conflict = "Deployment/tandem-conflict"
        cases = [
            (self.broken("Service/tandem-store", lambda one: one["spec"]["selector"].update({"app.kubernetes.io/component": "stroe"})),
             "Service/tandem-store selects nothing"),
            (self.broken(conflict, lambda one: one["spec"]["selector"]["matchLabels"].update({"app.kubernetes.io/component": "x"})),
             "does not select its own pods"),
            (self.broken("ServiceMonitor/tandem", lambda one: one["spec"]["selector"]["matchLabels"].update(a="b")), "selects no Service"),
            (self.broken("ScaledObject/tandem-conflict", lambda one: one["spec"]["scaleTargetRef"].update(name="conflict")), "scales nothing"),
            (self.broken(conflict, lambda one: one["spec"].update(replicas=3)), "has replicas, which ScaledObject/tandem-conflict sets"),
            (self.broken("PodDisruptionBudget/tandem-conflict",
                         lambda one: one["spec"]["selector"]["matchLabels"].update({"app.kubernetes.io/component": "store"})), "forbid every drain"),
            (self.broken(conflict, lambda one: one["spec"]["template"]["spec"]["volumes"][1]["secret"].update(secretName="tandem-tls-conflct")),
             "nobody makes Secret/tandem-tls-conflct"),
            (self.broken(conflict, lambda one: one["spec"]["template"]["spec"]["volumes"].pop()), "/run/tandem/certificate has no volume"),
            (self.container_of("Deployment/tandem-store", volumeMounts=None), "is in no Secret or ConfigMap that is mounted there"),
            (self.broken("Ingress/tandem-webhooks", lambda one: one["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"].update(
                name="tandem-github")), "there is no Service tandem-github"),
            (self.broken("Ingress/tandem-webhooks", lambda one: one["spec"]["tls"][0].update(secretName="x")), "nobody makes Secret/x"),
            (self.broken("Service/tandem-store", lambda one: one["spec"]["ports"][0].update(targetPort="verb")), "has no port verb"),
            (self.container_of(conflict, ports=None), "asks a port health"),
            (self.container_of(conflict, readinessProbe=None), "has no readinessProbe"),
            (self.container_of(conflict, resources={"limits": {"cpu": "1", "memory": "1Gi"}}), "has no requests of memory"),
            (self.container_of(conflict, securityContext={"readOnlyRootFilesystem": True}), "has no securityContext capabilities"),
            (self.container_of(conflict, image="registry.example.org/tandem"), "no fixed version"),
            (self.container_of(conflict, env=[{"name": "TANDEM_STORE_ULR", "value": "x"}]), "TANDEM_STORE_ULR is no setting"),
            (self.container_of(conflict, env=[{"name": "TANDEM_LOG", "value": "text"}]), "logs no JSON lines"),
            (self.container_of(conflict, command=["tandem-conflicts"]), "no program tandem-conflicts"),
            (self.broken(conflict, lambda one: one["spec"]["template"]["spec"].update(hostNetwork=True)), "has hostNetwork"),
            (self.broken(conflict, lambda one: one["spec"]["template"]["spec"].pop("automountServiceAccountToken")), "has a token"),
            (self.broken("Cluster/tandem-postgres", lambda one: one["spec"]["managed"]["roles"][0]["passwordSecret"].update(name="x")),
             "nobody makes the password of tandem_store"),
            (self.broken("ObjectStore/tandem-backup", lambda one: one["metadata"].update(name="tandem-backups"), RESTORE),
             "there is no ObjectStore tandem-backup"),
            (self.broken("ObjectStore/tandem-backup", lambda one: one["spec"]["configuration"]["s3Credentials"]["accessKeyId"].update(key="id"),
                         RESTORE), "nobody makes id of Secret/tandem-backup"),
            (self.broken("ScheduledBackup/tandem-postgres", lambda one: one["spec"]["cluster"].update(name="postgres"), RESTORE),
             "there is no Cluster postgres"),
        ]
        for objects, wanted in cases:
            with self.subTest(wanted):
                self.assertTrue(any(wanted in problem for problem in self.problems(objects)), self.problems(objects))

    def test_kubernetes_broken_networks_are_found(self):
        def without(*names):
            return [one for one in self.rendered["overlays/dev"] if name_of(one) not in names]

        def open_to_all(one):
            one["spec"]["ingress"][0].pop("from")

        self.assertIn(("internet", "migrate", "22"), edges(Manifests(without("NetworkPolicy/default-deny"))))
        self.assertNotIn(("scheduler", "store", "7411"), edges(Manifests(without("NetworkPolicy/workers-to-store"))))
        self.assertNotIn(("scheduler", "store", "7411"), edges(Manifests(without("NetworkPolicy/store-from-workers"))))
        opened = self.broken("NetworkPolicy/store-from-workers", open_to_all, "overlays/dev")
        self.assertIn(("impostor", "store", "7411"), edges(Manifests(opened)))
        wide = self.broken("NetworkPolicy/adapters-to-internet",
                           lambda one: one["spec"]["egress"][0]["to"][0]["ipBlock"].pop("except"), "overlays/dev")
        self.assertIn(("adapter-jira", "metadata service", "443"), edges(Manifests(wide)))

    def test_kubernetes_objects_that_the_api_refuses_are_found(self):
        if why_no_schemas():
            self.skipTest(why_no_schemas())
        cases = {
            "/spec/replica is no field": ("Deployment/tandem-store", lambda one: one["spec"].update(replica=2)),
            "/containers/0/readinesProbe is no field": ("Deployment/tandem-conflict", lambda one: one["spec"]["template"]["spec"]["containers"][
                0].update(readinesProbe={})),
            "/spec/replicas type": ("Deployment/tandem-scheduler", lambda one: one["spec"].update(replicas="two")),
            "there is no HorizontalPodAutoscaler in autoscaling/v3": (
                "Service/tandem-store", lambda one: one.update(apiVersion="autoscaling/v3", kind="HorizontalPodAutoscaler")),
            "/spec/postgresql/synchronous/numbers is no field": ("Cluster/tandem-postgres", lambda one: one["spec"]["postgresql"][
                "synchronous"].update(numbers=1)),
            "/spec/triggers/0/meta is no field": ("ScaledObject/tandem-conflict", lambda one: one["spec"]["triggers"][0].update(meta={})),
            "/spec required": ("ServiceMonitor/tandem", lambda one: one["spec"].pop("selector")),
            "/spec/groups/0/rules/0/expression is no field": ("PrometheusRule/tandem", lambda one: one["spec"]["groups"][0]["rules"][0].update(
                expression="1")),
            "/spec/backup/barmanObjectStore/destination is no field": (
                "ObjectStore/tandem-backup", lambda one: one["spec"]["configuration"].update(destination="x")),
            "/spec/plugins/0/isWalArchiver is no field": (
                "Cluster/tandem-postgres", lambda one: one["spec"].update(plugins=[{"name": "x", "isWalArchiver": True}])),
            "/spec/podSelector/matchLabel is no field": ("NetworkPolicy/dns", lambda one: one["spec"]["podSelector"].update(matchLabel={})),
        }
        objects = [next(one for one in self.broken(name, change, RESTORE) if one["metadata"]["name"] == name.split("/")[1] and one["kind"] in (
            name.split("/")[0], "HorizontalPodAutoscaler")) for name, change in cases.values()]
        for wanted, found in zip(cases, schema_problems(objects)):
            with self.subTest(wanted):
                self.assertTrue(any(wanted in problem for problem in found), found)


if __name__ == "__main__":
    tap.main(__name__)
