"""Webhook deliveries that only look genuine: some hundred ways to get one past a receiver, each a request as bytes.

A Scheme says how a system signs. `forged()` begins with a delivery that is right in everything and changes one thing at a time, so
whatever is taken is a hole and nothing is refused for another reason than the one it is named by.
"""

import base64
import hashlib
import hmac
import json
import socket
import time
import uuid

HEX = "0123456789abcdef"


class Scheme:
    """An HMAC-SHA256 over the body, in hexadecimal."""

    def __init__(self, signature, prefix="", event=None, delivery=None, secret="hook-secret"):
        self.signature, self.prefix, self.event, self.delivery = signature, prefix, event, delivery
        self.secret = secret

    def mac(self, body, secret, digest=hashlib.sha256):
        return hmac.new(secret.encode(), body, digest).hexdigest()

    def value(self, body, secret=None):
        return self.prefix + self.mac(body, self.secret if secret is None else secret)

    def headers(self, body):
        """As a list, because order and repetition matter."""
        found = [(self.signature, self.value(body))]
        if self.event:
            found.append(self.event)
        if self.delivery:
            found.append((self.delivery, uuid.uuid4().hex))
        return found

    def old(self, document, seconds):
        """The delivery as it would have been signed then; None where time is not signed."""
        return None

    def variants(self, good):
        """Signatures that are almost `good`."""
        digits = good[len(self.prefix):]
        for at in range(len(digits)):
            yield "digit %d" % at, self.prefix + digits[:at] + HEX[(HEX.index(digits[at]) + 1) % 16] + digits[at + 1:]
        for length in range(len(digits)):
            yield "cut at %d" % length, self.prefix + digits[:length]
        yield "upper case", self.prefix + digits.upper()
        yield "blanks inside", self.prefix + digits[:32] + " " + digits[32:]
        yield "a tab inside", self.prefix + digits[:32] + "\t" + digits[32:]
        yield "more digits", self.prefix + digits + "00"
        yield "twice", good + digits
        yield "a list", good[:-1] + "0, " + good
        yield "quotes", '"%s"' % good
        yield "Base64", self.prefix + base64.b64encode(bytes.fromhex(digits)).decode()
        for prefix in ("sha1=", "SHA256=", "sha256:", "sha512=", "none=", "sha256==", "v1,", "Bearer ", "sha256=sha256="):
            yield "prefix " + prefix, prefix + digits


class Timed(Scheme):
    """Linear: the time stands in the signed body."""

    def old(self, document, seconds):
        return dict(document, webhookTimestamp=int((time.time() - seconds) * 1000))


class Standard(Scheme):
    """Standard Webhooks: an HMAC over id, time and body, in Base64."""

    def key(self, secret):
        return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()

    def sign(self, identifier, at, body, secret=None, digest=hashlib.sha256):
        content = b"%s.%d.%s" % (identifier.encode(), at, body)
        return "v1," + base64.b64encode(hmac.new(self.key(self.secret if secret is None else secret), content, digest).digest()).decode()

    def mac(self, body, secret, digest=hashlib.sha256):
        return self.sign("x", int(time.time()), body, secret, digest)[3:]

    def headers(self, body, at=None, secret=None):
        identifier, now = uuid.uuid4().hex, int(time.time() if at is None else at)
        return [("webhook-signature", self.sign(identifier, now, body, secret)), ("webhook-id", identifier),
                ("webhook-timestamp", str(now))]

    def variants(self, good):
        text = good[3:]
        for at in range(len(text) - 1):
            yield "character %d" % at, "v1," + text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
        for length in range(len(text)):
            yield "cut at %d" % length, "v1," + text[:length]
        raw = base64.b64decode(text)
        yield "hexadecimal", "v1," + raw.hex()
        yield "URL-safe", "v1," + base64.urlsafe_b64encode(raw).decode().rstrip("=")
        yield "no scheme", text
        for scheme in ("v1a,", "v2,", "V1,", "v1=", "v0,", "v1;", "hmac,"):
            yield "scheme " + scheme, scheme + text
        for other in range(60):
            yield "of nobody %d" % other, "v1," + base64.b64encode(hashlib.sha256(b"%d" % other).digest()).decode()


def request(path, headers, body, framing=None):
    """An HTTP/1.1 request as bytes."""
    lines = ["POST %s HTTP/1.1" % path, "Host: 127.0.0.1", "Connection: close", "Content-Type: application/json"]
    lines += ["%s: %s" % pair for pair in headers]
    if framing is None:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join([*lines, *(framing or ()), "", ""]).encode() + body


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def send(port, data):
    """The status, or 0 when the receiver hangs up instead."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        try:
            peer.sendall(data)
            answer = peer.recv(65536)
        except ConnectionError:
            answer = b""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else 0


def _with(headers, name, value):
    return [(one, value if one == name else old) for one, old in headers]


def _signatures(scheme, path, body):
    for name, value in scheme.variants(scheme.headers(body)[0][1]):
        headers = scheme.headers(body)
        if isinstance(scheme, Standard):  # its own id and time: the variant is of another delivery's signature
            own = dict(scheme.variants(headers[0][1]))
            value = own[name]
        yield "signature: " + name, request(path, _with(headers, scheme.signature, value), body)


def _secrets(scheme, path, body, other_secret):
    wrong = ["", " ", scheme.secret + " ", scheme.secret[:-1], scheme.secret.swapcase(), scheme.secret[::-1], other_secret, "secret",
             "hook-secret\n", "null", "0" * 32, scheme.secret * 2]
    for secret in wrong:
        if secret == scheme.secret:
            continue
        if isinstance(scheme, Standard):
            headers = scheme.headers(body, secret=secret.removeprefix("whsec_") or "empty")
        else:
            headers = _with(scheme.headers(body), scheme.signature, scheme.value(body, secret))
        yield "secret %r" % secret, request(path, headers, body)


def _bodies(scheme, path, body):
    for at in range(0, len(body), max(1, len(body) // 24)):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        yield "body: byte %d" % at, request(path, scheme.headers(body), changed)
    for name, changed in (("a blank more", body + b" "), ("a newline more", body + b"\n"), ("a byte less", body[:-1]),
                          ("a blank before", b" " + body), ("empty", b""), ("a NUL more", body + b"\0"), ("twice", body * 2),
                          ("a BOM", b"\xef\xbb\xbf" + body)):
        yield "body: " + name, request(path, scheme.headers(body), changed)


def _headers(scheme, path, body):
    good = scheme.headers(body)
    yield "no signature", request(path, good[1:], body)
    yield "an empty one", request(path, _with(good, scheme.signature, ""), body)
    yield "two that are the same", request(path, [good[0], *good], body)
    wrong = (scheme.signature, good[0][1][:-1] + ("0" if good[0][1][-1] != "0" else "1"))
    yield "a wrong one first", request(path, [wrong, *good], body)
    yield "a wrong one last", request(path, [*good, wrong], body)
    yield "in the address", request("%s?%s=%s" % (path, scheme.signature, good[0][1]), good[1:], body)
    yield "in a cookie", request(path, [("Cookie", "%s=%s" % good[0]), *good[1:]], body)
    yield "under another name", request(path, [("X-" + scheme.signature, good[0][1]), *good[1:]], body)
    yield "with an underscore", request(path, [(scheme.signature.replace("-", "_"), good[0][1]), *good[1:]], body)
    yield "as authorization", request(path, [("Authorization", "Bearer " + good[0][1]), *good[1:]], body)
    yield "none, of an algorithm none", request(path, [("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."), *good[1:]], body)


def _algorithms(scheme, path, body):
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha224, hashlib.sha384, hashlib.sha512, hashlib.sha3_256, hashlib.blake2s):
        value = scheme.prefix + scheme.mac(body, scheme.secret, digest)
        yield digest().name, request(path, _with(scheme.headers(body), scheme.signature, value), body)
    for name, plain in (("no key", body), ("the key before", scheme.secret.encode() + body), ("the key after", body + scheme.secret.encode())):
        value = scheme.prefix + hashlib.sha256(plain).hexdigest()
        yield "a hash, " + name, request(path, _with(scheme.headers(body), scheme.signature, value), body)


def _framings(scheme, path, body):
    good, tampered = scheme.headers(body), body[:-1] + b" }"
    coded = ["Transfer-Encoding: chunked"]
    yield "chunks that say more", request(path, good, chunked(body, b" "), coded)
    yield "chunks that say other things", request(path, good, chunked(tampered[:7], tampered[7:]), coded)
    yield "a chunk too few", request(path, good, chunked(body[:-3]), coded)
    yield "a signature after the body", request(path, good[1:], b"%x\r\n%s\r\n0\r\n%s: %s\r\n\r\n" % (
        len(body), body, scheme.signature.encode(), good[0][1].encode()), [*coded, "Trailer: " + scheme.signature])
    yield "two lengths", request(path, good, tampered, ["Content-Length: %d" % len(tampered), "Content-Length: %d" % len(body)])
    yield "length and chunks", request(path, good, chunked(tampered), ["Content-Length: %d" % len(body), *coded])
    yield "a length that is too short", request(path, good, body, ["Content-Length: %d" % (len(body) - 2)])
    yield "a negative length", request(path, good, body, ["Content-Length: -1"])
    yield "a chunk of endless size", request(path, good, b"ffffffffffffffffff\r\n" + body, coded)


def _times(scheme, path, document):
    for seconds in (61, 90, 120, 301, 3600, 86400, -61, -301, -3600):
        if isinstance(scheme, Standard):
            if abs(seconds) < 301:
                continue
            body = json.dumps(document).encode()
            yield "%d s old" % seconds, request(path, scheme.headers(body, at=time.time() - seconds), body)
            continue
        old = scheme.old(document, seconds)
        if old:
            body = json.dumps(old).encode()
            yield "%d s old" % seconds, request(path, scheme.headers(body), body)
    if isinstance(scheme, Standard):
        body = json.dumps(document).encode()
        headers = scheme.headers(body)
        for at in ("", "0", "-1", "now", "1e10", "%d " % (2 ** 62), headers[2][1] + "0", str(int(headers[2][1]) + 1)):
            yield "time %r" % at, request(path, _with(headers, "webhook-timestamp", at), body)
        yield "another id", request(path, _with(headers, "webhook-id", "another"), body)


def forged(scheme, path, document, other_secret, other_path):
    """(name, request) of each. `other_path` is of a project with another secret, `other_secret` is that one."""
    body = json.dumps(document).encode()
    for part in (_signatures(scheme, path, body), _secrets(scheme, path, body, other_secret), _bodies(scheme, path, body),
                 _headers(scheme, path, body), _algorithms(scheme, path, body), _framings(scheme, path, body),
                 _times(scheme, path, document)):
        yield from part
    yield "another project's", request(other_path, scheme.headers(body), body)
    yield "nobody's", request("/webhooks/nothing-here", scheme.headers(body), body)
    yield "huge", request(path, scheme.headers(body), body + b" " * (26 << 20))
