#!/usr/bin/python3
"""The mapping in docs/webhook-adapter.md is the one that the stand-in's tests use."""

import json
import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

try:
    import yaml
except ImportError:
    yaml = None


class Mapping(unittest.TestCase):
    @unittest.skipIf(yaml is None, "python3-yaml is not installed")
    def test_docs_show_the_mapping_that_is_tested(self):
        with open(os.path.join(ROOT, "docs", "webhook-adapter.md"), encoding="utf-8") as file:
            (block,) = re.findall(r"^```yaml\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
        with open(os.path.join(ROOT, "sandbox", "webhook", "mapping.json"), encoding="utf-8") as file:
            self.assertEqual(yaml.safe_load(block), json.load(file))


if __name__ == "__main__":
    tap.main(__name__)
