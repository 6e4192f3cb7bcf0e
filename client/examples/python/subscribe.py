#!/usr/bin/python3
"""Prints every event, and goes on where it was after a restart: plain sockets, TLS and python3-msgpack.

    subscribe.py BUNDLE POSITION_FILE

BUNDLE is the folder that `tandem certs issue NAME --events all` prints. docs/bus.md explains the bytes.
"""

import itertools
import json
import os
import socket
import ssl
import struct
import sys

import msgpack

SUB, REQ = 0x21, 0x30


def endpoint(bundle):
    """Where the store is: beside the certificate, or as `tandem up` wrote it."""
    for path in (bundle + "/endpoint.json", bundle + "/../../../run/endpoint.json"):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return json.load(file)
    sys.exit("no endpoint.json: is tandem running?")


def dial(url, bundle, protocol):
    host, port = url.removeprefix("tls+tcp://").rsplit(":", 1)
    tls = ssl.create_default_context(cafile=bundle + "/ca.pem")
    tls.load_cert_chain(bundle + "/certificate.pem")
    plain = socket.create_connection((host, int(port)), timeout=30)
    stream = tls.wrap_socket(plain, server_hostname="localhost" if host == "127.0.0.1" else host).makefile("rwb")
    stream.write(b"\0SP\0" + struct.pack(">HH", protocol, 0))
    stream.flush()
    stream.read(8)
    return stream


def read_frame(stream):
    length = stream.read(8)
    if len(length) < 8:
        sys.exit("the store closed the connection")
    return stream.read(struct.unpack(">Q", length)[0])


class Store:
    def __init__(self, url, bundle):
        self.stream = dial(url, bundle, REQ)
        self.client, self.numbers = "subscribe.py-" + os.urandom(8).hex(), itertools.count(1)

    def call(self, verb, **body):
        number = next(self.numbers)
        request = {"verb": verb, "client": self.client, "request": number, "body": msgpack.packb(body)}
        frame = struct.pack(">I", 1 << 31 | number) + msgpack.packb(request)
        self.stream.write(struct.pack(">Q", len(frame)) + frame)
        self.stream.flush()
        reply = msgpack.unpackb(read_frame(self.stream)[4:])
        if reply["code"] != "ok":
            sys.exit("%s: %s" % (reply["code"], reply["message"]))
        return msgpack.unpackb(reply["body"])


class Position:
    """The last event that was handled, kept in a file that is replaced as a whole."""

    def __init__(self, path, begin):
        self.path, self.at = path, begin
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                self.at = int(file.read())
        else:
            self.keep(begin)

    def keep(self, sequence):
        self.at = sequence
        with open(self.path + ".next", "w", encoding="ascii") as file:
            file.write("%d\n" % sequence)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".next", self.path)


def handle(event, data, position):
    print(event["sequence"], event["type"], event.get("subject", ""), json.dumps(data), flush=True)
    position.keep(event["sequence"])


def catch_up(store, position, head):
    while position.at < head:
        for event in store.call("events.read", after=position.at, limit=500)["events"]:
            handle(event, json.loads(event["data"]), position)


def main():
    bundle, path = sys.argv[1:]
    urls = endpoint(bundle)
    events, store = dial(urls["events_url"], bundle, SUB), Store(urls["store_url"], bundle)
    head = store.call("hello").get("head", 0)
    position = Position(path, head)
    print("listening after", position.at, file=sys.stderr, flush=True)
    catch_up(store, position, head)
    while True:
        topic, _, body = read_frame(events).partition(b"\0")
        event = msgpack.unpackb(body)
        if topic == b"tandem.v1.internal.Heartbeat":
            catch_up(store, position, event["data"]["head"])
        elif event["sequence"] == position.at + 1:
            handle(event, event["data"], position)
        else:
            catch_up(store, position, event["sequence"])


if __name__ == "__main__":
    main()
