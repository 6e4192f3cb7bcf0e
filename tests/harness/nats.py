"""A real nats-server for a test, and enough of NATS's protocol (https://docs.nats.io/reference/reference-protocols/nats-protocol)
to look into a stream with a plain socket."""

import base64
import itertools
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

from world import free_port, wait_for

PROGRAM = shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin")


def documented_permissions():
    """What docs/streaming.md says to grant the bridge's user, for the stream "tandem"."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "streaming.md"), encoding="utf-8") as file:
        return re.search(r"^```text\n(publish = .*?)^```$", file.read(), re.MULTILINE | re.DOTALL).group(1)


def make_certificate(path):
    """Of a server on this machine, with its key, in one file; whoever trusts it takes the same file."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=nats", "-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", path + ".crt"], check=True, capture_output=True)
    with open(path, "a", encoding="utf-8") as both, open(path + ".crt", encoding="utf-8") as certificate:
        both.write(certificate.read())


class Server:
    """With JetStream in a folder of its own, which outlives the process. `options` are more lines of its configuration."""

    def __init__(self, options=""):
        self.folder = tempfile.mkdtemp(prefix="tandem-nats-", dir="/tmp")
        self.port = free_port()
        self.process = None
        self._options = options
        self.start()

    @property
    def url(self):
        return "nats://127.0.0.1:%d" % self.port

    @property
    def store(self):
        return self.folder + "/store"

    def start(self):
        with open(self.folder + "/server.conf", "w", encoding="utf-8") as file:
            file.write("listen: 127.0.0.1:%d\njetstream { store_dir: %s }\n%s\n" % (self.port, json.dumps(self.store), self._options))
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", self.folder + "/server.conf"], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, start_new_session=True)
        wait_for(self._answers, "nats-server")

    def _answers(self):
        assert self.process.poll() is None, self.log()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as sock:
                return sock.recv(4) == b"INFO"
        except OSError:
            return False

    def log(self):
        with open(self.folder + "/log", encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Message:
    """One of a stream."""

    def __init__(self, fields):
        self.sequence, self.subject = fields["seq"], fields["subject"]
        lines = base64.b64decode(fields.get("hdrs", "")).decode().split("\r\n")[1:]
        self.headers = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in lines if line)
        self.payload = base64.b64decode(fields.get("data", ""))


class Client:
    """Blocks; of one thread. `tls`: a file with a certificate and its key, which is shown and the only one that is trusted.
    ConnectionError: the server is gone, or refuses what we do."""

    def __init__(self, server, tls=None, **identity):
        self._sock = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self._file = self._sock.makefile("rb")
        self._file.readline()  # INFO
        if tls:
            context = ssl.create_default_context(cafile=tls)
            context.load_cert_chain(tls)
            self._sock = context.wrap_socket(self._sock, server_hostname="localhost")
            self._file = self._sock.makefile("rb")
        self._inbox, self._numbers = "_INBOX." + os.urandom(8).hex(), itertools.count(1)
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, **identity}
        self._sock.sendall(b"CONNECT %s\r\nSUB %s.* 1\r\n" % (json.dumps(options).encode(), self._inbox.encode()))

    def _answer(self):
        """Inbox and payload of the next message to us."""
        while True:
            words = self._file.readline().split()
            if not words:
                raise ConnectionError("nats-server is gone")
            if words[0] == b"PING":
                self._sock.sendall(b"PONG\r\n")
            elif words[0] == b"-ERR":
                raise ConnectionError(b" ".join(words).decode())
            elif words[0] in (b"MSG", b"HMSG"):
                data = self._file.read(int(words[-1]) + 2)[:-2]
                return words[1], data[int(words[-2]):] if words[0] == b"HMSG" else data

    def request_all(self, requests):
        """The answers to (subject, headers, payload), which are sent at once."""
        wanted, packets = [], []
        for subject, headers, payload in requests:
            inbox = "%s.%d" % (self._inbox, next(self._numbers))
            head = ("NATS/1.0\r\n" + "".join("%s: %s\r\n" % pair for pair in headers.items()) + "\r\n").encode()
            packets.append(b"HPUB %s %s %d %d\r\n%s%s\r\n" % (subject.encode(), inbox.encode(), len(head), len(head) + len(payload),
                                                              head, payload))
            wanted.append(inbox.encode())
        self._sock.sendall(b"".join(packets))
        answers = dict(self._answer() for _ in wanted)
        return [answers[inbox] for inbox in wanted]

    def publish(self, subject, payload=b"{}", **headers):
        """JetStream's acknowledgement; "_" in a header's name stands for "-"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return json.loads(self.request_all([(subject, named, payload)])[0] or b"{}")

    def api(self, what, **body):
        return json.loads(self.request_all([("$JS.API." + what, {}, json.dumps(body).encode())])[0] or b"{}")

    def make_stream(self, name, **more):
        answer = self.api("STREAM.CREATE." + name, name=name, subjects=[name + ".>"], storage="file", retention="limits",
                          max_consumers=-1, max_msgs=-1, max_bytes=-1, max_age=0, discard="old", **{"num_replicas": 1, **more})
        if "error" in answer:
            raise OSError(answer["error"])

    def next_of(self, stream, consumer):
        """The payload of a consumer's next message, which comes under its own subject."""
        subject = "$JS.API.CONSUMER.MSG.NEXT.%s.%s" % (stream, consumer)
        self._sock.sendall(b"PUB %s %s.%d 0\r\n\r\n" % (subject.encode(), self._inbox.encode(), next(self._numbers)))
        return self._answer()[1]

    def last(self, name):
        """The sequence at which the stream ends; -1 when there is no stream."""
        return self.api("STREAM.INFO." + name).get("state", {}).get("last_seq", -1)

    def messages(self, name):
        """All that the stream holds, in order."""
        state = self.api("STREAM.INFO." + name)["state"]
        numbers = range(state["first_seq"], state["last_seq"] + 1)
        found = self.request_all([("$JS.API.STREAM.MSG.GET." + name, {}, b'{"seq":%d}' % number) for number in numbers])
        return [Message(json.loads(answer)["message"]) for answer in found if b'"message"' in answer]

    def close(self):
        self._file.close()
        self._sock.close()
