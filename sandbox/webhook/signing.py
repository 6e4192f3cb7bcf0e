"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): made for deliveries, checked on requests."""

import base64
import hashlib
import hmac

TOLERANCE_S = 300


def key_of(secret):
    """After `whsec_` comes Base64; any other secret is its own bytes."""
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()


def sign(secret, identifier, timestamp, body):
    """The value of webhook-signature."""
    content = b"%s.%d.%s" % (identifier.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()


def is_genuine(secret, headers, body, now):
    """Whether a request's signature is right and recent. `headers` have lower-case names."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    expected = sign(secret, identifier, int(timestamp), body)
    return any(hmac.compare_digest(one, expected) for one in headers.get("webhook-signature", "").split(" "))
