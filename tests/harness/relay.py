"""Relays TCP connections and keeps every byte that a client sends: what leaves for a tracker, whatever the tracker notes."""

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of its own and passes on to `port` of this machine."""

    def __init__(self, port):
        self._upstream = port
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
            with server:
                back = threading.Thread(target=self._pass, args=(server, client, False), daemon=True)
                back.start()
                self._pass(client, server, True)
                back.join()

    def _pass(self, source, target, is_sent):
        """Until the source ends; the target is then told so."""
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if is_sent:
                    with self._lock:
                        self._sent += data
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
