"""Relays TCP connections and keeps every byte that a client sends: what leaves for a tracker, whatever the tracker notes. And it can
be cut, as a network is."""

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of its own and passes on to `port` of this machine. With keeps=False nothing is kept of what is sent."""

    def __init__(self, port, keeps=True):
        self._upstream = port
        self._keeps = keeps
        self._open = set()
        self._is_cut = False
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._sent = bytearray()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self._accept, daemon=True).start()

    def sent(self):
        """All that clients have sent so far."""
        with self._lock:
            return bytes(self._sent)

    def cut(self):
        """Connections end, and no new one is served."""
        with self._lock:
            self._is_cut = True
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def swallow(self):
        """Connections stay, and nothing comes through: neither side is told."""
        self._flows.clear()

    def mend(self):
        with self._lock:
            self._is_cut = False
        self._flows.set()

    def close(self):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self._upstream))
            except OSError:
                return
            with server, self._known(client, server):
                back = threading.Thread(target=self._pass, args=(server, client, False), daemon=True)
                back.start()
                self._pass(client, server, True)
                back.join()

    @contextlib.contextmanager
    def _known(self, *sockets):
        with self._lock:
            is_cut = self._is_cut
            self._open.update(sockets)
        if is_cut:
            for sock in sockets:
                sock.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            with self._lock:
                self._open.difference_update(sockets)

    def _pass(self, source, target, is_sent):
        """Until the source ends; the target is then told so."""
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if is_sent and self._keeps:
                    with self._lock:
                        self._sent += data
                self._flows.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
