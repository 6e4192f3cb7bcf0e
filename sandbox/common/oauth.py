"""What the OAuth endpoints of all stand-ins have in common: how long tokens last, spent refresh tokens, PKCE."""

import base64
import hashlib


class OAuthSettings:
    """`lifetime_s`: of access tokens, None = they do not end. `grace_s`: so long a spent refresh token is still taken.
    `interval_s`: how often a device may ask. `refresh_lifetime_s`: of refresh tokens, where answers tell it (GitHub)."""

    def __init__(self, lifetime_s, grace_s=0.0, interval_s=1, refresh_lifetime_s=15811200):
        self.lifetime_s, self.grace_s, self.interval_s = lifetime_s, grace_s, interval_s
        self.refresh_lifetime_s = refresh_lifetime_s

    def configure(self, document):
        """Takes what the control API is told; returns all of it."""
        for name in ("lifetime_s", "grace_s", "interval_s", "refresh_lifetime_s"):
            if name in document:
                setattr(self, name, document[name])
        return dict(vars(self))


def verifies(challenge, verifier):
    """Whether the verifier is the one of an S256 challenge (RFC 7636); without a challenge there must be none."""
    if not challenge:
        return not verifier
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
