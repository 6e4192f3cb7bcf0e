#!/usr/bin/python3
"""Makes a ticket: plain sockets, TLS and python3-msgpack.

    publish.py BUNDLE ID TITLE      prints the ticket's key; the same ID again does nothing

BUNDLE is the folder that `tandem certs issue NAME --verbs events.publish` prints. docs/bus.md explains the bytes.
"""

import json
import os
import socket
import ssl
import struct
import sys

import msgpack


def main():
    bundle, name, title = sys.argv[1:]
    paths = [bundle + "/endpoint.json", bundle + "/../../../run/endpoint.json"]
    with open(next(filter(os.path.exists, paths)), encoding="utf-8") as file:
        host, port = json.load(file)["store_url"].removeprefix("tls+tcp://").rsplit(":", 1)
    tls = ssl.create_default_context(cafile=bundle + "/ca.pem")
    tls.load_cert_chain(bundle + "/certificate.pem")
    plain = socket.create_connection((host, int(port)), timeout=30)
    stream = tls.wrap_socket(plain, server_hostname="localhost" if host == "127.0.0.1" else host).makefile("rwb")

    data = json.dumps({"privacy": "local_only", "fields": {"title": title}})
    event = {"id": name, "source": "example", "type": "tandem.v1.TicketCreated", "data": data}
    request = {"verb": "events.publish", "client": "publish.py-" + os.urandom(8).hex(), "request": 1,
               "body": msgpack.packb({"events": [event]})}
    frame = struct.pack(">I", 1 << 31 | 1) + msgpack.packb(request)
    stream.write(b"\0SP\0\0\x30\0\0" + struct.pack(">Q", len(frame)) + frame)
    stream.flush()
    stream.read(8)  # who answers: REP
    reply = msgpack.unpackb(stream.read(struct.unpack(">Q", stream.read(8))[0])[4:])
    if reply["code"] != "ok":
        sys.exit("%s: %s" % (reply["code"], reply["message"]))
    print(msgpack.unpackb(reply["body"])["keys"][0] or "taken before")


if __name__ == "__main__":
    main()
