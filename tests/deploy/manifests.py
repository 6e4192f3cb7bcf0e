"""The Kubernetes manifests as a cluster would get them, and what a test asks of them."""

import os
import re
import shutil
import subprocess
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
FOLDER = os.path.join(ROOT, "deploy", "kubernetes")
COMPONENT = "app.kubernetes.io/component"


def why_not():
    """Why nothing can be rendered here, or None."""
    return None if shutil.which("kubectl") else "no kubectl, which renders the manifests (Debian's kubernetes-client)"


def render(place):
    """The objects of a folder below deploy/kubernetes."""
    done = subprocess.run(["kubectl", "kustomize", os.path.join(FOLDER, place)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError("%s: %s" % (place, done.stderr))
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def render_documented():
    """The objects of the overlay that docs/kubernetes.md shows, which has all that is optional, in a folder beside this one."""
    with open(os.path.join(ROOT, "docs", "kubernetes.md"), encoding="utf-8") as file:
        text = re.search(r"^```yaml\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL).group(1)
    with tempfile.TemporaryDirectory(prefix="tandem-kubernetes-", dir="/tmp") as place:
        os.symlink(ROOT, place + "/tandem")
        os.mkdir(place + "/mine")
        with open(place + "/mine/kustomization.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        return render(place + "/mine")


def printed(script, *words):
    """What a script of the manifests prints."""
    done = subprocess.run([os.path.join(FOLDER, script), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


def printed_secrets(state):
    """What make-secrets prints for a state directory."""
    return [document for document in yaml.safe_load_all(printed("make-secrets", state)) if document]


def at(thing, *names, default=None):
    """What is at a path of names, or the default."""
    for name in names:
        if not isinstance(thing, dict) or name not in thing:
            return default
        thing = thing[name]
    return thing


def name_of(thing):
    return "%s/%s" % (thing["kind"], thing["metadata"]["name"])


def selects(selector, labels):
    """Whether a label selector, which is {} for all, takes these labels."""
    for name, value in (selector.get("matchLabels") or {}).items():
        if labels.get(name) != value:
            return False
    for term in selector.get("matchExpressions") or []:
        inside = labels.get(term["key"]) in (term.get("values") or [])
        known = {"In": inside, "NotIn": not inside, "Exists": term["key"] in labels, "DoesNotExist": term["key"] not in labels}
        if not known[term["operator"]]:
            return False
    return True


class Pod:
    """A pod that some object makes."""

    def __init__(self, owner, labels, spec):
        self.owner, self.labels, self.spec = owner, labels, spec
        self.name = name_of(owner)
        self.containers = (spec.get("initContainers") or []) + (spec.get("containers") or [])

    @property
    def component(self):
        return self.labels.get(COMPONENT, self.name)

    def ports(self):
        return {port.get("name"): port["containerPort"] for container in self.containers for port in container.get("ports") or []}

    def mounts(self, container):
        """{path in the container: its volume}."""
        volumes = {volume["name"]: volume for volume in self.spec.get("volumes") or []}
        return {mount["mountPath"]: volumes.get(mount["name"]) for mount in container.get("volumeMounts") or []}


# What CloudNativePG makes of a Cluster: pods with these ports, Services and Secrets with these endings.
CLUSTER_PORTS = [{"name": "postgresql", "containerPort": 5432}, {"name": "metrics", "containerPort": 9187},
                 {"name": "status", "containerPort": 8000}]
CLUSTER_SECRETS = {"-app": {"username", "password", "host", "port", "dbname", "uri", "jdbc-uri", "pgpass"}, "-ca": {"ca.crt", "ca.key"}}


class Manifests:
    def __init__(self, objects):
        self.objects = objects

    def of(self, *kinds):
        return [thing for thing in self.objects if thing["kind"] in kinds]

    def one(self, kind, name):
        return next((thing for thing in self.of(kind) if thing["metadata"]["name"] == name), None)

    def pods(self):
        made = [Pod(thing, at(thing, "spec", "template", "metadata", "labels", default={}), thing["spec"]["template"]["spec"])
                for thing in self.of("Deployment", "StatefulSet", "Job")]
        for cluster in self.of("Cluster"):
            labels = {"cnpg.io/cluster": cluster["metadata"]["name"], **at(cluster, "spec", "inheritedMetadata", "labels", default={})}
            made.append(Pod(cluster, labels, {"containers": [{"name": "postgres", "ports": CLUSTER_PORTS}]}))
        return made

    def own_pods(self):
        """Those whose containers the manifests write themselves."""
        return [pod for pod in self.pods() if pod.owner["kind"] != "Cluster"]

    def selected(self, selector):
        return [pod for pod in self.pods() if selects(selector, pod.labels)]

    def keys(self):
        """{(kind, name): keys} of the ConfigMaps and Secrets that these manifests make, or that their operators do."""
        made = {(thing["kind"], thing["metadata"]["name"]): set(thing.get("data") or {}) for thing in self.of("ConfigMap", "Secret")}
        for cluster in self.of("Cluster"):
            for ending, keys in CLUSTER_SECRETS.items():
                made["Secret", cluster["metadata"]["name"] + ending] = keys
        return made
