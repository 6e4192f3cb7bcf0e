"""What happened: the append-only history of changes, and the log of API requests.

The history answers "who changed what, and when" for checks such as "nothing was created twice";
the request log answers "how many calls did that cost".
"""

import collections
import threading

from sandbox.common.clock import iso_utc_ms

REQUEST_LOG_LENGTH = 5000


class History:
    """Append-only; entries are plain dictionaries and are never changed after being added."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._entries = []

    def add(self, actor, via, action, **facts):
        """Records one change; `facts` name what it touched, with `before` and `after`."""
        with self._lock:
            entry = {"seq": len(self._entries) + 1, "time": iso_utc_ms(self._clock.now()),
                     "actor": actor, "via": via, "action": action}
            entry.update(facts)
            self._entries.append(entry)
            return entry["seq"]

    def select(self, since_seq=0, limit=None, **equal):
        """Entries after `since_seq` whose named facts equal the given ones."""
        with self._lock:
            entries = self._entries[since_seq:]
        for name, value in equal.items():
            entries = [entry for entry in entries if str(entry.get(name)) == str(value)]
        return entries if limit is None else entries[:limit]

    def last_seq(self):
        return len(self._entries)

    def dump(self):
        with self._lock:
            return list(self._entries)

    def load(self, entries):
        with self._lock:
            self._entries = list(entries)


class RequestLog:
    """Counts requests by method and route, and keeps the last ones whole."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        with self._lock:
            self._counts = collections.Counter()
            self._statuses = collections.Counter()
            self._total = 0
            self._log = collections.deque(maxlen=REQUEST_LOG_LENGTH)

    def add(self, request, route_name, status, note=None):
        """Notes one request; `note` names the fault that struck it, if any."""
        entry = {"time": iso_utc_ms(self._clock.now()), "method": request.method,
                 "path": request.target, "route": route_name, "status": status,
                 "actor": request.actor}
        if note is not None:
            entry["fault"] = note
        with self._lock:
            self._total += 1
            entry["seq"] = self._total
            self._counts[route_name] += 1
            self._statuses[str(status)] += 1
            self._log.append(entry)

    def describe(self, last=100):
        with self._lock:
            return {"total": self._total, "counts": dict(self._counts),
                    "statuses": dict(self._statuses),
                    "log": list(self._log)[-last:] if last > 0 else []}
