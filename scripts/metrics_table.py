#!/usr/bin/env python3
"""The metrics that the sources declare, as the table of docs/observability.md: scripts/metrics_table.py"""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEXTS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
DECLARED = re.compile(r'\{\s*"((?:tandem|process)_\w+)",\s*METRIC_(\w+),\s*\{([^}]*)\},\s*' + TEXTS + r"\}")
OF_STORE = re.compile(r'OF_(PROJECT|CREDENTIAL)\("(\w+)",\s*METRIC_(\w+),\s*' + TEXTS + ",")
TYPES = {"COUNTER": "counter", "GAUGE": "gauge", "HISTOGRAM": "histogram", "HISTOGRAM_SLOW": "histogram"}


def _help(texts):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', texts))


def declared():
    """{name: (type, labels, help)} of all sources."""
    found = {}
    for folder in ("lib", "services"):
        for path in sorted(glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True)):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for name, kind, labels, texts in DECLARED.findall(text):
                found[name] = (TYPES[kind], re.findall(r'"(\w+)"', labels), _help(texts))
            for owner, name, kind, texts in OF_STORE.findall(text):
                labels = ["project" if owner == "PROJECT" else "credential", "system"]
                found["tandem_%s_%s" % (owner.lower(), name)] = (TYPES[kind], labels, _help(texts))
    return found


def table():
    rows = ["| metric | type | labels | what it tells |", "|---|---|---|---|"]
    for name, (kind, labels, text) in sorted(declared().items()):
        rows.append("| `%s` | %s | %s | %s |" % (name, kind, ", ".join("`%s`" % label for label in labels), text))
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(table(), end="")
