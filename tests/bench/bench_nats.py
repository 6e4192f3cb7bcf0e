"""The bridge to NATS: a log that is there already, and one event at a time, with a real nats-server."""

import json
import time

from measure import QUIET, Result, World, peak_memory_mb, percentile, wait_for
import nats

BATCH = 500


class StoreOnly(World):
    roles = ("store",)

    def publish(self, first, count):
        events = [{"id": str(first + n), "source": "bench", "type": "tandem.v1.TicketCreated",
                   "data": json.dumps({"fields": {"title": "Ticket %d" % (first + n)}})} for n in range(count)]
        self.call("events.publish", actor="bench", events=events)


def bench(options):
    if not nats.PROGRAM:
        yield Result("nats", "no nats-server", 0)
        return
    count, singles = (5000, 50) if options.quick else (20000, 200)
    server = nats.Server()
    try:
        with StoreOnly(("--issues", "0"), environment=QUIET) as world:
            for first in range(0, count, BATCH):
                world.publish(first, BATCH)
            bridge, client = world.start("bridge-nats", 0, {"TANDEM_NATS_URL": server.url}), nats.Client(server)
            begun = wait_for(lambda: max(client.last("tandem"), 0), "the first events")
            started_s = time.monotonic()
            wait_for(lambda: client.last("tandem") == count, "all events", 300)
            yield Result("nats", "events of a log copied", (count - begun) / (time.monotonic() - started_s), "/s",
                         note="of %d; bridge %.0f MB at most" % (count, peak_memory_mb(bridge)))
            taken_ms = []
            for n in range(singles):
                started_s = time.monotonic()
                world.publish(count + n, 1)
                wait_for(lambda: client.last("tandem") > count + n, "one event", pause_s=0.001)
                taken_ms.append((time.monotonic() - started_s) * 1000)
            client.close()
            yield Result("nats", "events.publish -> in the stream, p50", percentile(taken_ms, 50), "ms", note="%d, one at a time" % singles)
            yield Result("nats", "events.publish -> in the stream, p99", percentile(taken_ms, 99), "ms")
    finally:
        server.close()
