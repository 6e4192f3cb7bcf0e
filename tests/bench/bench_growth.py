"""How work grows with hostile input: every parser and translation on texts of one shape, doubling up to what is accepted.

A line a subject: the CPU time of its slowest shape, the size at which that was seen, and the ratio to half the size. A
shape that took longer than a child may is a line of its own.
"""

import subprocess

from measure import Result, program

GROUPS = ("core", "richtext", "github", "jira", "linear", "webhook")
SLOW_MS = 1000


def pairs(group):
    """(subject, shape, bytes, ms, ratio, killed) of every pair, as the program tells them."""
    told = subprocess.run([program("bench-growth-" + group), "-a", "-q"], check=True, stdout=subprocess.PIPE).stdout
    for line in told.decode(errors="replace").splitlines():
        subject, shape, size, ms, ratio, killed = line.split("\t")
        yield subject, shape, int(size), float(ms), float(ratio), killed == "killed"


def bench(options):
    del options
    for group in GROUPS:
        slowest = {}
        for subject, shape, size, ms, ratio, killed in pairs(group):
            if killed:
                yield Result("growth", subject, float("inf"), "ms", limit=SLOW_MS, note="%r: ended beyond %d bytes" % (shape, size))
            slowest[subject] = max(slowest.get(subject, (0, "", 0, 0)), (ms, shape, size, ratio))
        for subject, (ms, shape, size, ratio) in slowest.items():
            yield Result("growth", subject, ms, "ms", limit=SLOW_MS,
                         note="%r, %d KiB, %.1f times the half" % (shape, size // 1024, ratio))
