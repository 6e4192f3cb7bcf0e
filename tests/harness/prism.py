"""Prism between an adapter and a stand-in: somebody else's validator checks every request and every answer against a tracker's
OpenAPI document. The documents are no part of this repository: TANDEM_CONTRACTS says where they are."""

import json
import os
import re
import subprocess

from world import ROOT, free_port, wait_for

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(os.path.dirname(ROOT), "shared", "contracts"))
PRISM = os.path.join(ROOT, "build", "npm", "node_modules", ".bin", "prism")
VIOLATION = re.compile(r"violation|terminated with error", re.IGNORECASE)


def missing(contract):
    """Why nothing can be validated here, or None."""
    if not os.path.exists(os.path.join(CONTRACTS, contract)):
        return "the contract %s is not here" % contract
    if not os.path.exists(PRISM):
        return "Prism is not below build/npm: ./dev test puts it there when npm is installed"
    return None


def repaired(contract, folder, base):
    """A copy for an API whose paths begin with `base`, without two mistakes of Atlassian's document. Each 204 has the media
    type of a body, which no answer without a body can have; and changelogs never have null, which its own examples show."""
    with open(os.path.join(CONTRACTS, contract), encoding="utf-8") as file:
        document = json.load(file)
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.get("responses", {}).get("204", {}).pop("content", None)
    for member in document["components"]["schemas"].get("ChangeDetails", {}).get("properties", {}).values():
        member["nullable"] = True
    document["paths"] = {base + path: operations for path, operations in document["paths"].items()}
    copy = os.path.join(folder, contract)
    with open(copy, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return copy


class Prism:
    """One proxy in front of `upstream`; its log and its contract are kept in `folder`."""

    def __init__(self, contract, upstream, folder, base=""):
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self._log_file = os.path.join(folder, "proxy.log")
        with open(self._log_file, "wb") as log:
            self._process = subprocess.Popen([PRISM, "proxy", "-p", str(self.port), "-h", "127.0.0.1", "--errors",
                                              repaired(contract, folder, base), upstream], stdout=log, stderr=log)
        wait_for(lambda: any("Prism is listening" in line for line in self.lines()), "the proxy", 90)

    def lines(self):
        with open(self._log_file, "rb") as file:
            return file.read().decode(errors="replace").splitlines()

    def violations(self):
        return [line for line in self.lines() if VIOLATION.search(line)]

    def methods(self):
        """What was passed on, in lower case."""
        return {line.split("Forwarding")[1].split('"')[1] for line in self.lines() if "Forwarding" in line}

    def close(self):
        self._process.terminate()
        self._process.wait()
