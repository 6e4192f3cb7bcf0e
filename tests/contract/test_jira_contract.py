#!/usr/bin/python3
"""The Jira connector against the stand-in: what any connector must pass."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from jira_case import JiraCase  # noqa: E402


class Cloud(ConnectorContract, JiraCase):
    pass


class DataCenter(ConnectorContract, JiraCase):
    data_center = True


if __name__ == "__main__":
    tap.main(__name__)
