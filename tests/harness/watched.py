"""A world whose processes can be asked how they are: /healthz, /readyz and /metrics."""

import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from world import PATIENT_S, World, free_port


class Watched(World):
    """Each of its processes answers on a port of its own."""

    def __init__(self, *arguments, **options):
        self.health_ports = {}
        super().__init__(*arguments, **options)

    def start(self, role, number=0, more=()):
        name = role if number == 0 else "%s-%d" % (role, number)
        port = self.health_ports.setdefault(name, free_port())
        return super().start(role, number, {**dict(more), "TANDEM_HEALTH_LISTEN": "127.0.0.1:%d" % port})

    def get(self, name, path):
        """Status and text; None while nothing listens."""
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.health_ports[name], path), timeout=PATIENT_S) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None

    def samples(self, name):
        """{(sample, labels): value} of /metrics."""
        families = text_string_to_metric_families(self.get(name, "/metrics")[1])
        return {(sample.name, frozenset(sample.labels.items())): sample.value
                for family in families for sample in family.samples}


def of(samples, name, **labels):
    return sum(value for (sample, own), value in samples.items() if sample == name and frozenset(labels.items()) <= own)
