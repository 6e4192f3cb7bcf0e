"""A small threading HTTP/1.1 server with keep-alive, and with answers that can be spoilt on purpose.

`http.server` costs about half a millisecond a request and hides the socket; a stand-in must be
faster than its client and must be able to reset, cut, or drip an answer.
"""

import email.utils
import http
import socket
import struct
import threading
import traceback
import urllib.parse

MAX_HEADER_BYTES = 64 * 1024
MAX_BODY_BYTES = 32 * 1024 * 1024

REASONS = {status.value: status.phrase for status in http.HTTPStatus}


class BadRequest(Exception):
    """The bytes on the connection are no HTTP request; the connection ends after the answer."""


class Request:
    """One parsed request. Header names are lower case; `segments` are percent-decoded."""

    __slots__ = ("method", "target", "path", "query", "segments", "headers", "body", "keep_alive",
                 "peer", "params", "actor", "route", "prefix")

    def __init__(self, method, target, headers, body, keep_alive, peer):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.keep_alive = keep_alive
        self.peer = peer
        self.params = {}
        self.actor = None
        self.route = None
        self.prefix = ""
        path, _, query = target.partition("?")
        if path.startswith("http://"):
            path = "/" + path[7:].partition("/")[2]
        self.path = path
        self.segments = [urllib.parse.unquote(part) for part in path.split("/") if part]
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def header(self, name, default=None):
        return self.headers.get(name, default)


class Response:
    """One answer. `spoil` is None, or how the transport must mistreat it (see `_send_spoilt`)."""

    __slots__ = ("status", "headers", "body", "spoil")

    def __init__(self, status, body=b"", headers=None):
        self.status = status
        self.body = body
        self.headers = headers if headers is not None else {}
        self.spoil = None


class Server:
    """Accepts connections and gives each its own thread, which calls `handle(Request) -> Response`."""

    def __init__(self, host, port, handle):
        self._handle = handle
        self._stopping = threading.Event()
        self._connections = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, port), backlog=512, reuse_port=False)
        self.host, self.port = self._listener.getsockname()[:2]

    def serve_forever(self):
        """Runs until `stop`; each connection has a daemon thread."""
        while not self._stopping.is_set():
            try:
                connection, peer = self._listener.accept()
            except OSError:
                break
            threading.Thread(target=self._serve, args=(connection, peer), daemon=True).start()

    def stop(self):
        """Stops accepting and closes the open connections, so that hanging answers end too."""
        self._stopping.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            _shut(connection)

    def _serve(self, connection, peer):
        with self._lock:
            self._connections.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb", 65536) as reader:
                while not self._stopping.is_set() and self._serve_one(connection, reader, peer):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _serve_one(self, connection, reader, peer):
        """True if another request may follow on this connection."""
        try:
            request = read_request(connection, reader, peer)
        except BadRequest as problem:
            connection.sendall(_head(400, {"Connection": "close", "Content-Type": "text/plain"},
                                     len(str(problem)), False) + str(problem).encode())
            return False
        if request is None:
            return False
        response = self._handle_safely(request)
        if response.spoil is not None:
            return self._send_spoilt(connection, request, response)
        _send(connection, request, response)
        return request.keep_alive

    def _handle_safely(self, request):
        """A bug of the stand-in is shown on stderr and answered with 500, like any server's."""
        try:
            return self._handle(request)
        except Exception:  # noqa: BLE001: the connection's last resort
            traceback.print_exc()
            return Response(500, b'{"message":"The stand-in has a bug; see its stderr."}',
                            {"Content-Type": "application/json"})

    def _send_spoilt(self, connection, request, response):
        """Mistreats the answer: reset, hang, truncate or drip. Only a drip leaves the connection usable."""
        kind, spoil = response.spoil["kind"], response.spoil
        if kind == "hang":
            self._wait_for_peer_to_leave(connection, spoil.get("delay_s", 60.0))
            return False
        if kind == "truncate":
            data = _head(response.status, response.headers, len(response.body), request.keep_alive)
            connection.sendall(data + response.body[:spoil.get("bytes", len(response.body) // 2)])
            return False
        if kind == "drip":
            data = _head(response.status, response.headers, len(response.body), request.keep_alive)
            self._drip(connection, data + response.body, spoil.get("bytes", 64), spoil.get("delay_s", 0.01))
            return request.keep_alive
        reset(connection)
        return False

    def _wait_for_peer_to_leave(self, connection, seconds):
        connection.settimeout(seconds)
        try:
            connection.recv(1)
        except OSError:
            pass

    def _drip(self, connection, data, chunk_bytes, delay_s):
        for start in range(0, len(data), chunk_bytes):
            connection.sendall(data[start:start + chunk_bytes])
            if self._stopping.wait(delay_s):
                return


def reset(connection):
    """Ends the connection with a TCP RST instead of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # makefile() holds a second reference, so close() alone would wait for the reader: detach it.
    socket.close(connection.detach())


def read_request(connection, reader, peer):
    """The next request of the connection, or None when the peer has gone. Raises BadRequest."""
    line = reader.readline(MAX_HEADER_BYTES)
    while line in (b"\r\n", b"\n"):
        line = reader.readline(MAX_HEADER_BYTES)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest("malformed request line")
    headers = _read_headers(reader)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(reader, headers)
    token = headers.get("connection", "").lower()
    keep_alive = token != "close" if parts[2] == "HTTP/1.1" else token == "keep-alive"
    return Request(parts[0].upper(), parts[1], headers, body, keep_alive, peer)


def _read_headers(reader):
    headers = {}
    total = 0
    while True:
        line = reader.readline(MAX_HEADER_BYTES)
        total += len(line)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or total > MAX_HEADER_BYTES:
            raise BadRequest("malformed headers")
        headers[name.strip().lower()] = value.strip()


def _read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BadRequest("bad content length")
    body = reader.read(int(length)) if length != "0" else b""
    if len(body) != int(length):
        raise BadRequest("body shorter than announced")
    return body


def _read_chunks(reader):
    chunks = []
    total = 0
    while True:
        try:
            size = int(reader.readline(1024).split(b";")[0], 16)
        except ValueError:
            raise BadRequest("bad chunk size") from None
        total += size
        if size < 0 or total > MAX_BODY_BYTES:
            raise BadRequest("body too large")
        if size == 0:
            while reader.readline(1024) not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(chunks)
        chunks.append(reader.read(size))
        reader.readline(8)


def _head(status, headers, length, keep_alive):
    lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Unknown"))]
    lines += ["%s: %s" % pair for pair in headers.items()]
    if status not in (204, 304):
        lines.append("Content-Length: %d" % length)
    if not keep_alive:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _send(connection, request, response):
    head = _head(response.status, response.headers, len(response.body), request.keep_alive)
    if request.method == "HEAD" or response.status in (204, 304):
        connection.sendall(head)
    else:
        connection.sendall(head + response.body)


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def http_date(epoch_s):
    """The Date header's form of a time."""
    return email.utils.formatdate(epoch_s, usegmt=True)
