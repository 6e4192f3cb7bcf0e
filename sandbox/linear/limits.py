"""Linear's limits: leaky buckets of requests and of complexity points per credential.

A bucket refills at a constant rate, so `Reset` is when it will be full again. All times are the
stand-in's clock's. linear.app/developers/rate-limiting
"""

from sandbox.linear import errors

PERIOD_S = 3600.0
SETTINGS = ("enabled", "requests", "complexity", "query_complexity")


class Bucket:
    """One credential's budget of one kind."""

    def __init__(self, clock, amount):
        self._clock = clock
        self.amount = amount
        self.level = float(amount)
        self.at = clock.now()
        self.requested = 0

    def refill(self):
        now = self._clock.now()
        self.level = min(float(self.amount), self.level + max(0.0, now - self.at) * self.amount / PERIOD_S)
        self.at = now

    def take(self, points):
        """False, and nothing taken, when there is not enough."""
        self.refill()
        if points > self.level:
            return False
        self.level -= points
        self.requested = points
        return True

    def reset_ms(self):
        self.refill()
        missing = self.amount - self.level
        return int((self.at + missing * PERIOD_S / self.amount) * 1000) if self.amount else int(self.at * 1000)


class Buckets:
    """What one credential may still do."""

    def __init__(self, clock, requests, complexity):
        self.requests = Bucket(clock, requests)
        self.complexity = Bucket(clock, complexity)

    def headers(self, points):
        found = {}
        for name, bucket in (("Requests", self.requests), ("Complexity", self.complexity)):
            reset = bucket.reset_ms()
            found["X-RateLimit-%s-Limit" % name] = str(bucket.amount)
            found["X-RateLimit-%s-Remaining" % name] = str(int(bucket.level))
            found["X-RateLimit-%s-Reset" % name] = str(reset)
        if points is not None:
            found["X-Complexity"] = str(points)
        return found

    def documents(self):
        return [{"type": name, "requestedAmount": float(bucket.requested), "allowedAmount": float(bucket.amount),
                 "period": PERIOD_S * 1000, "remainingAmount": float(int(bucket.level)),
                 "reset": float(bucket.reset_ms())}
                for name, bucket in (("requests", self.requests), ("complexity", self.complexity))]


class Limits:
    """The buckets of all credentials. The caller holds the world's lock."""

    def __init__(self, clock, enabled=True, requests=5000, complexity=3_000_000):
        self._clock = clock
        self.enabled = enabled
        self.requests = requests
        self.complexity = complexity
        self.query_complexity = 10_000
        self._buckets = {}

    def buckets(self, name):
        if name not in self._buckets:
            self._buckets[name] = Buckets(self._clock, self.requests, self.complexity)
        return self._buckets[name]

    def check(self, name, points):
        """Takes a request and its points. Raises RATELIMITED, or the refusal of one query that is too complex."""
        if points > self.query_complexity:
            raise errors.too_complex(points, self.query_complexity)
        buckets = self.buckets(name)
        if not self.enabled:
            return
        if not buckets.requests.take(1):
            raise errors.rate_limited("requests", buckets.requests.amount)
        if not buckets.complexity.take(points):
            raise errors.rate_limited("complexity points", buckets.complexity.amount)

    def configure(self, changes):
        """Settings by name, and: requests_remaining, complexity_remaining (of all, or of one `login`), clear."""
        unknown = set(changes) - set(SETTINGS) - {"requests_remaining", "complexity_remaining", "login", "clear"}
        if unknown:
            raise ValueError("unknown limits: " + ", ".join(sorted(unknown)))
        for name in SETTINGS:
            if name in changes:
                setattr(self, name, changes[name])
        if changes.get("clear") or "requests" in changes or "complexity" in changes:
            self._buckets.clear()
        chosen = [buckets for name, buckets in self._buckets.items() if name.endswith(" " + changes.get("login", ""))
                  or "login" not in changes]
        for kind in ("requests", "complexity"):
            if kind + "_remaining" in changes:
                for buckets in chosen:
                    bucket = getattr(buckets, kind)
                    bucket.refill()
                    bucket.level = float(changes[kind + "_remaining"])

    def describe(self):
        document = {name: getattr(self, name) for name in SETTINGS}
        document["buckets"] = {name: one.documents() for name, one in self._buckets.items()}
        return document
