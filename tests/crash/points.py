"""Every named point that there is, as the sources have them, and those that no story can pass, each with its reason.

A verb of the store has points of its own as soon as it is in proto/verbs.c, a fault point as soon as it is in the code: either
is in a story then, or stands here, or the crash run fails.
"""

import fnmatch
import glob
import os
import re
import unittest

from world import ROOT

# Points with a detail, "name.detail"; what the details are is `details_of`'s.
SENDS = ("create_ticket", "update_ticket", "create_comment", "update_comment", "delete_comment")
METHODS = {"github": ("GET", "POST", "PATCH", "DELETE"), "jira": ("GET", "POST", "PUT", "DELETE"), "linear": ("GET", "POST"),
           "webhook": ("GET", "POST", "PATCH", "DELETE")}  # GET is whatever only reads

# (program, pattern): why nobody dies there. "" is any program.
EXEMPT = {
    ("", "bridge.*"): "the bridge to NATS dies in tests/scenario/test_bridge_nats.py, with the stream as what must be right",
    ("webhook", "adapter.after_claim.hook"): "a JSON tracker has no call that registers webhooks, so that it is never given out",
    ("webhook", "adapter.after_claim.scan"): "a JSON tracker has no list of ids, so that it is never given out",
}


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def verbs():
    """{name: whether it writes}, of those that the database has a part in."""
    table = text_of("proto/verbs.c")
    found = re.findall(r'\[VERB_\w+\] =\s*\{"([a-z_.]+)",\s*([^,]+),', table)
    assert len(found) == len(re.findall(r"^ +\[VERB_", table, re.MULTILINE)) > 0, "proto/verbs.c is not written as it was"
    return {name: "VERB_WRITE" in flags for name, flags in found if name != "wait"}


def fault_points():
    """Names in the code: {name: whether a detail follows}."""
    found = {}
    for folder in ("lib", "services"):
        for path in glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True):
            for of, name in re.findall(r'^ +fault_point(_of)?\("([a-z_.]+)"', text_of(path), re.MULTILINE):
                found[name] = bool(of)
    return found


def details_of(program):
    """{name: details}"""
    worker = text_of("lib/service/adapter_worker.c")
    kinds = re.findall(r'\{"(\w+)", \w+, (?:true|false)\}', worker) + ["none"]
    sources = re.findall(r'\.source = STR\("(\w+)"\)', worker)
    written = [name for name, writes in verbs().items() if writes]
    details = {"store.before_commit": verbs(), "store.before_publish": written, "adapter.after_claim": kinds,
               "adapter.before_observe": sources, "adapter.before_send": SENDS, "adapter.before_receipt": ("send", "probe"),
               "adapter.before_request": METHODS[program]}
    return {**details, **{name.replace(".before_", ".after_"): of for name, of in details.items()}}


def named_points(program):
    """All points of one adapter and of the processes that are the same with all trackers."""
    details = details_of(program)
    points = set()
    for name, has_details in fault_points().items():
        points |= {"%s.%s" % (name, detail) for detail in details[name]} if has_details else {name}
    return points


def is_exempt(program, point):
    return any(of in ("", program) and fnmatch.fnmatch(point, pattern) for of, pattern in EXEMPT)


def forgotten(program, passed, roles=None):
    """What is wrong, a line each: points that no story passed though they are there, and passed ones that the sources seem not to
    have. `roles` are beginnings of names ("adapter."), where only those are of interest."""
    points = {point for point in named_points(program) if not roles or point.startswith(roles)}
    passed = {point for point in passed if not roles or point.startswith(roles)}
    lines = ["%s: no story passes %s, and tests/crash/points.py does not say why" % (program, point)
             for point in sorted(points - passed) if not is_exempt(program, point)]
    lines += ["%s: %s is passed after all: it is no exemption" % (program, point)
              for point in sorted(passed) if is_exempt(program, point)]
    return lines + ["%s: tests/crash/points.py knows no point %s" % (program, point) for point in sorted(passed - points)]


class NoneForgotten(unittest.TestCase):
    """A test of one adapter's program: that its stories come to every point."""

    def __init__(self, program, passed, roles=None):
        self.lines = forgotten(program, passed, roles)
        name = "test_crash_%s_passes_every_named_point" % program
        setattr(self, name, self._check)
        super().__init__(name)

    def _check(self):
        self.assertEqual(self.lines, [], "\n".join(self.lines))
