#!/usr/bin/python3
"""The connector of JSON trackers against the stand-in: the generic contract, and what it reads."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from webhook_case import WebhookCase  # noqa: E402


class Generic(WebhookCase, ConnectorContract):
    pass


if __name__ == "__main__":
    tap.main(__name__)
