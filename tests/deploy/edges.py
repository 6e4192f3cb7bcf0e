"""Who may talk to whom under the NetworkPolicies."""

import ipaddress

from manifests import selects

# Who is not among the manifests: (labels of the namespace, of the pod) or an address.
OUTSIDERS = {
    "dns": ("kube-system", {"k8s-app": "kube-dns"}),
    "ingress": ("ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx"}),
    "prometheus": ("monitoring", {"app.kubernetes.io/name": "prometheus"}),
    "neighbour of prometheus": ("monitoring", {"app.kubernetes.io/name": "grafana"}),
    "postgres operator": ("cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}),
    "nats": ("nats", {"app.kubernetes.io/name": "nats"}),
    "collector": ("observability", {"app.kubernetes.io/name": "opentelemetry-collector"}),
    "impostor": ("default", {"app.kubernetes.io/name": "tandem", "app.kubernetes.io/component": "scheduler"}),
    "internet": "140.82.112.3",
    "internet by IPv6": "2606:50c0:8000::153",
    "internet by NAT64": "64:ff9b::140.82.112.3",
    "private network": "10.20.30.40",
    "private network by IPv6": "fd00::1",
    "private network by NAT64": "64:ff9b::10.20.30.40",
    "metadata service": "169.254.169.254",
}
PORTS = [(53, "UDP"), (53, "TCP"), *((port, "TCP") for port in (22, 80, 443, 4222, 4318, 5432, 6443, 7411, 7412, 8000, 8080, 9187, 9464))]


def takes_address(block, text):
    address = ipaddress.ip_address(text)
    return address in ipaddress.ip_network(block["cidr"]) and not any(
        address in ipaddress.ip_network(part) for part in block.get("except") or [])


def takes(peer, other):
    """Whether a peer of a rule is `other`: labels of a pod here, or an outsider."""
    if isinstance(other, str):
        return "ipBlock" in peer and takes_address(peer["ipBlock"], other)
    if "ipBlock" in peer:
        return False  # addresses of pods are nobody's to write down
    if isinstance(other, dict):
        return "namespaceSelector" not in peer and selects(peer["podSelector"], other)
    namespace, labels = other
    return "namespaceSelector" in peer and selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": namespace}) and selects(
        peer.get("podSelector") or {}, labels)


def allows(policies, direction, labels, other, port):
    """A pod that no policy of a direction selects may do anything; one that some do, what any of them allows."""
    kind, field, peers = ("Ingress", "ingress", "from") if direction == "in" else ("Egress", "egress", "to")
    mine = [policy["spec"] for policy in policies
            if kind in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], labels)]
    if not mine:
        return True
    for spec in mine:
        for rule in spec.get(field) or []:
            ports = rule.get("ports")
            if ports and not any((entry["port"], entry.get("protocol", "TCP")) == port for entry in ports):
                continue
            if not rule.get(peers) or any(takes(peer, other) for peer in rule[peers]):
                return True
    return False


def edges(manifests):
    """{(from, to, port)}: components, or names of outsiders; "53/udp" is the port of UDP."""
    policies = manifests.of("NetworkPolicy")
    pods = {pod.component: pod.labels for pod in manifests.pods()}
    found = set()
    for port in PORTS:
        text = "%d%s" % (port[0], "/udp" if port[1] == "UDP" else "")
        for source, labels in pods.items():
            for target, other in pods.items():
                if allows(policies, "out", labels, other, port) and allows(policies, "in", other, labels, port):
                    found.add((source, target, text))
            for target, other in OUTSIDERS.items():
                if allows(policies, "out", labels, other, port):
                    found.add((source, target, text))
                if allows(policies, "in", labels, other, port):
                    found.add((target, source, text))
    return found
