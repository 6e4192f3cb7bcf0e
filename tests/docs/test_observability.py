#!/usr/bin/python3
"""Dashboard, alert rules and their documents name metrics that there are, and every alert has a section that says what to do."""

import json
import os
import re
import subprocess
import sys
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import metrics_table  # noqa: E402
import tap  # noqa: E402
from observed import FOLDER, PROMTOOL, WHY_NO_PROMTOOL, dashboard, expressions, metrics_of, rules  # noqa: E402


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def anchors(markdown):
    """As GitHub makes them of headings."""
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall("^#+ (.*)$", markdown, re.MULTILINE)}


def promtool(*arguments):
    done = subprocess.run([PROMTOOL, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Observability(unittest.TestCase):
    def test_every_expression_names_metrics_that_are_declared(self):
        known = metrics_table.declared()
        seen = 0
        for where, expression in expressions():
            for name in metrics_of(expression):
                seen += 1
                self.assertIn(name, known, "%s: %s" % (where, expression))
        self.assertGreater(seen, 40)

    def test_labels_of_expressions_are_those_of_their_metrics(self):
        known = metrics_table.declared()
        own = {"job", "instance", "le"}  # Prometheus's
        for where, expression in expressions():
            for name, selector in re.findall(r"(tandem_\w+?)(?:_bucket|_count|_sum)?\{([^}]*)\}", expression):
                for label in re.findall(r"(\w+)\s*[=!]~?", selector):
                    self.assertIn(label, own | set(known[name][1]), "%s: %s" % (where, expression))

    def test_every_alert_has_its_section_and_no_section_is_left_over(self):
        operations = read("docs", "operations.md")
        alerts = [rule["alert"] for rule in rules()]
        self.assertEqual(len(alerts), len(set(alerts)))
        for rule in rules():
            path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
            self.assertEqual("docs/operations.md", path)
            self.assertIn(anchor, anchors(operations), rule["alert"])
            self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
        self.assertEqual(sorted(alerts), sorted(re.findall("^### (Tandem.*)$", operations, re.MULTILINE)))

    def test_every_alert_is_tested(self):
        with open(os.path.join(FOLDER, "alerts.test.yml"), encoding="utf-8") as file:
            cases = [case for test in yaml.safe_load(file)["tests"] for case in test["alert_rule_test"]]
        fires = {case["alertname"] for case in cases if case["exp_alerts"]}
        self.assertEqual({rule["alert"] for rule in rules()}, fires)

    @unittest.skipUnless(PROMTOOL, WHY_NO_PROMTOOL)
    def test_promtool_takes_rules_and_scrape_configuration_and_the_rules_do_what_their_tests_say(self):
        for arguments in (("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml"), ("test", "rules", "alerts.test.yml")):
            status, text = promtool(*arguments)
            self.assertEqual(0, status, text)

    @unittest.skipUnless(PROMTOOL, WHY_NO_PROMTOOL)
    def test_expressions_of_the_dashboard_are_promql(self):
        wanted = [text.replace("$__rate_interval", "5m").replace("$project", ".*") for where, text in expressions() if where.startswith("panel")]
        recorded = [{"record": "panel:%d" % number, "expr": text} for number, text in enumerate(wanted)]
        folder = os.path.join(ROOT, "build")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "panels-%d.yml" % os.getpid())
        try:
            with open(path, "w", encoding="utf-8") as file:
                yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}, file)
            status, text = promtool("check", "rules", "--lint=none", path)
            self.assertEqual(0, status, text)
        finally:
            os.unlink(path)

    def test_the_dashboard_is_one_that_grafana_imports(self):
        tree = dashboard()
        for key in ("uid", "title", "schemaVersion", "panels", "templating", "time"):
            self.assertIn(key, tree)
        self.assertNotIn("id", tree)  # Grafana gives it
        panels = tree["panels"]
        self.assertEqual(len(panels), len({panel["id"] for panel in panels}))
        variables = {one["name"] for one in tree["templating"]["list"]}
        self.assertEqual(set(), set(re.findall(r"\$\{?(\w+)", json.dumps(panels))) - variables - {"__rate_interval"})
        taken = set()
        for panel in panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, "%s lies on another" % panel["title"])
            taken |= cells
            if panel["type"] != "row":
                self.assertIn(panel["type"], ("timeseries", "stat"))
                self.assertTrue(panel["targets"], panel["title"])

    def test_the_table_of_metrics_is_what_the_sources_declare(self):
        self.assertTrue(metrics_table.table() in read("docs", "observability.md"),
                        "docs/observability.md is old; put in what scripts/metrics_table.py prints")


if __name__ == "__main__":
    tap.main(__name__)
