#!/usr/bin/python3
"""docs/asyncapi.json against the rules of AsyncAPI 3, by the project's own parser (npm @asyncapi/parser)."""

import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from test_generated import ROOT  # noqa: E402
import tap  # noqa: E402

PARSER = os.path.join(ROOT, "build", "npm", "node_modules", "@asyncapi", "parser")
DOCUMENT = os.path.join(ROOT, "docs", "asyncapi.json")


@unittest.skipUnless(shutil.which("node"), "node is not installed")
@unittest.skipUnless(os.path.isdir(PARSER), "@asyncapi/parser is not below build/npm")
class AsyncApi(unittest.TestCase):
    def findings(self, path):
        done = subprocess.run(["node", os.path.join(ROOT, "tests", "docs", "asyncapi_validate.mjs"), PARSER, path], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_asyncapi_is_valid(self):
        self.assertEqual(self.findings(DOCUMENT), [])

    def test_asyncapi_mistakes_are_found(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            document = json.load(file)
        del document["info"]["title"]
        document["operations"]["SyncStarted"]["action"] = "shout"
        path = os.path.join(ROOT, "build", "asyncapi-mistaken.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        self.assertGreaterEqual(len(self.findings(path)), 2)
        os.remove(path)


if __name__ == "__main__":
    tap.main(__name__)
