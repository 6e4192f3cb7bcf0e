"""deploy/observability as data: the rules, the dashboard, and every expression of both."""

import json
import os
import re
import shutil

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "deploy", "observability")
# The machine's, or the one that ./dev test fetches.
PROMTOOL = shutil.which("promtool") or shutil.which(os.path.join(ROOT, "build", "promtool", "usr", "bin", "promtool"))
WHY_NO_PROMTOOL = "there is no promtool (of Debian's prometheus; ./dev test fetches it where there is apt-get)"


def rules():
    with open(os.path.join(FOLDER, "alerts.yml"), encoding="utf-8") as file:
        return [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]


def dashboard():
    with open(os.path.join(FOLDER, "grafana", "tandem.json"), encoding="utf-8") as file:
        return json.load(file)


def expressions():
    """(where, PromQL) of each alert and each line of a panel."""
    found = [("alert " + rule["alert"], rule["expr"]) for rule in rules()]
    for panel in dashboard()["panels"]:
        found += [("panel " + panel["title"], target["expr"]) for target in panel.get("targets", [])]
    return found


def metrics_of(expression):
    """Names of tandem's own metrics, without what a histogram adds."""
    return {re.sub("_(bucket|count|sum)$", "", name) for name in re.findall(r"\b(?:tandem|process)_\w+", expression)}
