"""What a search sees: the newest versions, or with lag the versions of a moment ago."""

import collections


class SearchIndex:
    """Versions by issue id. `clock` counts real seconds, so lag does not depend on the moved clock."""

    def __init__(self, clock, lag_s=0.0):
        self._clock = clock
        self._shown = {}
        self._pending = collections.deque()
        self.lag_s = lag_s
        self.revision = 0

    def put(self, issue_id, version):
        """Notes a change; version None is a deletion."""
        self.revision += 1
        if self.lag_s <= 0 and not self._pending:
            self._show(issue_id, version)
        else:
            self._pending.append((self._clock() + self.lag_s, issue_id, version))

    def set_lag(self, lag_s):
        """What waits already keeps its time; without lag everything shows at once."""
        self.lag_s = lag_s
        if lag_s <= 0:
            self._flush(float("inf"))

    def current(self):
        """The versions that a search sees now, by id."""
        self._flush(self._clock())
        return self._shown

    def _flush(self, now):
        while self._pending and self._pending[0][0] <= now:
            _, issue_id, version = self._pending.popleft()
            self._show(issue_id, version)
            self.revision += 1

    def _show(self, issue_id, version):
        if version is None:
            self._shown.pop(issue_id, None)
        else:
            self._shown[issue_id] = version
