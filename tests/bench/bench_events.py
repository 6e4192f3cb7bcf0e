"""Events of another service: published, committed, heard, against inserting the same rows."""

import json
import time

import msgpack

from measure import QUIET, Result, Subscriber, Twin, World, checkpoint, median, run_baseline, url_of

BATCH = 500
BODY = "The engine coughs when settings are opened, until it is started again. " * 3


def frames(kind, datas):
    """events.publish requests, ready to be sent: the publisher's own work is not what is measured."""
    made = []
    for first in range(0, len(datas), BATCH):
        events = [{"id": "%s-%08d" % (kind, first + i), "source": "bench", "type": "tandem.v1." + kind, "data": json.dumps(data)}
                  for i, data in enumerate(datas[first:first + BATCH])]
        body = msgpack.packb({"events": events, "actor": "service:bench"})
        made.append(msgpack.packb({"verb": "events.publish", "client": "bench", "request": len(made) + 1, "body": body}))
    return made


def publish(world, kind, datas):
    """Seconds until the last event was heard, and the tickets' keys."""
    ready = frames(kind, datas)
    subscriber = Subscriber(world, [kind], len(datas))
    checkpoint(world)
    started_s, keys = time.monotonic(), []
    replies = [world.verbs.raw(frame) for frame in ready]
    took_s = subscriber.wait(300) - started_s
    for reply in replies:
        reply = msgpack.unpackb(reply)
        assert reply["code"] == "ok", reply
        keys += msgpack.unpackb(reply["body"])["keys"]
    return took_s, keys


def once(count):
    with World(("--issues", "0", "--no-limits"), environment=QUIET) as world:
        new = [{"fields": {"title": "Ticket %d" % n, "body": BODY}, "privacy": "public"} for n in range(count // 2)]
        created_s, keys = publish(world, "TicketCreated", new)
        updated_s, _ = publish(world, "TicketUpdated", [{"ticket": key, "fields": {"title": "Now " + key}} for key in keys])
        with Twin(world) as twin:
            checkpoint(world)
            baseline = run_baseline("bench-baseline-events", url_of(world, world.database), twin.url, str(BATCH))
        assert baseline["events"] == count, baseline
        return {"created_s": created_s, "updated_s": updated_s, "baseline_s": baseline["total_s"]}


def bench(options):
    count, times = (4000, 1) if options.quick else (20000, 3)
    runs = [once(count) for _ in range(times)]
    def rate(seconds, share=1.0):
        return median([count * share / seconds(run) for run in runs])
    yield Result("events", "published and heard / rows by unnest",
                 median([run["baseline_s"] / (run["created_s"] + run["updated_s"]) for run in runs]), "x", 0.5, at_least=True,
                 note="%d events, batches of %d, median of %d" % (count, BATCH, times))
    yield Result("events", "  TicketCreated", rate(lambda run: run["created_s"], 0.5), "/s")
    yield Result("events", "  TicketUpdated", rate(lambda run: run["updated_s"], 0.5), "/s")
    yield Result("events", "  baseline", rate(lambda run: run["baseline_s"]), "/s")
