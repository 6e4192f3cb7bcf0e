"""What more adapters and conflict services bring: where calls take long (each project has writes to send, at 100 ms a call), and where
nothing waits (many imports at once from a tracker that answers at once). One store, one scheduler. And what its one writer takes:
edits by many callers at once, a transaction each."""

import threading
import time

from measure import QUIET, Result, TrackerWorld, World, checkpoint, cpu_by_process, cpu_since, median, wait_for
from verbs import Verbs

REPLICAS = (1, 2, 4)
LATENCY_MS, EDITS_EACH = 100, 5
TICKETS_EACH = 100
DEADLINE_S = 600


def add_replicas(world, count):
    for number in range(1, count):
        world.start("conflict", number)
        world.start("adapter-github", number, {"TANDEM_WEBHOOK_LISTEN": "127.0.0.1:0"})


def names(count):
    return ["p%d" % n for n in range(count)]


def connect_all(world, projects):
    """Seconds until the first session of each has ended."""
    started_s = time.monotonic()
    for name in names(projects):
        world.connect(name, "acme/" + name)
    wait_for(lambda: world.sql("select count(*) from session where state = 'completed'") == [[str(projects)]], "all imports",
             DEADLINE_S, pause_s=0.02)
    return time.monotonic() - started_s


def tickets_of(world, name):
    return [row[0] for row in world.sql("select 'T-' || i.number from item i join mapping m on m.item_id = i.id join project p on "
                                        "p.id = m.project_id where p.name = '%s' and i.kind = 'ticket' order by i.number limit %d"
                                        % (name, EDITS_EACH))]


def writes(replicas, projects):
    """Seconds from the first of the edits until all are in the tracker."""
    repos = [option for name in names(projects) for option in ("--repo", "acme/" + name)]
    with World(("--issues", "%d" % (2 * EDITS_EACH), "--no-limits", "--no-pull-requests", *repos), environment=QUIET) as world:
        connect_all(world, projects)
        keys = [key for name in names(projects) for key in tickets_of(world, name)]
        assert len(keys) == EDITS_EACH * projects, len(keys)
        add_replicas(world, replicas)
        world.sandbox.control("POST", "latency", {"ms": LATENCY_MS})
        started_s = time.monotonic()
        for key in keys:
            world.call("ticket.edit", key=key, set={"title": "Edited " + key}, actor="user:bench")
        wait_for(lambda: world.is_quiet(webhooks_too=False), "all writes", DEADLINE_S, pause_s=0.02)
        taken_s = time.monotonic() - started_s
        sent = [entry for entry in world.sandbox.history(via="api") if entry["time"]]
        assert len(sent) >= len(keys), (len(sent), len(keys))
        return taken_s


def imports(replicas, projects, issues):
    """Seconds until all are imported, and the CPU seconds of each kind of process."""
    with TrackerWorld(issues) as world:
        add_replicas(world, replicas)
        checkpoint(world)
        before = cpu_by_process(world)
        taken_s = connect_all(world, projects)
        cpu = {}
        for name, used_s in cpu_since(world, before).items():
            kind = name.rstrip("-0123456789")
            cpu[kind] = cpu.get(kind, 0) + used_s
        return taken_s, cpu


class StoreOnly(World):
    roles = ("store",)


def edits_per_second(callers, each):
    with StoreOnly(("--issues", "0"), environment=QUIET) as world:
        keys = [world.call("ticket.new", fields={"title": "T"}, actor="user:bench")["key"] for _ in range(callers)]

        def edit(key):
            verbs = Verbs("tcp://127.0.0.1:%d" % world.store_port)
            for n in range(each):
                verbs.call("ticket.edit", key=key, set={"title": "Edit %d" % n}, actor="user:bench")
            verbs.close()
        threads = [threading.Thread(target=edit, args=(key,)) for key in keys]
        checkpoint(world)
        started_s = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return callers * each / (time.monotonic() - started_s)


def ask(world, verb):
    """Page after page, where there are pages."""
    reply = world.call(verb)
    while reply.get("more"):
        reply = world.call(verb, after=reply["projects"][-1]["project"]["name"])


def with_projects(count, verb):
    """Milliseconds of a verb among so many projects that have nothing to do, each with 100 tickets and a session."""
    with StoreOnly(("--issues", "0"), environment=QUIET) as world:
        world.connect("p0", poll_interval_s=86400)
        world.sql("update project set last_sync_at = now(), next_sync_at = now() + interval '1 day'")
        world.sql("insert into project overriding system value select (jsonb_populate_record(p, jsonb_build_object('id', p.id + n, "
                  "'name', 'p' || n, 'remote', 'acme/p' || n))).* from project p, generate_series(1, %d) n" % (count - 1))
        world.sql("insert into project_hook (project_id) select id from project on conflict do nothing")
        world.sql("insert into project_scan (project_id, next_at) select id, now() + interval '1 hour' from project on conflict do nothing")
        world.sql("insert into session (project_id, mode, trigger, state, pull_done, finished_at) select id, 'full', 'poll', 'completed', "
                  "true, now() from project")
        world.sql("insert into item (kind, number, fields, privacy, author) select 'ticket', n, '{}', 'public', 'user:bench' from "
                  "generate_series(1, %d) n" % (TICKETS_EACH * count))
        world.sql("insert into mapping (project_id, kind, item_id, external_id) select p.id, 'ticket', i.id, i.number from item i "
                  "join (select id, row_number() over (order by id) as place from project) p on p.place = i.number %% %d + 1" % count)
        world.sql("vacuum analyze")
        ask(world, verb)
        taken_ms = []
        for _ in range(5):
            started_s = time.monotonic()
            ask(world, verb)
            taken_ms.append((time.monotonic() - started_s) * 1000)
        return median(taken_ms)


def bench(options):
    each = 100 if options.quick else 500
    for callers in (1, 4, 16):
        yield Result("replicas", "the writer: ticket.edit by %d callers" % callers, edits_per_second(callers, each), "/s",
                     note="a transaction each, fsync on")
    for verb, counts in (("schedule.tick", (1000, 10000)), ("status", (10, 100, 1000, 10000))):
        for count in counts:
            yield Result("replicas", "%s among %d projects, none due" % (verb, count), with_projects(count, verb), "ms")
    projects, times = (8, 1) if options.quick else (16, 3)
    base_s = None
    for replicas in REPLICAS:
        taken_s = median([writes(replicas, projects) for _ in range(times)])
        base_s = base_s or taken_s
        yield Result("replicas", "%d x adapter and conflict: %d writes at %d ms" % (replicas, projects * EDITS_EACH, LATENCY_MS), taken_s,
                     "s", note="%.2f x as fast as one; median of %d" % (base_s / taken_s, times))
    issues, base_s = (250 if options.quick else 1250), None
    for replicas in REPLICAS:
        taken_s, cpu = sorted((imports(replicas, 8, issues) for _ in range(times)), key=lambda run: run[0])[times // 2]
        base_s = base_s or taken_s
        yield Result("replicas", "%d x: import of 8 x %d issues" % (replicas, issues), taken_s, "s", note="%.2f x as fast; CPU s: %s" % (
            base_s / taken_s, ", ".join("%s %.2f" % pair for pair in sorted(cpu.items(), key=lambda pair: -pair[1]))))
