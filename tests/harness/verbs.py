"""Speaks the store's verbs and hears its events with plain sockets and msgpack: no nng library.

The SP wire format (nanomsg's scalability protocols): each side sends 00 'S' 'P' 00 <protocol> 00 00, then frames of a
64-bit big-endian length and the body. A request's body starts with its id, four bytes with the top bit set.
"""

import itertools
import os
import socket
import ssl
import struct

import msgpack

from deadlines import PATIENCE

TIMEOUT_S = 20 * PATIENCE
REQ, REP, PUB, SUB = 0x30, 0x31, 0x20, 0x21


class Refused(Exception):
    """The store said no; `code` says what to do about it."""

    def __init__(self, code, message):
        super().__init__("%s: %s" % (code, message))
        self.code = code
        self.message = message


def dial(url, protocol, ca=None, cert=None, timeout=TIMEOUT_S):
    scheme, _, address = url.partition("://")
    host, _, port = address.rpartition(":")
    sock = socket.create_connection((host, int(port)), timeout=timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "tls+tcp":
        context = ssl.create_default_context(cafile=ca)
        context.load_cert_chain(cert)
        sock = context.wrap_socket(sock, server_hostname="localhost" if host == "127.0.0.1" else host)
    sock.sendall(b"\0SP\0" + struct.pack(">HH", protocol, 0))
    _exactly(sock, 8)
    return sock


def _exactly(sock, length):
    data = bytearray()
    while len(data) < length:
        chunk = sock.recv(length - len(data))
        if not chunk:
            raise ConnectionError("the peer closed the connection")
        data += chunk
    return bytes(data)


def _frame(sock):
    return _exactly(sock, struct.unpack(">Q", _exactly(sock, 8))[0])


class Verbs:
    """One connection to the store. `call("ticket.get", key="T-1")` returns the reply's fields."""

    _clients = itertools.count(1)

    def __init__(self, url, ca=None, cert=None, timeout=TIMEOUT_S):
        self._dial = lambda: dial(url, REQ, ca, cert, timeout)
        self._sock = None
        self.client = "test-%d-%d-%s" % (os.getpid(), next(self._clients), os.urandom(4).hex())
        self._requests = itertools.count(1)

    def call(self, verb, **body):
        return self.send(verb, self.next_request(), body)

    def next_request(self):
        return next(self._requests)

    def send(self, verb, request, body):
        """With the request's number given: sending it twice must not do it twice."""
        frame = msgpack.packb({"verb": verb, "client": self.client, "request": request, "body": msgpack.packb(body)})
        reply = msgpack.unpackb(self.raw(frame))
        if reply["code"] != "ok":
            raise Refused(reply["code"], reply.get("message", ""))
        return msgpack.unpackb(reply.get("body", b"\x80"))

    def raw(self, frame):
        if self._sock is None:
            self._sock = self._dial()
        try:
            self._sock.sendall(struct.pack(">QI", len(frame) + 4, 0x80000000 | 1) + frame)
            return _frame(self._sock)[4:]
        except OSError:
            self.close()
            raise

    def close(self):
        if self._sock:
            self._sock.close()
        self._sock = None


class Events:
    """Events as they are published. Iterate, or take `next_event()`."""

    def __init__(self, url, ca=None, cert=None, timeout=TIMEOUT_S):
        self._sock = dial(url, SUB, ca, cert, timeout)

    def next_event(self):
        topic, _, body = _frame(self._sock).partition(b"\0")
        event = msgpack.unpackb(body)
        assert event["type"].encode() == topic
        return event

    def close(self):
        self._sock.close()
