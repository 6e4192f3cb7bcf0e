"""Sends webhooks in the background, and mistreats them on request: pause, delay, drop, repeat, swap.

One thread a destination keeps a destination's deliveries in order unless `reorder` is set.
"""

import collections
import http.client
import ssl
import threading
import time
import urllib.parse

SWAP_WAIT_S = 0.5
SETTINGS = ("pause", "drop_next", "lose_next", "duplicate", "delay_ms", "reorder")


class Job:
    """A delivery: `send()` does it, `drop()` notes that it never arrived; both run once at most."""

    __slots__ = ("send", "drop", "due")

    def __init__(self, send, drop):
        self.send = send
        self.drop = drop
        self.due = 0.0


class Dispatcher:
    """Queues of jobs by destination, with one daemon thread each."""

    def __init__(self):
        self._changed = threading.Condition()
        self._queues = {}
        self._busy = 0
        self._stopping = False
        self.pause = False
        self.drop_next = 0
        self.lose_next = 0
        self.duplicate = False
        self.delay_ms = 0
        self.reorder = False

    def configure(self, changes):
        unknown = set(changes) - set(SETTINGS)
        if unknown:
            raise ValueError("unknown settings: " + ", ".join(sorted(unknown)))
        with self._changed:
            for name, value in changes.items():
                setattr(self, name, value)
            self._changed.notify_all()

    def describe(self):
        with self._changed:
            document = {name: getattr(self, name) for name in SETTINGS}
            document["waiting"] = sum(len(queue) for queue in self._queues.values())
            document["sending"] = self._busy
            return document

    def submit(self, destination, job):
        """Queues a job. `drop_next` notes a failure, `lose_next` leaves no trace at all."""
        with self._changed:
            if self.lose_next > 0:
                self.lose_next -= 1
                return
            dropped = self.drop_next > 0
            if dropped:
                self.drop_next -= 1
            else:
                self._enqueue(destination, job)
        if dropped:
            job.drop()

    def _enqueue(self, destination, job):
        job.due = time.monotonic() + self.delay_ms / 1000.0
        if destination not in self._queues:
            self._queues[destination] = collections.deque()
            threading.Thread(target=self._run, args=(destination,), daemon=True).start()
        queue = self._queues[destination]
        queue.append(job)
        if self.duplicate:
            queue.append(job)
        self._changed.notify_all()

    def stop(self):
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _run(self, destination):
        while True:
            with self._changed:
                job = self._next_job(self._queues[destination])
                if job is None:
                    return
                self._busy += 1
            try:
                job.send()
            finally:
                with self._changed:
                    self._busy -= 1

    def _next_job(self, queue):
        """Waits for a job that may go; None when stopping. The caller holds the condition."""
        swap_until = None
        while not self._stopping:
            wait_s = None
            if queue and not self.pause:
                now = time.monotonic()
                if queue[0].due > now:
                    wait_s = queue[0].due - now
                elif not self.reorder:
                    return queue.popleft()
                elif len(queue) > 1:
                    job = queue[1]
                    del queue[1]
                    return job
                else:
                    swap_until = swap_until or now + SWAP_WAIT_S
                    if now >= swap_until:
                        return queue.popleft()
                    wait_s = swap_until - now
            self._changed.wait(wait_s)
        return None


def post(url, headers, body, timeout_s, verify_tls=True):
    """POSTs once. (status, headers, body text); raises OSError or http.client.HTTPException."""
    parts = urllib.parse.urlsplit(url)
    connection = _connect(parts, timeout_s, verify_tls)
    try:
        target = parts.path or "/"
        connection.request("POST", target + ("?" + parts.query if parts.query else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read(65536).decode("utf-8", "replace")
    finally:
        connection.close()


def _connect(parts, timeout_s, verify_tls):
    if parts.scheme == "https":
        context = ssl.create_default_context() if verify_tls else ssl._create_unverified_context()
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout_s, context=context)
    if parts.scheme != "http" or not parts.hostname:
        raise OSError("unsupported address " + url_text(parts))
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)


def url_text(parts):
    return urllib.parse.urlunsplit(parts)
