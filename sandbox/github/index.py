"""The order in which lists show items, and which version of each item lists show yet.

GitHub's lists can lag behind its writes. Every new version is queued with the time of its writing;
before a list is read, the versions that are old enough are published into the sorted index.
"""

import bisect
import collections


class PublishedIndex:
    """Items by (updated, id) and by (created, id). The caller holds the world's lock."""

    def __init__(self, monotonic, lag_s=0.0):
        self._monotonic = monotonic
        self._lag_s = lag_s
        self._waiting = collections.deque()
        self._versions = {}
        self._orders = {("updated", "all"): [], ("created", "all"): [],
                        ("updated", "open"): [], ("created", "open"): [],
                        ("updated", "closed"): [], ("created", "closed"): []}

    def set_lag(self, lag_s):
        """Changes the lag; what the old one allowed to be seen is seen."""
        self.settle()
        self._lag_s = lag_s

    def load(self, versions):
        """Takes many versions at once: sorts once instead of inserting each."""
        self._versions = {version.id: version for version in versions}
        self._waiting.clear()
        for (sort, state), order in self._orders.items():
            order[:] = sorted((getattr(version, sort), version.id) for version in versions
                              if state == "all" or _state(version) == state)

    def put(self, version):
        """Shows this version in lists, now or after the lag."""
        self._offer(version.id, version)

    def remove(self, item_id):
        self._offer(item_id, None)

    def _offer(self, item_id, version):
        if self._lag_s <= 0 and not self._waiting:
            self._publish(item_id, version)
        else:
            self._waiting.append((self._monotonic(), item_id, version))

    def settle(self):
        """Publishes the versions older than the lag."""
        while self._waiting and self._waiting[0][0] <= self._monotonic() - self._lag_s:
            _, item_id, version = self._waiting.popleft()
            self._publish(item_id, version)

    def _publish(self, item_id, version):
        old = self._versions.pop(item_id, None)
        if old is not None:
            self._unlink(old)
        if version is not None:
            self._versions[item_id] = version
            self._link(version)

    def _link(self, version):
        for state in ("all", _state(version)):
            for sort in ("updated", "created"):
                bisect.insort(self._orders[sort, state], (getattr(version, sort), version.id))

    def _unlink(self, version):
        for state in ("all", _state(version)):
            for sort in ("updated", "created"):
                order = self._orders[sort, state]
                position = bisect.bisect_left(order, (getattr(version, sort), version.id))
                del order[position]

    def window(self, sort, state, since):
        """The order to read, and its first position that is not older than `since`."""
        order = self._orders[sort, state]
        return order, 0 if since is None else bisect.bisect_left(order, (since, 0))

    def version(self, item_id):
        return self._versions[item_id]

    def find(self, item_id):
        """The version that lists show, or None while they do not show the item yet."""
        return self._versions.get(item_id)

    def all(self, sort="created", state="all"):
        return [self._versions[item_id] for _, item_id in self._orders[sort, state]]


def _state(version):
    return getattr(version, "state", "open")
