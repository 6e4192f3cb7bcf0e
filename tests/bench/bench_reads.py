"""How many reads of external data are answered from the store's cache: everything that people and services look at, against every
read that the tracker itself saw meanwhile, the polls that keep the cache up to date included."""

from measure import QUIET, Result, World

POLLS, LOOKS_A_POLL, EDITS_A_POLL = 5, 200, 20


def look(world, keys):
    """Reads whose answers hold values from outside; how many there were."""
    seen = sum(bool(world.call("ticket.get", key=key, external=True)["mappings"][0]["external"]) for key in keys)
    world.call("status")
    world.call("conflict.list", project="rocket")
    return seen


def people_edit(world, issues, round_number):
    for number in issues:
        world.sandbox.act("alice", "edit", number=number, fields={"title": "Round %d" % round_number})
    world.sandbox.control("POST", "clock", {"advance_s": 300})


def bench(options):
    issues = 200 if options.quick else 1000
    with World(("--issues", str(issues), "--no-limits", "--no-pull-requests"), environment=QUIET) as world:
        world.connect()
        world.sync(deadline_s=300)
        world.settle(300)
        keys = ["T-%s" % row[0] for row in world.sql("select number from item where number is not null order by number")]
        world.sandbox.control("DELETE", "requests")
        before, reads = world.call("status")["projects"][0]["api_calls"], 0
        for number in range(POLLS):
            people_edit(world, range(1 + number * EDITS_A_POLL, 1 + (number + 1) * EDITS_A_POLL), number)
            world.sync()
            world.settle()
            reads += look(world, [keys[(number * LOOKS_A_POLL + at) % len(keys)] for at in range(LOOKS_A_POLL)])
        seen = world.sandbox.control("GET", "requests?last=0")
        calls = sum(count for route, count in seen["counts"].items() if route.startswith("GET "))
        counted = world.call("status")["projects"][0]["api_calls"] - before
        assert counted == seen["total"], (counted, seen)
        yield Result("reads", "external data answered from the cache", 100 * reads / (reads + calls), "%", 95, at_least=True,
                     note="%d reads, %d calls to the tracker in %d polls" % (reads, calls, POLLS))
