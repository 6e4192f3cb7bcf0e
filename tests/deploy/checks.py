"""What must hold of the manifests beyond the API's schemas. Each check yields its problems as texts."""

import os
import re

from manifests import ROOT, at, name_of, selects

# -- selectors --


def own_selectors(manifests):
    """(whose it is, the selector, the labels that it must take)."""
    for thing in manifests.of("Deployment", "StatefulSet"):
        labels = thing["spec"]["template"]["metadata"]["labels"]
        yield name_of(thing), thing["spec"]["selector"], labels
        for spread in at(thing, "spec", "template", "spec", "topologySpreadConstraints", default=[]):
            yield name_of(thing) + " topologySpreadConstraints", spread["labelSelector"], labels


def pod_selectors(manifests):
    """(whose it is, a selector that must take some pod)."""
    for thing in manifests.of("Service"):
        yield name_of(thing), {"matchLabels": thing["spec"]["selector"]}
    for thing in manifests.of("PodDisruptionBudget", "PodMonitor"):
        yield name_of(thing), thing["spec"]["selector"]
    for thing in manifests.of("NetworkPolicy"):
        yield name_of(thing), thing["spec"]["podSelector"]
        for rule in (thing["spec"].get("ingress") or []) + (thing["spec"].get("egress") or []):
            for peer in (rule.get("from") or []) + (rule.get("to") or []):
                if "podSelector" in peer and "namespaceSelector" not in peer:
                    yield name_of(thing) + " peer", peer["podSelector"]


def check_selectors(manifests):
    for who, selector, labels in own_selectors(manifests):
        if not selects(selector, labels):
            yield "%s does not select its own pods" % who
    for who, selector in pod_selectors(manifests):
        if not manifests.selected(selector):
            yield "%s selects nothing" % who
    for thing in manifests.of("ServiceMonitor"):
        if not any(selects(thing["spec"]["selector"], at(service, "metadata", "labels", default={})) for service in manifests.of("Service")):
            yield "%s selects no Service" % name_of(thing)
    for thing in manifests.of("ScaledObject", "HorizontalPodAutoscaler"):
        target = thing["spec"]["scaleTargetRef"]
        scaled = manifests.one(target.get("kind", "Deployment"), target["name"])
        if not scaled:
            yield "%s scales nothing" % name_of(thing)
        elif "replicas" in scaled["spec"]:
            yield "%s has replicas, which %s sets" % (name_of(scaled), name_of(thing))
    for thing in manifests.of("PodDisruptionBudget"):
        if any(pod.component == "store" for pod in manifests.selected(thing["spec"]["selector"])):
            yield "%s: a standby store is never ready, so its budget would forbid every drain" % name_of(thing)


# -- references --


def volume_source(volume):
    """(kind, name) of what a volume shows, or None."""
    if volume and "secret" in volume:
        return "Secret", volume["secret"]["secretName"]
    if volume and "configMap" in volume:
        return "ConfigMap", volume["configMap"]["name"]
    return None


def references(pod):
    """(kind, name, key or None) of all that a pod needs to start."""
    for volume in pod.spec.get("volumes") or []:
        if volume_source(volume):
            yield (*volume_source(volume), None)
    for container in pod.containers:
        for source in container.get("envFrom") or []:
            if not source["configMapRef"].get("optional"):
                yield "ConfigMap", source["configMapRef"]["name"], None
        for variable in container.get("env") or []:
            for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                wanted = at(variable, "valueFrom", field)
                if wanted and not wanted.get("optional"):
                    yield kind, wanted["name"], wanted["key"]


def environment(manifests, container):
    """{name: value} as the container gets it; None where the value is somebody's Secret."""
    values = {}
    for source in container.get("envFrom") or []:
        values.update(at(manifests.one("ConfigMap", source["configMapRef"]["name"]) or {}, "data", default={}))
    for variable in container.get("env") or []:
        wanted = at(variable, "valueFrom", "configMapKeyRef")
        config = manifests.one("ConfigMap", wanted["name"]) if wanted else None
        if not wanted or config or not wanted.get("optional"):
            values[variable["name"]] = variable.get("value") if not wanted else at(config or {}, "data", wanted["key"])
    return values


def check_files(manifests, keys, pod, container):
    """Each file that the environment names is a key of what is mounted there."""
    mounts = pod.mounts(container)
    for name, value in environment(manifests, container).items():
        if not value or not value.startswith("/run/tandem/"):
            continue
        folder, key = os.path.split(value)
        source = volume_source(mounts.get(folder))
        shown = at(mounts.get(folder) or {}, "secret", "items")
        there = {item["path"] for item in shown} if shown else keys.get(source, set())
        if key not in there:
            yield "%s: %s=%s is in no Secret or ConfigMap that is mounted there" % (pod.name, name, value)


def plugin_parameters(cluster):
    """Those by which a Cluster's plugins find their ObjectStore."""
    for plugin in [*at(cluster, "spec", "plugins", default=[]),
                   *(one["plugin"] for one in at(cluster, "spec", "externalClusters", default=[]) if "plugin" in one)]:
        yield plugin["parameters"]


def check_backups(manifests, keys):
    for cluster in manifests.of("Cluster"):
        for parameters in plugin_parameters(cluster):
            if not manifests.one("ObjectStore", parameters["barmanObjectName"]):
                yield "%s: there is no ObjectStore %s" % (name_of(cluster), parameters["barmanObjectName"])
    for backup in manifests.of("ScheduledBackup"):
        if not manifests.one("Cluster", backup["spec"]["cluster"]["name"]):
            yield "%s: there is no Cluster %s" % (name_of(backup), backup["spec"]["cluster"]["name"])
    for store in manifests.of("ObjectStore"):
        for reference in at(store, "spec", "configuration", "s3Credentials", default={}).values():
            if reference["key"] not in keys.get(("Secret", reference["name"]), set()):
                yield "%s: nobody makes %s of Secret/%s" % (name_of(store), reference["key"], reference["name"])


def check_references(manifests, yours):
    """`yours` are the {(kind, name): keys} that the person who installs makes."""
    keys = {**yours, **manifests.keys()}
    for pod in manifests.own_pods():
        for kind, name, key in references(pod):
            if (kind, name) not in keys:
                yield "%s: nobody makes %s/%s" % (pod.name, kind, name)
            elif key and key not in keys[kind, name]:
                yield "%s: %s/%s has no %s" % (pod.name, kind, name, key)
        for container in pod.containers:
            for path, volume in pod.mounts(container).items():
                if volume is None and not any(claim["metadata"]["name"] for claim in at(pod.owner, "spec", "volumeClaimTemplates", default=[])):
                    yield "%s: %s has no volume" % (pod.name, path)
            yield from check_files(manifests, keys, pod, container)
    for thing in manifests.of("Cluster"):
        for role in at(thing, "spec", "managed", "roles", default=[]):
            if not {"username", "password"} <= keys.get(("Secret", role["passwordSecret"]["name"]), set()):
                yield "%s: nobody makes the password of %s" % (name_of(thing), role["name"])
    yield from check_backups(manifests, keys)
    for thing in manifests.of("Ingress"):
        for tls in thing["spec"].get("tls") or []:
            if ("Secret", tls["secretName"]) not in keys:
                yield "%s: nobody makes Secret/%s" % (name_of(thing), tls["secretName"])


def check_ports(manifests):
    for service in manifests.of("Service"):
        for pod in manifests.selected({"matchLabels": service["spec"]["selector"]}):
            for port in service["spec"]["ports"]:
                if port["targetPort"] not in pod.ports() and pod.owner["kind"] != "Job":
                    yield "%s: %s has no port %s" % (name_of(service), pod.name, port["targetPort"])
    for pod in manifests.own_pods():
        for container in pod.containers:
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                port = at(container, probe, "httpGet", "port")
                if port and port not in pod.ports():
                    yield "%s: %s asks a port %s" % (pod.name, probe, port)
    for ingress in manifests.of("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                wanted = path["backend"]["service"]
                service = manifests.one("Service", wanted["name"])
                if not service or wanted["port"]["name"] not in {port["name"] for port in service["spec"]["ports"]}:
                    yield "%s: there is no Service %s with a port %s" % (name_of(ingress), wanted["name"], wanted["port"])
    for monitor in manifests.of("ServiceMonitor"):
        for service in manifests.of("Service"):
            if selects(monitor["spec"]["selector"], at(service, "metadata", "labels", default={})):
                for endpoint in monitor["spec"]["endpoints"]:
                    if endpoint["port"] not in {port["name"] for port in service["spec"]["ports"]}:
                        yield "%s: %s has no port %s" % (name_of(monitor), name_of(service), endpoint["port"])
    for monitor in manifests.of("PodMonitor"):
        for pod in manifests.selected(monitor["spec"]["selector"]):
            for endpoint in monitor["spec"]["podMetricsEndpoints"]:
                if endpoint["port"] not in pod.ports():
                    yield "%s: %s has no port %s" % (name_of(monitor), pod.name, endpoint["port"])


# -- containers --

POD_SECURITY = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER_SECURITY = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def check_container(pod, container):
    probes = () if pod.owner["kind"] == "Job" else ("startupProbe", "livenessProbe", "readinessProbe")
    for probe in probes:
        if probe not in container:
            yield "has no %s" % probe
    for kind in ("requests", "limits"):
        for resource in ("cpu", "memory"):
            if not at(container, "resources", kind, resource):
                yield "has no %s of %s" % (kind, resource)
    for name, value in CONTAINER_SECURITY.items():
        if at(container, "securityContext", name) != value:
            yield "has no securityContext %s: %s" % (name, value)
    if not re.search(r"(:[\w.-]+|@sha256:[0-9a-f]{64})$", container["image"]) or container["image"].endswith(":latest"):
        yield "has an image of no fixed version: %s" % container["image"]


def check_containers(manifests):
    for pod in manifests.own_pods():
        for container in pod.containers:
            for problem in check_container(pod, container):
                yield "%s: %s %s" % (pod.name, container["name"], problem)
        for name, value in POD_SECURITY.items():
            if at(pod.spec, "securityContext", name) != value:
                yield "%s has no securityContext %s: %s" % (pod.name, name, value)
        if not at(pod.spec, "securityContext", "runAsUser"):
            yield "%s runs as no certain user" % pod.name
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield "%s has a token of the API server" % pod.name
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(name):
                yield "%s has %s" % (pod.name, name)
        if pod.owner["kind"] == "Deployment" and not pod.spec.get("topologySpreadConstraints"):
            yield "%s is not spread over nodes" % pod.name


# -- what the programs know --


def known_settings():
    """Variables of the table of settings, with _FILE where they are secrets, and those that find the store."""
    with open(os.path.join(ROOT, "lib", "base", "settings_table.c"), encoding="utf-8") as file:
        rows = re.findall(r'\.variable = "(\w+)",\s*\.type = (\w+)', file.read())
    with open(os.path.join(ROOT, "lib", "service", "endpoint.c"), encoding="utf-8") as file:
        names = set(re.findall(r'"(TANDEM_\w+)"', file.read()))
    return names | {name for name, _ in rows} | {name + "_FILE" for name, kind in rows if kind == "SETTING_SECRET"}


LIBPQ = {"PGSSLMODE", "PGSSLROOTCERT"}


def is_ours(container):
    return container["image"].split("@")[0].split(":")[0].split("/")[-1] == "tandem"


def check_settings(manifests):
    known = known_settings() | LIBPQ
    for pod in manifests.own_pods():
        for container in filter(is_ours, pod.containers):
            values = environment(manifests, container)
            for name in values:
                if name not in known:
                    yield "%s: %s is no setting" % (pod.name, name)
            if values.get("TANDEM_LOG") != "json":
                yield "%s: %s logs no JSON lines" % (pod.name, container["name"])


def check_commands(manifests, programs):
    """`programs` are those in the image; `sleep` is Debian's."""
    for pod in manifests.own_pods():
        for container in filter(is_ours, pod.containers):
            program = (container.get("command") or [None])[0]
            if program not in programs:
                yield "%s: the image has no program %s" % (pod.name, program)
            hook = at(container, "lifecycle", "preStop", "exec", "command")
            if hook and hook[0] != "sleep":
                yield "%s: preStop runs %s" % (pod.name, hook[0])
            elif hook and float(hook[1]) + 20 > pod.spec.get("terminationGracePeriodSeconds", 30):
                yield "%s: preStop leaves no time to end" % pod.name
