#!/usr/bin/python3
"""Benchmarks: what they measure, how, and the figures of the last full run are in docs/benchmarks.md.

    tests/bench/run.py [--quick] [--json] [--build FOLDER] [NAME...]      NAME: import calls reads latency trackers sync events memory
                                                                     replicas size nats growth

Figures that depend on the machine are ratios to a baseline in the same run. Exit code 1 when a target is missed.
"""

import argparse
import json
import os
import signal
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMES = ("import", "calls", "reads", "latency", "trackers", "sync", "events", "memory", "replicas", "size", "nats")
LONG = ("growth",)  # only by its name


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benches; all but growth without one")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, one repetition")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), metavar="FOLDER", help="of a release build")
    parser.add_argument("--profile", action="store_true", help="instead: the statements of one import, by time")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES + LONG)
    if unknown:
        parser.error("no bench %s; there are %s" % (", ".join(sorted(unknown)), ", ".join(NAMES + LONG)))
    if not os.path.exists(os.path.join(options.build, "bench", "bench-tracker")):
        parser.error("%s has no bench programs; run: cmake --preset release && cmake --build %s" % (options.build, options.build))
    return options


def show(result):
    mark = {None: "", True: "met", False: "NOT MET"}[result.met]
    print("%-8s %-42s %12s  %-10s %-8s %s" % (result.bench, result.what, result.figure(), result.target(), mark, result.note),
          flush=True)


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that what was started is ended too
    os.environ["TANDEM_BIN"] = os.path.join(options.build, "bin")
    os.environ["TANDEM_TEST_FSYNC"] = "on"
    if options.profile:
        import bench_import
        bench_import.profile(options)
        return 0
    results = []
    if not options.json:
        print("%-8s %-42s %12s  %-10s %-8s %s" % ("bench", "what", "figure", "target", "", "note"))
    for name in options.names or NAMES:
        for result in __import__("bench_" + name).bench(options):
            results.append(result)
            if not options.json:
                show(result)
    if options.json:
        print(json.dumps({"quick": options.quick, "results": [result.as_json() for result in results]}, indent=1))
    return 1 if any(result.met is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
