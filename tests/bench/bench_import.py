"""First import, from `connect` to SyncCompleted, against the least it could cost; and where its time goes."""

from measure import (Result, TrackerWorld, Twin, checkpoint, cpu_by_process, cpu_since, import_all, median, run_baseline,
                     tables_in_order, top_statements, url_of, watch_statements)


def once(issues):
    """One import and its baseline, in that order: the baseline needs the rows that the import left."""
    with TrackerWorld(issues) as world:
        before = cpu_by_process(world)
        took_s = import_all(world, 120 + issues / 50)
        cpu = cpu_since(world, before)
        session = world.call("session.list", project="rocket")["sessions"][0]
        assert session["imported"] == issues, session
        calls = world.sandbox.calls()
        with Twin(world) as twin:
            checkpoint(world)
            baseline = run_baseline("bench-baseline-import", world.sandbox.url, url_of(world, world.database), twin.url,
                                    *tables_in_order(world))
        return {"import_s": took_s, "calls": calls, "baseline": baseline, "cpu_s": cpu}


def bench(options):
    issues, times = (2000, 1) if options.quick else (10000, 5)
    runs = [once(issues) for _ in range(times)]
    ratio = median([run["import_s"] / run["baseline"]["total_s"] for run in runs])
    middle = sorted(runs, key=lambda run: run["import_s"])[len(runs) // 2]
    base = middle["baseline"]
    yield Result("import", "%d issues / fetch + parse + COPY" % issues, ratio, "x", 2.0, note="median of %d" % times)
    work = median([sum(run["cpu_s"].values()) / run["baseline"]["cpu_s"] for run in runs])
    yield Result("import", "  the same in CPU time", work, "x", note="steadier than wall time when others use the machine")
    yield Result("import", "  import", median([run["import_s"] for run in runs]), "s",
                 note="CPU s: " + ", ".join("%s %.2f" % pair for pair in sorted(middle["cpu_s"].items(), key=lambda p: -p[1])))
    yield Result("import", "  baseline", median([run["baseline"]["total_s"] for run in runs]), "s",
                 note="fetch %(fetch_s).2f, parse %(parse_s).2f, COPY %(copy_s).2f s; CPU %(cpu_s).2f s" % base)
    yield Result("import", "  API calls", max(run["calls"] for run in runs), "", 105 if issues == 10000 else None,
                 note="issues without comments")


def profile(options):
    """Not a bench: the statements of one import, by the time PostgreSQL spent in them."""
    if not watch_statements():
        print("pg_stat_statements is not installed")
        return
    with TrackerWorld(2000 if options.quick else 10000) as world:
        world.sql("create extension pg_stat_statements")
        print("import: %.2f s" % import_all(world, 600))
        print("%9s %8s  %s" % ("ms", "calls", "statement"))
        for ms, calls, text in top_statements(world, 16):
            print("%9d %8d  %s" % (ms, calls, text))
