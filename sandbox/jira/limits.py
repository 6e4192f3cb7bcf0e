"""Jira's limits. Cloud: bursts per account, endpoint and method, writes per issue, an hourly quota of OAuth apps.
Data Center: one token bucket an account.

All windows read the stand-in's clock. Docs: "Rate limiting" of the Jira Cloud platform and of Jira Data Center.
"""

import collections
import math

from sandbox.common.clock import iso_utc
from sandbox.jira.errors import ApiError

CHANGES = ("PUT", "DELETE")
SETTINGS = ("enabled", "requests_per_s", "changes_per_s", "quota_per_hour", "issue_writes_per_2s",
            "issue_writes_per_30s",
            "bucket_size", "bucket_fill", "bucket_interval_s")
ORDERS = ("clear", "limited_for_s", "unavailable_for_s", "reason", "retry_after")


class Limits:
    """Counts requests. The caller holds the world's lock."""

    def __init__(self, clock, is_cloud, enabled=True):
        self._clock = clock
        self._is_cloud = is_cloud
        self.enabled = enabled
        self.requests_per_s = 100
        self.changes_per_s = 50
        self.quota_per_hour = 65_000
        self.issue_writes_per_2s = 20
        self.issue_writes_per_30s = 100
        self.bucket_size = 600
        self.bucket_fill = 60
        self.bucket_interval_s = 6
        self.clear()

    def clear(self):
        self._bursts = collections.defaultdict(collections.deque)
        self._issue_writes = collections.defaultdict(collections.deque)
        self._quota = {}
        self._buckets = {}
        self._limited_until = self._unavailable_until = 0.0
        self._reason = "jira-burst-based"
        self._with_retry_after = True

    # checks before the handler

    def check(self, grant, route, method):
        """Counts a request. Raises 429 or 503."""
        now = self._clock.now()
        if now < self._unavailable_until:
            raise ApiError(503, "The service is temporarily unavailable.",
                           headers=self._retry_after(self._unavailable_until - now))
        if now < self._limited_until:
            raise self._refusal(self._reason, self._limited_until - now, self.requests_per_s)
        if not self.enabled:
            return
        if not self._is_cloud:
            self._take_from_bucket(grant.login, now)
            return
        limit = self.changes_per_s if method in CHANGES else self.requests_per_s
        self._check_window(self._bursts[(grant.login, route.template, method)], now, 1, limit, "jira-burst-based")
        if grant.client_id is not None:
            self._check_quota(grant.client_id, now)

    def check_issue_write(self, issue_id):
        """Counts a write to one issue. Raises 429."""
        if not self.enabled or not self._is_cloud:
            return
        writes, now = self._issue_writes[issue_id], self._clock.now()
        recent = collections.deque(moment for moment in writes if moment > now - 2)
        reason = "jira-per-issue-on-write"
        self._check_window(recent, now, 2, self.issue_writes_per_2s, reason)
        self._check_window(writes, now, 30, self.issue_writes_per_30s, reason)

    def _check_window(self, moments, now, seconds, limit, reason):
        while moments and moments[0] <= now - seconds:
            moments.popleft()
        if len(moments) >= limit:
            raise self._refusal(reason, moments[0] + seconds - now, limit)
        moments.append(now)

    def _check_quota(self, client_id, now):
        hour = int(now // 3600)
        used_hour, used = self._quota.get(client_id, (hour, 0))
        used = used if used_hour == hour else 0
        if used >= self.quota_per_hour:
            raise self._refusal("jira-quota-global-based", (hour + 1) * 3600 - now, self.quota_per_hour)
        self._quota[client_id] = (hour, used + 1)

    def _take_from_bucket(self, login, now):
        left, filled = self._buckets.get(login, (self.bucket_size, now))
        fills = int((now - filled) // self.bucket_interval_s)
        left, filled = min(self.bucket_size, left + fills * self.bucket_fill), filled + fills * self.bucket_interval_s
        self._buckets[login] = (max(0, left - 1), filled)
        if left < 1:
            raise self._refusal(None, filled + self.bucket_interval_s - now, self.bucket_size)

    # what clients are told

    def _retry_after(self, seconds):
        return {"Retry-After": str(max(1, math.ceil(seconds)))} if self._with_retry_after else {}

    def _refusal(self, reason, seconds, limit):
        headers = self._retry_after(seconds)
        if self._is_cloud:
            reset = iso_utc(int(self._clock.now() + math.ceil(seconds)))[:16] + "Z"
            headers.update({"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset,
                            "RateLimit-Reason": reason})
            return ApiError(429, headers=headers, document={"code": 429, "message": "Rate limit exceeded"})
        return ApiError(429, headers=headers, document={"message": "Rate limit exceeded."})

    def headers(self, grant, route, method):
        """The headers of an answer that was not refused."""
        if not self.enabled:
            return {}
        if not self._is_cloud:
            left = self._buckets.get(grant.login, (self.bucket_size, 0))[0]
            return {"X-RateLimit-Limit": str(self.bucket_size), "X-RateLimit-Remaining": str(left),
                    "X-RateLimit-FillRate": str(self.bucket_fill), "Retry-After": "0",
                    "X-RateLimit-Interval-Seconds": str(self.bucket_interval_s)}
        limit = self.changes_per_s if method in CHANGES else self.requests_per_s
        left = max(0, limit - len(self._bursts[(grant.login, route.template, method)]))
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if left < limit / 5:
            headers["X-RateLimit-NearLimit"] = "true"
        return headers

    # control

    def configure(self, changes):
        """Settings by name, and: limited_for_s with reason, unavailable_for_s, retry_after, clear."""
        unknown = set(changes) - set(SETTINGS) - set(ORDERS)
        if unknown:
            raise ValueError("unknown limits: " + ", ".join(sorted(unknown)))
        if changes.get("clear"):
            self.clear()
        for name in SETTINGS:
            if name in changes:
                setattr(self, name, changes[name])
        self._reason = changes.get("reason", self._reason)
        self._with_retry_after = changes.get("retry_after", self._with_retry_after)
        if "limited_for_s" in changes:
            self._limited_until = self._clock.now() + changes["limited_for_s"]
        if "unavailable_for_s" in changes:
            self._unavailable_until = self._clock.now() + changes["unavailable_for_s"]

    def describe(self):
        now = self._clock.now()
        return dict({name: getattr(self, name) for name in SETTINGS}, reason=self._reason,
                    retry_after=self._with_retry_after, limited_for_s=max(0.0, self._limited_until - now),
                    unavailable_for_s=max(0.0, self._unavailable_until - now))
