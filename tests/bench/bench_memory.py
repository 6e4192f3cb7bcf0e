"""The peak of each service's resident memory, at two sizes of import."""

from measure import Result, TrackerWorld, import_all, peak_memory_mb


def peaks(issues):
    with TrackerWorld(issues) as world:
        import_all(world, 120 + issues / 25)
        return {name: peak_memory_mb(process) for name, process in world.processes.items()}


def bench(options):
    small, large = (500, 5000) if options.quick else (1000, 100000)
    at_small, at_large = peaks(small), peaks(large)
    for name in sorted(at_large):
        yield Result("memory", "%s, %d issues" % (name, large), at_large[name], "MB", 64,
                     note="%.1f MB at %d" % (at_small[name], small))
        yield Result("memory", "  the same at both sizes", abs(at_large[name] / at_small[name] - 1) * 100, "%", 20)
