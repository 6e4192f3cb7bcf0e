"""GitHub's limits: the primary one per account and hour, and the secondary ones against bursts.

All windows read the stand-in's clock, so a test can step over an hour. Docs: "Rate limits for the
REST API": 900 points a minute (a read 1, a write 5), 80 content-creating requests a minute and 500
an hour, 100 requests at once.
"""

import collections

from sandbox.github.errors import ApiError

SECONDARY_DOCS = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
SETTINGS = ("primary_limit", "points_per_minute", "content_per_minute", "content_per_hour",
            "concurrent", "secondary_enabled", "primary_enabled", "secondary_status",
            "secondary_retry_after")


class Window:
    """One account's current hour."""

    __slots__ = ("limit", "used", "reset")

    def __init__(self, limit, reset):
        self.limit = limit
        self.used = 0
        self.reset = reset

    def remaining(self):
        return max(0, self.limit - self.used)

    def document(self):
        return {"limit": self.limit, "used": self.used, "remaining": self.remaining(),
                "reset": self.reset}


class Limits:
    """Counts requests per login. The caller holds the world's lock."""

    def __init__(self, clock, enabled=True, primary_limit=5000):
        self._clock = clock
        self.primary_enabled = enabled
        self.secondary_enabled = enabled
        self.primary_limit = primary_limit
        self.points_per_minute = 900
        self.content_per_minute = 80
        self.content_per_hour = 500
        self.concurrent = 100
        self.secondary_status = 403
        self.secondary_retry_after = True
        self._windows = {}
        self._points = collections.defaultdict(collections.deque)
        self._content = collections.defaultdict(collections.deque)
        self._forced_until = 0.0

    # primary

    def window(self, login):
        """The account's current window; a new one begins when the old one has run out."""
        now = self._clock.now()
        window = self._windows.get(login)
        if window is None or now >= window.reset:
            window = self._windows[login] = Window(self.primary_limit, int(now) + 3600)
        return window

    def headers(self, login):
        window = self.window(login)
        return {"X-RateLimit-Limit": str(window.limit),
                "X-RateLimit-Remaining": str(window.remaining()),
                "X-RateLimit-Reset": str(window.reset), "X-RateLimit-Used": str(window.used),
                "X-RateLimit-Resource": "core"}

    def charge(self, login):
        """Counts one answered request; a 304 is never charged."""
        window = self.window(login)
        window.used = min(window.limit, window.used + 1)

    def check_primary(self, login):
        if self.primary_enabled and self.window(login).remaining() == 0:
            user_id = sum(login.encode())
            raise ApiError(403, "API rate limit exceeded for user ID %d." % user_id,
                           documentation_url="https://docs.github.com/rest/overview/"
                                             "rate-limits-for-the-rest-api")

    # secondary

    def check_secondary(self, login, method, creates_content, in_flight):
        """Raises the refusal of a burst; counts the request otherwise."""
        now = self._clock.now()
        if now < self._forced_until:
            raise self._refusal(self._forced_until - now)
        if not self.secondary_enabled:
            return
        if in_flight > self.concurrent:
            raise self._refusal(1)
        cost = 1 if method in ("GET", "HEAD", "OPTIONS") else 5
        self._check_points(login, now, cost)
        if creates_content:
            self._check_content(login, now)
            self._content[login].append(now)
        self._points[login].append((now, cost))

    def _check_points(self, login, now, cost):
        points = self._points[login]
        while points and points[0][0] <= now - 60:
            points.popleft()
        if sum(spent for _, spent in points) + cost > self.points_per_minute:
            raise self._refusal(points[0][0] + 60 - now)

    def _check_content(self, login, now):
        made = self._content[login]
        while made and made[0] <= now - 3600:
            made.popleft()
        recent = [moment for moment in made if moment > now - 60]
        if len(recent) >= self.content_per_minute:
            raise self._refusal(recent[0] + 60 - now)
        if len(made) >= self.content_per_hour:
            raise self._refusal(made[0] + 3600 - now)

    def _refusal(self, seconds):
        headers = {"Retry-After": str(max(1, int(seconds + 0.999)))} if self.secondary_retry_after else {}
        return ApiError(int(self.secondary_status),
                        "You have exceeded a secondary rate limit. Please wait a few minutes before "
                        "you try again.", headers, documentation_url=SECONDARY_DOCS)

    # control

    def touch_windows(self, logins):
        """Makes sure that these accounts have a window that can be configured."""
        for login in logins:
            self.window(login)

    def configure(self, changes):
        """Settings by name, and: primary_remaining, primary_reset_in_s, secondary_for_s, clear."""
        unknown = set(changes) - set(SETTINGS) - {"primary_remaining", "primary_reset_in_s",
                                                  "secondary_for_s", "login", "clear", "enabled"}
        if unknown:
            raise ValueError("unknown limits: " + ", ".join(sorted(unknown)))
        if changes.get("clear"):
            self.clear()
        if "enabled" in changes:
            self.primary_enabled = self.secondary_enabled = bool(changes["enabled"])
        for name in SETTINGS:
            if name in changes:
                setattr(self, name, changes[name])
        self._configure_windows(changes)
        if "secondary_for_s" in changes:
            self._forced_until = self._clock.now() + changes["secondary_for_s"]

    def _configure_windows(self, changes):
        login = changes.get("login")
        for window in [self.window(login)] if login else list(self._windows.values()):
            if "primary_limit" in changes:
                window.limit = changes["primary_limit"]
            if "primary_remaining" in changes:
                window.limit = max(window.limit, changes["primary_remaining"])
                window.used = window.limit - changes["primary_remaining"]
            if "primary_reset_in_s" in changes:
                window.reset = int(self._clock.now()) + changes["primary_reset_in_s"]

    def clear(self):
        self._windows.clear()
        self._points.clear()
        self._content.clear()
        self._forced_until = 0.0

    def describe(self):
        document = {name: getattr(self, name) for name in SETTINGS}
        document["windows"] = {login: window.document() for login, window in self._windows.items()}
        document["secondary_for_s"] = max(0.0, self._forced_until - self._clock.now())
        return document
