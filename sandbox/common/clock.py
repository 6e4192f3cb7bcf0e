"""The stand-in's clock: real time plus an offset that tests move.

Everything a stand-in dates (tickets, tokens, rate limits) reads this clock, so that a test can let
an hour pass at once.
"""

import datetime
import functools
import threading
import time

UTC = datetime.timezone.utc


@functools.lru_cache(maxsize=65536)
def iso_utc(epoch_s):
    """Whole seconds since 1970 as `2024-05-06T07:08:09Z`."""
    broken = time.gmtime(epoch_s)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % broken[:6]


def iso_utc_ms(epoch_s):
    """Seconds since 1970 as `2024-05-06T07:08:09.123Z`."""
    whole = int(epoch_s)
    return iso_utc(whole)[:-1] + ".%03dZ" % int((epoch_s - whole) * 1000)


def parse_iso(text):
    """Seconds since 1970 of an ISO 8601 time; a time without zone is UTC. Raises ValueError."""
    moment = datetime.datetime.fromisoformat(text.strip().replace(" ", "+"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


class Clock:
    """Real time plus an offset, unless it is stopped; safe to use from several threads."""

    def __init__(self, offset_s=0.0):
        self._lock = threading.Lock()
        self._offset_s = offset_s
        self._stopped_at_s = None

    def _real_s(self):
        return time.time() if self._stopped_at_s is None else self._stopped_at_s

    def now(self):
        """Seconds since 1970, with fractions."""
        with self._lock:
            return self._real_s() + self._offset_s

    def seconds(self):
        """Whole seconds since 1970: the resolution that most systems show."""
        return int(self.now())

    def offset_s(self):
        return self._offset_s

    def advance(self, seconds):
        with self._lock:
            self._offset_s += seconds

    def set(self, epoch_s):
        with self._lock:
            self._offset_s = epoch_s - self._real_s()

    def stop(self):
        """From now on only advance() and set() move it."""
        with self._lock:
            self._stopped_at_s = self._real_s()

    def go_on(self):
        """From where it stands."""
        with self._lock:
            self._offset_s += self._real_s() - time.time()
            self._stopped_at_s = None

    def describe(self):
        return {"now": iso_utc_ms(self.now()), "epoch_s": self.now(), "offset_s": self._offset_s}
