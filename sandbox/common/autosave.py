"""Saves a world a moment after it stopped changing, so that a burst of changes costs one write."""

import threading
import time


class Autosave:
    """Calls `save()` once `is_dirty()` has been quiet for `quiet_s`, at the latest after `at_most_s`."""

    def __init__(self, revision, save, quiet_s=0.5, at_most_s=5.0):
        self._revision = revision
        self._save = save
        self._quiet_s = quiet_s
        self._at_most_s = at_most_s
        self._saved = revision()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Ends the thread and saves what is not saved yet."""
        self._stopping.set()
        self._thread.join()
        self.save_now()

    def save_now(self):
        with self._lock:
            current = self._revision()
            if current != self._saved:
                self._save()
                self._saved = current

    def _run(self):
        seen, dirty_since = self._saved, None
        while not self._stopping.wait(self._quiet_s):
            current = self._revision()
            if current == self._saved:
                seen, dirty_since = current, None
                continue
            dirty_since = dirty_since or time.monotonic()
            if current == seen or time.monotonic() - dirty_since > self._at_most_s:
                self.save_now()
                dirty_since = None
            seen = current
