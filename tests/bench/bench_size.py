"""What a ticket costs on disk: every table with its indexes after an import, after VACUUM, by ticket."""

from measure import Result, TrackerWorld, import_all

SHOWN_BYTES = 10  # tables with less a ticket are summed up


def sizes(world):
    """Table -> (rows, bytes with indexes and TOAST, bytes of its indexes)."""
    world.sql("vacuum analyze")
    rows = world.sql("select relname, reltuples::bigint, pg_total_relation_size(oid), pg_indexes_size(oid) from pg_class "
                     "where relkind = 'r' and relnamespace = 'public'::regnamespace")
    return {name: (int(count), int(total), int(indexes)) for name, count, total, indexes in rows}


def bench(options):
    issues = 2000 if options.quick else 10000
    with TrackerWorld(issues) as world:
        empty = sizes(world)
        import_all(world, 120 + issues / 50)
        after = sizes(world)
    grown = {name: (count, total - empty[name][1], indexes - empty[name][2]) for name, (count, total, indexes) in after.items()}
    yield Result("size", "a ticket, all tables with indexes", sum(total for _, total, _ in grown.values()) / issues, "bytes",
                 note="%d issues of about 1.5 kB text, no comments" % issues)
    small = 0.0
    for name, (count, total, indexes) in sorted(grown.items(), key=lambda pair: -pair[1][1]):
        if total / issues < SHOWN_BYTES:
            small += total / issues
            continue
        yield Result("size", "  " + name, total / issues, "bytes", note="%.2f rows a ticket, of which indexes %.0f bytes" % (
            max(count, 0) / issues, indexes / issues))
    yield Result("size", "  all others", small, "bytes")
