"""How many API calls a sync costs, counted by the stand-in."""

from measure import QUIET, Result, World


def counted(world, **sync):
    """API calls of one session: total, of the issue list, statuses, writes."""
    world.sandbox.control("DELETE", "requests")
    session = world.sync(deadline_s=300, **sync)
    seen = world.sandbox.control("GET", "requests?last=0")
    assert session["state"] == "completed", session
    lists = seen["counts"].get("GET /repos/{owner}/{repo}/issues", 0)
    writes = sum(count for route, count in seen["counts"].items() if not route.startswith("GET "))
    return {"total": seen["total"], "lists": lists, "statuses": seen["statuses"], "writes": writes, "counts": seen["counts"]}


def change(world, count):
    """A hundred people edit a hundred issues, some seconds apart."""
    issues = world.sandbox.request("GET", "/repos/acme/rocket/issues?state=all&per_page=100", None,
                                   {"Authorization": "Bearer sandbox-token", "User-Agent": "bench"})
    for issue in issues[:count]:
        world.sandbox.act("alice", "edit", number=issue["number"], fields={"title": "Edited " + issue["title"]})
        world.sandbox.control("POST", "clock", {"advance_s": 2})


def bench(options):
    issues = 1000 if options.quick else 10000
    with World(("--issues", str(issues), "--no-limits", "--no-pull-requests"), environment=QUIET) as world:
        world.connect()
        first = counted(world)
        yield Result("calls", "import of %d issues: issue list" % issues, first["lists"], "", 105,
                     note="%d with %d pages of comments and GET /user" % (first["total"], first["total"] - first["lists"] - 1))
        settling = counted(world)
        idle = counted(world)
        yield Result("calls", "poll, nothing new", idle["total"], "", 1,
                     note="answered %s; the first poll after the import: %d" % (idle["statuses"], settling["total"]))
        change(world, 100)
        changed = counted(world)
        yield Result("calls", "poll, 100 issues changed", changed["total"], "", 3, note=str(changed["counts"]))
        again = counted(world, mode="full")
        written = [entry for entry in world.sandbox.history(via="api")]
        yield Result("calls", "full sync again: writes outside", again["writes"] + len(written), "", 0,
                     note="%d calls in all" % again["total"])
